/** Proposals that no key holder may say yes to. */
import { addSignature, encodeEnvelope, parseEnvelope, signEnvelope } from '../../../trust/envelope.ts';
import { INPUTS, OTHERS, TWIN } from '../parties.ts';
import type { StandIn } from '../stand-in.ts';
import { proposalOf } from '../tasks.ts';
import { staysSilent, type Play } from './play.ts';

interface Bad {
  readonly id: string;
  readonly played: string;
  readonly envelope: (stand: StandIn) => Uint8Array;
}

const BAD: readonly Bad[] = [
  {
    id: 'proposal/signed',
    played: 'a proposal stands in the log that nobody has signed',
    envelope: (stand) => encodeEnvelope({ ...parseEnvelope(proposalOf(stand, 'Unsigned')), signatures: [] }),
  },
  {
    id: 'proposal/signed-by-its-party',
    played: 'a proposal of the office is signed by another party',
    envelope: (stand) => {
      const { payloadType, payload } = parseEnvelope(proposalOf(stand, 'Signed by another'));
      return signEnvelope(payloadType, payload, stand.parties.signer(INPUTS[0]));
    },
  },
  {
    id: 'proposal/unaltered',
    played: 'the payload of a proposal is altered after it was signed',
    envelope: (stand) => {
      const envelope = parseEnvelope(proposalOf(stand, 'Altered after signing'));
      const payload = Buffer.from(
        Buffer.from(envelope.payload).toString('utf8').replace('Altered', 'altered'),
      );
      return encodeEnvelope({ ...envelope, payload });
    },
  },
  {
    id: 'proposal/canonical',
    played: 'the payload of a proposal is JSON in another than its canonical form',
    envelope: (stand) => {
      const { payloadType, payload } = parseEnvelope(proposalOf(stand, 'Spaced out'));
      const spaced = Buffer.from(` ${Buffer.from(payload).toString('utf8')}`);
      return addSignature(
        encodeEnvelope({ payloadType, payload: spaced, signatures: [] }),
        stand.parties.signer('office'),
      );
    },
  },
  {
    id: 'committee/three-key-holders',
    played: 'a task names two key holders',
    envelope: (stand) => proposalOfAnyForm(stand, [stand.parties.candidate, OTHERS[0]]),
  },
  {
    id: 'committee/distinct-organisations',
    played: 'a task names two key holders of one organisation',
    envelope: (stand) =>
      proposalOf(stand, 'Twins', { processing: [stand.parties.candidate, OTHERS[1], TWIN] }),
  },
];

/** With other key holders than the form of a task document allows. */
function proposalOfAnyForm(stand: StandIn, processing: readonly string[]): Uint8Array {
  const { payloadType, payload } = parseEnvelope(proposalOf(stand, 'Too few'));
  const text = Buffer.from(payload).toString('utf8');
  const few = text.replace(/"processing":\[[^\]]*\]/, `"processing":${JSON.stringify(processing)}`);
  return signEnvelope(payloadType, Buffer.from(few), stand.parties.signer('office'));
}

/** All in one log, and then one look at what has been said. */
export const PROPOSALS: Play = {
  rules: BAD.map(({ id, played }) => ({
    id,
    played,
    expected: 'it says nothing about it, and goes on with the tasks of others',
  })),
  run: async ({ stand, check }) => {
    for (const { id, envelope } of BAD) {
      const since = stand.attempts.length;
      stand.append(envelope(stand));
      await check(id, () => staysSilent(stand, since));
    }
  },
};
