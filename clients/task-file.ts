/** A task document in a file. */
import { readFileSync } from 'node:fs';
import { StrongroomError } from '../proto/errors.ts';
import { parseTask, validateTask, type TaskDocument } from '../statistics/task.ts';

/** Reads a task document; with `holders`, its key holders are replaced by that many of this machine's own. */
export function readTask(file: string, holders?: number): TaskDocument {
  const task = parseTask(readText(file), file);
  if (holders === undefined) return task;
  const processing = Array.from({ length: holders }, (_, i) => `holder-${i + 1}`);
  return validateTask({ ...task, parties: { ...task.parties, processing } });
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new StrongroomError('NOT_FOUND', `The task document ${file} cannot be read.`, { cause });
  }
}
