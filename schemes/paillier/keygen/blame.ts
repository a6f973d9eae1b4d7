/**
 * Who was at fault. Where the public values of a ceremony do not fit together its key will never be used, so every
 * holder opens its seed. Everything that a holder says is a function of its seed and of what was said before: everybody
 * replays the ceremony and compares digests, and the first message that differs names its holder.
 *
 * All messages before that one are as they were in the replay, so the replay needs digests only, and not the messages.
 */
import { sha256 } from '#primitives';
import { StrongroomError } from '../../../proto/errors.ts';
import { HolderSecrets } from './holder-secrets.ts';
import { keyContributionRound } from './key-rounds.ts';
import { TAG_BYTES } from './binding.ts';
import { writeMessage } from './message.ts';
import { Inconsistency, type CeremonySetting, type FinishedKey, type Round } from './round.ts';
import { SEED_BYTES } from './seed-tree.ts';

/** SHA-256 of every message so far, by round and holder. */
export type Digests = readonly (readonly Uint8Array[])[];

export function blameRound(
  setting: CeremonySetting,
  digests: Digests,
  symptom: Inconsistency,
  batch: number,
): Round {
  return {
    name: 'blame',
    batch,
    step: 'finding the key holder at fault',
    bodyBytes: SEED_BYTES,
    contribution: ({ seed }) => Uint8Array.from(seed),
    take: (seeds) => {
      throw verdict(setting, digests, seeds, symptom);
    },
  };
}

function verdict(
  setting: CeremonySetting,
  digests: Digests,
  seeds: readonly Uint8Array[],
  symptom: Inconsistency,
): StrongroomError {
  const holders = seeds.map((seed, holder) => new HolderSecrets(setting, seed, holder));
  const about = symptom.candidate === undefined ? '' : `candidate ${symptom.candidate}: `;
  try {
    const fault = firstDifference(setting, digests, holders);
    if (!fault) {
      return new StrongroomError(
        'KEY_TEST_FAILED',
        `the key ceremony failed though every key holder kept to it (${about}${symptom.message}): propose the task again`,
      );
    }
    const { round, number, holder } = fault;
    const details = { holder, round: number, batch: round.batch };
    return new StrongroomError(
      'KEY_TEST_FAILED',
      `key holder ${holder + 1} did not keep to the key ceremony: its message of round ${number} ("${round.name}", batch ${round.batch}) is not the one that follows from its seed; it showed in ${about}${symptom.message}`,
      { details: symptom.candidate === undefined ? details : { ...details, candidate: symptom.candidate } },
    );
  } finally {
    for (const secrets of holders) secrets[Symbol.dispose]();
  }
}

interface Fault {
  readonly round: Round;
  /** Of that round, from 0. */
  readonly number: number;
  readonly holder: number;
}

function firstDifference(
  setting: CeremonySetting,
  digests: Digests,
  holders: readonly HolderSecrets[],
): Fault | undefined {
  let round: Round = keyContributionRound(setting);
  for (const [number, said] of digests.entries()) {
    const messages: Uint8Array[] = [];
    for (const [holder, secrets] of holders.entries()) {
      const message = writeMessage(setting.binding, round, holder, round.contribution(secrets));
      const digest = said[holder] ?? new Uint8Array();
      if (Buffer.compare(sha256(message), digest) !== 0) return { round, number, holder };
      messages.push(message.subarray(TAG_BYTES));
    }
    const next = takeAgain(round, messages);
    if (!next || 'jointKey' in next) return undefined;
    round = next;
  }
  return undefined;
}

/** Absent where the ceremony ends here again. */
function takeAgain(round: Round, bodies: readonly Uint8Array[]): Round | FinishedKey | undefined {
  try {
    return round.take(bodies);
  } catch (error) {
    if (error instanceof Inconsistency) return undefined;
    throw error;
  }
}
