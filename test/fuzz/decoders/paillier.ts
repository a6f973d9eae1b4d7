/** The objects of the paillier scheme: the joint key, input ciphertexts with their proofs, shares with theirs. */
import { openPaillierCombiner } from '../../../schemes/paillier/combination.ts';
import { openPaillierEncryptor } from '../../../schemes/paillier/encryption.ts';
import { openPaillierEvaluator } from '../../../schemes/paillier/evaluator.ts';
import { readMessages } from '../../../schemes/paillier/keygen/message.ts';
import { Inconsistency, type Round } from '../../../schemes/paillier/keygen/round.ts';
import {
  KEY_TAG_BYTES,
  TOTIENT_BYTES,
  type PaillierParameters,
} from '../../../schemes/paillier/parameters.ts';
import { StrongroomError } from '../../../proto/errors.ts';
import { equalBytes } from '../../../trust/digest.ts';
import { packShares, unpackShares } from '../../../trust/release.ts';
import { dealKey, type DealtKey } from '../../../bench/work/dealt-paillier-key.ts';
import { encryptFor, openHolders, sumOf } from '../../fixtures/paillier-key.ts';
import { openTable, type Table } from '../../fixtures/paillier-keygen.ts';
import { cached } from '../corpora/cached.ts';
import { joined } from '../harness/bytes.ts';
import { target, type Target } from '../harness/decoder.ts';

const PARTY = 'north';

interface Paillier {
  readonly key: DealtKey;
  readonly inputs: readonly Uint8Array[];
  readonly output: Uint8Array;
  /** What each holder releases, packed as in its box. */
  readonly released: readonly Uint8Array[];
}

const makePaillier = cached(async (): Promise<Paillier> => {
  const key = dealKey('fuzz');
  const inputs = await encryptFor(key, PARTY, [[1n, -2n], [30n]]);
  const output = await sumOf(
    key,
    inputs.map((ciphertext) => ({ party: PARTY, ciphertext })),
  );
  const holders = await openHolders(key);
  const released = holders.map((holder) => packShares(holder.partialDecryptions([output])));
  for (const holder of holders) holder[Symbol.dispose]();
  return { key, inputs, output, released };
});

const unlessOneOf = (valid: readonly Uint8Array[], what: string) => (_value: unknown, bytes: Uint8Array) =>
  valid.some((original) => equalBytes(original, bytes)) ? undefined : what;

export const paillierInputTarget = target({
  name: 'paillier-input',
  short: 8,
  make: makePaillier,
  open: async ({ key: { context, jointKey }, inputs }) => {
    const evaluator = await openPaillierEvaluator(context, jointKey);
    return {
      corpus: inputs,
      mutations: [],
      decode: (bytes) => evaluator.validateInput(bytes, PARTY),
      objection: unlessOneOf(inputs, 'a ciphertext whose maker did not make it'),
      codes: ['CIPHERTEXT_INVALID'],
      limitMs: 2_000,
      dispose: () => evaluator[Symbol.dispose](),
    };
  },
});

/** A joint key with nothing in the place of the digest of Enc(φ). */
function withoutTotient(key: Uint8Array, { parameters }: { parameters: PaillierParameters }): Uint8Array {
  const at = KEY_TAG_BYTES + Math.ceil(parameters.modulusBits / 8);
  return key.slice().fill(0, at, at + TOTIENT_BYTES);
}

export const paillierKeyTarget = target({
  name: 'paillier-joint-key',
  short: 6,
  make: makePaillier,
  open: ({ key: { context, jointKey } }) => ({
    corpus: [jointKey],
    mutations: [],
    decode: async (bytes) => {
      using encryptor = await openPaillierEncryptor(context, bytes, PARTY);
      return encryptor.encrypt([1n]);
    },
    // Of which Enc(φ) the key was made nothing in it can tell; the K holders have signed the digest of all its bytes.
    objection: (_, bytes) =>
      equalBytes(withoutTotient(bytes, context), withoutTotient(jointKey, context))
        ? undefined
        : 'a key that nobody has made',
    codes: ['CIPHERTEXT_INVALID', 'KEY_TEST_FAILED'],
    limitMs: 10_000,
  }),
});

export const paillierShareTarget = target({
  name: 'paillier-share',
  short: 6,
  make: makePaillier,
  open: ({ key: { context, jointKey }, output, released }) => {
    const combiner = openPaillierCombiner(context, jointKey);
    const [first = new Uint8Array(), ...others] = released;
    const rest = others.map((packed) => unpackShares(packed, 'another'));
    return {
      corpus: [first],
      mutations: [],
      decode: (bytes) => combiner.combine([output], [unpackShares(bytes, 'holder-1'), ...rest]),
      objection: unlessOneOf([first], 'a share that is not the one of its holder'),
      codes: ['CIPHERTEXT_INVALID', 'SHARE_INVALID'],
      limitMs: 5_000,
    };
  },
});

/** The course of a ceremony up to this round: what is due in each, and what honest holders say. */
async function courseOf(table: Table, last: Round['name'] | undefined): Promise<Course> {
  const course: { round: Round; messages: Uint8Array[] }[] = [];
  while (!table.observer.finished && (last === undefined || course.at(-1)?.round.name !== last)) {
    const messages = table.say();
    course.push({ round: table.observer.due, messages });
    await table.observer.take(messages);
  }
  return course;
}

type Course = readonly { readonly round: Round; readonly messages: readonly Uint8Array[] }[];

/** The first holder's message; the byte before it says of which round it is. */
function ceremonyTarget(name: string, short: number, last?: Round['name']): Target {
  return target({
    name,
    short,
    make: () => ({}),
    open: async () => {
      const table = await openTable('fuzz');
      const course = await courseOf(table, last);
      return {
        corpus: course.map(({ messages: [message = new Uint8Array()] }, i) =>
          joined(Uint8Array.of(i), message),
        ),
        mutations: [],
        decode: (bytes) => {
          const { round, messages } = course[(bytes[0] ?? 0) % course.length] ?? {};
          if (round === undefined || messages === undefined) throw new Error('the ceremony has no rounds');
          try {
            return round.take(readMessages(table.setting, round, [bytes.slice(1), ...messages.slice(1)]));
          } catch (error) {
            // It leads to the blame round, in which every holder opens its seed.
            if (!(error instanceof Inconsistency)) throw error;
            throw new StrongroomError('KEY_TEST_FAILED', error.message);
          }
        },
        // Most messages are commitments and hidden values: other bytes are another choice, which shows later.
        objection: () => undefined,
        codes: ['CIPHERTEXT_INVALID', 'KEY_TEST_FAILED', 'SHARE_INVALID'],
        limitMs: 20_000,
        dispose: () => table[Symbol.dispose](),
      };
    },
  });
}

/** The two rounds before candidates are drawn: those that cost little. */
export const paillierStartTarget = ceremonyTarget('paillier-ceremony-start', 3, 'key-test-share');

/** All rounds; making them takes seconds. */
export const paillierCeremonyTarget = ceremonyTarget('paillier-ceremony', 0);
