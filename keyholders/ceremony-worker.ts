/** The worker thread: one key ceremony, from the seed that it is handed to the joint key. */
import { parentPort, workerData } from 'node:worker_threads';
import { StrongroomError } from '../proto/errors.ts';
import { openHolderCeremony } from '../schemes/key-share.ts';
import type { HolderCeremony } from '../schemes/scheme.ts';
import type { WorkerAnswer, WorkerRequest, WorkerTask } from './ceremony-messages.ts';

async function answer(ceremony: HolderCeremony, request: WorkerRequest): Promise<WorkerAnswer> {
  const said = request.ask === 'contribution' ? { contribution: await ceremony.contribution() } : {};
  if (request.ask === 'take') await ceremony.take(request.messages);
  const { round, progress, finished } = ceremony;
  return { ok: true, ...said, round, progress, ...(finished ? { jointKey: ceremony.jointKey() } : {}) };
}

function refusal(error: unknown): WorkerAnswer {
  const known =
    error instanceof StrongroomError
      ? error
      : new StrongroomError('INTERNAL', `the key ceremony failed: ${String(error)}`);
  return { ok: false, code: known.code, message: known.message, details: known.details };
}

const { context, seed, holder } = workerData as WorkerTask;
const opening = openHolderCeremony(context, seed, holder).finally(() => seed.fill(0));
// Whoever asks first hears of a failure; until then it is not unhandled.
opening.catch(() => undefined);

parentPort?.on('message', (request: WorkerRequest) => {
  void opening
    .then((ceremony) => answer(ceremony, request))
    .catch(refusal)
    .then((message) => parentPort?.postMessage(message));
});
