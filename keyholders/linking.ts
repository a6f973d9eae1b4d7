/** A key holder’s part in linkage (docs/linkage.md): its point, then products by its linkage key, once for each party. */
import { HolderLinkage } from '../schemes/linkage/holder-linkage.ts';
import { batchesOf } from '../schemes/linkage/batches.ts';
import { POINT_BYTES, YOUNG_MEGABYTES } from '../schemes/linkage/sizes.ts';
import { hex } from '../trust/digest.ts';
import type { Blob, Content, Signed } from '../trust/documents.ts';
import type { TaskLife } from '../trust/life.ts';
import { ThreadPool } from '../trust/threads/pool.ts';
import { linkageAnswerStep } from './steps.ts';
import type { LinkingCalls } from './linking-thread.ts';

type LinkingThreads = ThreadPool<LinkingCalls>;

export const linkingThreads = (): LinkingThreads =>
  new ThreadPool(new URL('./linking-thread.ts', import.meta.url), { youngMegabytes: YOUNG_MEGABYTES });

/** Fewer points are multiplied before a thread has started. */
const FEW = 64;

type Spoken<K extends 'linkage-key' | 'linkage-answer'> = { content: Content<K>; blob?: Uint8Array };

/** What the key holder lends to its linkage. */
export interface Linking {
  readonly holder: string;
  readonly threads: LinkingThreads;
  /** A copy of the seed of the task, which the caller wipes. */
  readonly seed: () => Uint8Array;
  /** The points of a request, verified. */
  readonly fetch: (request: Signed<'linkage-request'>) => Promise<Uint8Array>;
  /** Says something once (`KeyHolder`). */
  readonly say: <K extends 'linkage-key' | 'linkage-answer'>(
    step: string,
    kind: K,
    compose: (put: (bytes: Uint8Array) => Blob) => Promise<Spoken<K>>,
  ) => Promise<void>;
}

/**
 * Publishes the linkage key of this holder, then answers each input party’s request, once and for as many points as
 * `admit` has let pass. Answers hold nothing but products by the linkage key, which serves this task alone.
 */
export async function link(task: TaskLife, linking: Linking): Promise<void> {
  const { linkage } = task;
  if (linkage === undefined) return;
  const { holder, say } = linking;
  if (!linkage.keys.has(holder)) {
    await say('linkage-key', 'linkage-key', () =>
      Promise.resolve({ content: { point: pointOf(task, linking) } }),
    );
    return;
  }
  for (const [party, request] of linkage.requests) {
    if (linkage.answersTo(party).has(holder)) continue;
    await say(linkageAnswerStep(party), 'linkage-answer', async (put) => {
      const answer = await answerTo(task, party, await linking.fetch(request), linking);
      return { content: { request: request.digest, answer: put(answer) }, blob: answer };
    });
  }
}

function pointOf(task: TaskLife, { seed: copy }: Linking): string {
  const seed = copy();
  using own = new HolderLinkage(task.id, seed);
  seed.fill(0);
  return hex(own.publicKey);
}

/** The batches of a request, each with its proof, on all threads. Throws LINKAGE_INVALID where a point is none. */
async function answerTo(
  task: TaskLife,
  party: string,
  request: Uint8Array,
  { threads, seed: copy }: Linking,
): Promise<Uint8Array> {
  if (request.length <= FEW * POINT_BYTES) return answerHere(task, party, request, copy());
  const batches = batchesOf(request.length / POINT_BYTES)
    .map(([start, end]) => request.slice(start * POINT_BYTES, end * POINT_BYTES))
    .toArray();
  const seed = copy();
  try {
    const answering = batches.map((points) => threads.call('answer', { task: task.id, seed, party, points }));
    return Buffer.concat(await Promise.all(answering));
  } finally {
    seed.fill(0);
  }
}

function answerHere(task: TaskLife, party: string, request: Uint8Array, seed: Uint8Array): Uint8Array {
  using own = new HolderLinkage(task.id, seed);
  seed.fill(0);
  return own.answer(party, request);
}
