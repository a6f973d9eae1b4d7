/** The thread: one job after another, each fetching what it needs through the controller's connection. */
import { parentPort } from 'node:worker_threads';
import { StrongroomError } from '../../proto/errors.ts';
import { fetchOne, type FetchAll, type SignedBlob } from '../../trust/evaluation.ts';
import { verifyEvidence } from '../../trust/evidence.ts';
import { recompute } from './recompute.ts';
import type { Failure, Job, ThreadMessage, ThreadRequest } from './thread-messages.ts';

const waiting = new Map<number, PromiseWithResolvers<readonly Uint8Array[]>>();
let asked = 0;

const say = (message: ThreadMessage): void => parentPort?.postMessage(message);

/** Objects that travel to this thread together. */
const GROUP_OBJECTS = 512;
const GROUP_BYTES = 4 * 1024 * 1024;

/** The next group is on its way while the caller computes with the one before it. */
const fetchAll: FetchAll = async function* (signed) {
  let coming: Promise<readonly Uint8Array[]> | undefined;
  for (const group of groupsOf(signed)) {
    const next = ask(group);
    // Whoever awaits it hears of a failure; the caller may have stopped before.
    next.catch(() => undefined);
    if (coming !== undefined) yield* await coming;
    coming = next;
  }
  if (coming !== undefined) yield* await coming;
};

function* groupsOf(signed: Iterable<SignedBlob>): Generator<SignedBlob[], void, undefined> {
  let group: SignedBlob[] = [];
  let bytes = 0;
  for (const one of signed) {
    group.push(one);
    bytes += one.blob.size;
    if (group.length < GROUP_OBJECTS && bytes < GROUP_BYTES) continue;
    yield group;
    group = [];
    bytes = 0;
  }
  if (group.length > 0) yield group;
}

function ask(signed: readonly SignedBlob[]): Promise<readonly Uint8Array[]> {
  const answer = Promise.withResolvers<readonly Uint8Array[]>();
  waiting.set(++asked, answer);
  say({ fetch: asked, signed });
  return answer.promise;
}

async function run(job: Job): Promise<ThreadMessage> {
  if (job.job !== 'evidence') return { faults: await recompute(job, fetchAll) };
  const { evidence, pinned } = job;
  const beside = (digest: string): Promise<Uint8Array> => fetchOne(fetchAll, '', { digest, size: 0 });
  const { accused, task, code, says } = await verifyEvidence(evidence, { pinned, beside });
  return { proven: { accused, code, says, ...(task === undefined ? {} : { task }) } };
}

function failure(error: unknown): Failure {
  if (error instanceof StrongroomError) {
    return { code: error.code, message: error.message, details: error.details };
  }
  return { code: 'INTERNAL', message: `recomputing failed: ${String(error)}`, details: {} };
}

parentPort?.on('message', (request: ThreadRequest) => {
  if ('start' in request) {
    void run(request.start)
      .catch((error: unknown): ThreadMessage => ({ failed: failure(error) }))
      .then(say);
    return;
  }
  const answer = waiting.get(request.fetched);
  waiting.delete(request.fetched);
  if ('objects' in request) answer?.resolve(request.objects);
  else {
    const { code, message, details } = request.failed;
    answer?.reject(new StrongroomError(code, message, { details: { ...details } }));
  }
});
