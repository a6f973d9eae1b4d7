/** One decoder in a thread of its own, so that a hang or a crash of it is noticed from outside. */
import { parentPort, workerData } from 'node:worker_threads';
import { DECODERS } from './decoders/index.ts';
import { complaintAboutCorpus, fuzz, type Tally } from './harness/campaign.ts';
import { forgetMaterial, keepInput, materialOf } from './harness/keeping.ts';
import { MemoryWatch } from './harness/memory.ts';

export interface WorkerOrder {
  readonly target: string;
  readonly seed: number;
  readonly seconds: number;
  /** The number of the iteration that is under way, for whoever watches. */
  readonly iteration: SharedArrayBuffer;
}

export type WorkerWord =
  | { readonly say: 'ready'; readonly processes: readonly number[] }
  | { readonly say: 'finding'; readonly what: string; readonly file: string }
  | { readonly say: 'done'; readonly tally: Tally; readonly seconds: number; readonly grown: number };

/** A full garbage collection takes up to a second on a busy machine. */
const SAMPLE_MS = 2_000;
const GLANCE_EVERY = 32;
/** Different findings of one decoder before it is left alone. */
const ENOUGH = 20;

const order = workerData as WorkerOrder;
const say = (word: WorkerWord): void => parentPort?.postMessage(word);
const target = DECODERS.find(({ name }) => name === order.target);
if (target === undefined) throw new Error(`no decoder ${order.target}`);

const decoder = await target.open(await materialOf(target, order.seed));
const complaint = await complaintAboutCorpus(decoder);
if (complaint !== undefined) throw new Error(complaint);

decoder.warmUp?.();
const counter = new Int32Array(order.iteration);
const memory = new MemoryWatch(decoder.residentBytes);
say({ say: 'ready', processes: decoder.processes ?? [] });

const start = performance.now();
let sampledAt = start;
const tally = await fuzz(decoder, {
  target: order.target,
  seed: order.seed,
  goOn: (iteration, { findings }) => {
    Atomics.store(counter, 0, iteration);
    const now = performance.now();
    if (iteration % GLANCE_EVERY === 0) memory.glance();
    if (now - sampledAt > SAMPLE_MS) {
      memory.sample();
      sampledAt = performance.now();
    }
    return now - start < order.seconds * 1000 && findings.length < ENOUGH;
  },
  onFinding: ({ what, iteration }, input) =>
    say({ say: 'finding', what, file: keepInput(order.target, order.seed, iteration, input) }),
});
const seconds = (performance.now() - start) / 1000;
memory.sample();
const leak = memory.complaint();
if (leak !== undefined) tally.findings.push({ what: leak, iteration: tally.inputs, times: 1 });
if (tally.findings.length === 0) forgetMaterial(order.target, order.seed);
await decoder.dispose?.();
say({ say: 'done', tally, seconds, grown: memory.grown });
