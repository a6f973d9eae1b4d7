/** The worker thread: submits for its share of the input parties. It reads the log as the first of them. */
import { parentPort, workerData } from 'node:worker_threads';
import { StrongroomError } from '../proto/errors.ts';
import type { ThreadMessage, ThreadTask } from './contributor-threads.ts';
import { submitAll } from './contributors.ts';
import { Session } from './session.ts';

const { task, contributors } = workerData as ThreadTask;
const say = (message: ThreadMessage) => parentPort?.postMessage(message);

try {
  await using reader = await Session.open(contributors[0]?.profile ?? '');
  await submitAll(reader, reader.task(task), contributors, {
    onSubmitted: (submitted) => say({ submitted }),
  });
} catch (error) {
  const known = error instanceof StrongroomError ? error : undefined;
  const message = error instanceof Error ? error.message : String(error);
  say({ refused: { code: known?.code ?? 'INTERNAL', message, details: { ...known?.details } } });
}
