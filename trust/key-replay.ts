/**
 * The key ceremony of a task as everybody can replay it: the same public messages lead to the same joint key. It
 * needs no secret; a holder that signed another key, or said what does not verify, is named.
 */
import { openCeremony } from '../schemes/ceremony.ts';
import type { SchemeContext } from '../schemes/scheme.ts';
import type { Blob } from './documents.ts';
import type { FetchAll } from './evaluation.ts';
import { nameParty, type TaskLife } from './life.ts';

/** What the holders have said, round by round; plain data, which can be handed to a thread. */
export interface Transcript {
  readonly context: SchemeContext;
  readonly holders: readonly string[];
  /** The messages of the complete rounds, each in the order of `holders`. */
  readonly rounds: readonly (readonly Blob[])[];
}

export function transcriptOf(task: TaskLife): Transcript {
  const rounds = task.contributions.slice(0, task.completeRounds).map((said) =>
    task.holders.flatMap((holder) => {
      const message = said.get(holder)?.payload.message;
      return message === undefined ? [] : [message];
    }),
  );
  return { context: task.context, holders: task.holders, rounds };
}

/**
 * The joint key that follows from the messages; undefined where rounds are missing. Throws CIPHERTEXT_INVALID or
 * KEY_TEST_FAILED, with `details.party`, where a holder's message is malformed or fails its public test.
 */
export async function replayCeremony(
  { context, holders, rounds }: Transcript,
  fetchAll: FetchAll,
): Promise<Uint8Array | undefined> {
  using ceremony = await openCeremony(context);
  for (const blobs of rounds) {
    if (ceremony.finished) break;
    const signed = blobs.map((blob, holder) => ({ party: holders[holder] ?? '', blob }));
    const messages = await Array.fromAsync(fetchAll(signed));
    try {
      await ceremony.take(messages);
    } catch (error) {
      throw nameParty(error, holders);
    }
  }
  return ceremony.finished ? ceremony.jointKey() : undefined;
}
