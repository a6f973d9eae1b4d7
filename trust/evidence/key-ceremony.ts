/**
 * `wrong-contribution`: a key holder's message of the ceremony is malformed or fails its public test;
 * `wrong-joint-key`: it signed a joint key that does not follow from the messages.
 *
 * Holds: the log up to the documents, so that it shows which messages counted; as objects the messages. Discloses the
 * log, and the messages, which controllers can fetch anyway.
 */
import { StrongroomError } from '../../proto/errors.ts';
import type { TaskBook } from '../book.ts';
import { sha256Hex } from '../digest.ts';
import { replayCeremony, transcriptOf } from '../key-replay.ts';
import type { TaskLife } from '../life.ts';
import type { Claim } from './claim.ts';
import { at, failedAt, unproven } from './form.ts';
import type { Objects } from './objects.ts';

export async function proveWrongContribution(book: TaskBook, id: string, objects: Objects): Promise<Claim> {
  const task = taskIn(book, id);
  try {
    await replayCeremony(transcriptOf(task), objects.fetchAll);
  } catch (error) {
    if (!(error instanceof StrongroomError) || typeof error.details['party'] !== 'string') {
      throw failedAt('history', error);
    }
    const { party } = error.details;
    return {
      accused: party,
      task: task.id,
      code: error.code,
      says: `${party} contributed falsely: ${error.message}`,
    };
  }
  throw unproven('the claim', 'every message of the key ceremony verifies');
}

export async function proveWrongJointKey(
  book: TaskBook,
  id: string,
  accused: string,
  objects: Objects,
): Promise<Claim> {
  const task = taskIn(book, id);
  const signed = task.jointKeys.get(accused)?.payload.key;
  if (signed === undefined) throw unproven('accused', `${accused} has signed no joint key`);
  const key = await replayCeremony(transcriptOf(task), objects.fetchAll);
  if (key === undefined) throw unproven('history', 'the key ceremony is not finished in it');
  if (signed.digest === sha256Hex(key)) throw unproven('the claim', 'the joint key is right');
  const says = `${accused} signed a joint key that does not follow from the contributions of the ${task.holders.length} key holders`;
  return { accused, task: task.id, code: 'JOINT_KEY_MISMATCH', says };
}

function taskIn(book: TaskBook, id: string): TaskLife {
  return at('task', () => book.task(id));
}
