/**
 * What a release relies on besides the evaluation: a checkpoint of a log that holds it, cosigned by all K key
 * holders of the task. So none of them turns its key before all have looked at one and the same history.
 */
import { StrongroomError } from '../proto/errors.ts';
import type { TaskLife } from './life.ts';
import { type CosignedCheckpoint, openCosigned, requireWitnesses } from './log/cosignature.ts';

/**
 * Opens the checkpoint on which a release of the task relies. That its root is the one of the reader's own log is
 * for the reader to compare.
 *
 * Throws NOT_WITNESSED where a key holder of the task has not cosigned it, or where the log of that size does not
 * hold the evaluation yet; SIGNATURE_INVALID, DOCUMENT_INVALID as `openCosigned` does.
 */
export function requireWitnessed(task: TaskLife, checkpoint: string): CosignedCheckpoint {
  const { log, witnesses } = task.consortium;
  const cosigned = openCosigned(checkpoint, log, witnesses);
  requireWitnesses(cosigned, task.holders);
  if (task.evaluatedSize !== undefined && cosigned.size >= task.evaluatedSize) return cosigned;
  throw new StrongroomError(
    'NOT_WITNESSED',
    `A checkpoint of ${cosigned.size} entries says nothing about the evaluation of this task.`,
  );
}
