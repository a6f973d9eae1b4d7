/** Runs one decoder in a worker thread, shows how far it is, and notices when it hangs or dies. */
import { Worker } from 'node:worker_threads';
import { DECODERS } from '../decoders/index.ts';
import type { WorkerOrder, WorkerWord } from '../worker.ts';
import { inputOf } from './judge.ts';
import { keepInput, materialOf } from './keeping.ts';
import type { Row } from './report.ts';

const LOOK_MS = 1_000;
/** Far above what any decoder may take, on a machine that does much else. */
const HANG_MS = 30_000;
/** A decoder that fills this heap has no bound. */
const HEAP_MB = 1_500;

/** What is known of a thread that runs. */
interface Watched {
  /** Undefined until the decoder has been opened; then the processes that must not outlive the thread. */
  processes?: readonly number[];
  /** When it last began another input, and which. */
  moved: { readonly at: number; readonly iteration: number };
  /** Why it ended, where it did not end by itself. */
  died?: string;
  row: Row;
}

/** Never throws: a decoder that cannot be opened is a finding, too. */
export async function runCampaign(target: string, seed: number, seconds: number): Promise<Row> {
  const iteration = new SharedArrayBuffer(4);
  const counter = new Int32Array(iteration);
  const worker = new Worker(new URL('../worker.ts', import.meta.url), {
    workerData: { target, seed, seconds, iteration } satisfies WorkerOrder,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
  });
  const watched: Watched = {
    moved: { at: Date.now(), iteration: 0 },
    row: { target, inputs: 0, seconds: 0, accepted: 0, refused: {}, grown: 0, findings: 0 },
  };
  worker.on('message', (word: WorkerWord) => hear(watched, word));
  worker.on('error', (error: Error) => (watched.died = error.message));
  const watch = setInterval(() => {
    progress(`${target}: input ${Atomics.load(counter, 0)}`, false);
    if (watched.died !== undefined || !hangs(watched, Atomics.load(counter, 0))) return;
    watched.died = `hangs for ${HANG_MS / 1000} s`;
    void worker.terminate();
  }, LOOK_MS);
  await new Promise((ended) => worker.once('exit', ended));
  clearInterval(watch);
  if (watched.died !== undefined) await bury(watched, target, seed, Atomics.load(counter, 0));
  const { inputs, seconds: taken, findings } = watched.row;
  progress(
    `${target}: ${inputs} inputs, ${Math.round(inputs / (taken || 1))} a second, ${findings} findings`,
    true,
  );
  return watched.row;
}

function hear(watched: Watched, word: WorkerWord): void {
  const { target } = watched.row;
  switch (word.say) {
    case 'ready':
      watched.processes = word.processes;
      watched.moved = { at: Date.now(), iteration: 0 };
      break;
    case 'finding':
      progress(`${target}: FINDING: ${word.what}\n  ${word.file}`, true);
      break;
    case 'done':
      for (const { what, times } of word.tally.findings) progress(`${target}: ${times} × ${what}`, true);
      watched.row = {
        ...word.tally,
        target,
        seconds: word.seconds,
        grown: word.grown,
        findings: word.tally.findings.length,
      };
  }
}

function hangs(watched: Watched, iteration: number): boolean {
  if (iteration !== watched.moved.iteration) watched.moved = { at: Date.now(), iteration };
  return watched.processes !== undefined && Date.now() - watched.moved.at > HANG_MS;
}

/** A thread that died is a finding, at the input that it had in hand. */
async function bury(watched: Watched, target: string, seed: number, iteration: number): Promise<void> {
  const { processes, died = '' } = watched;
  for (const pid of processes ?? []) process.kill(pid, 'SIGKILL');
  progress(`${target}: FINDING: ${died}`, true);
  if (processes !== undefined) progress(`  ${await keepLast(target, seed, iteration)}`, true);
  watched.row = { ...watched.row, inputs: iteration, findings: watched.row.findings + 1 };
}

/** The input at which the thread died. */
async function keepLast(name: string, seed: number, iteration: number): Promise<string> {
  const target = DECODERS.find((candidate) => candidate.name === name);
  if (target === undefined) return '';
  const decoder = await target.open(await materialOf(target, seed));
  const file = keepInput(name, seed, iteration, inputOf(decoder, name, seed, iteration));
  await decoder.dispose?.();
  return file;
}

/** On a terminal the line is overwritten until one is to stay. */
function progress(line: string, stays: boolean): void {
  if (process.stdout.isTTY) process.stdout.write(`\r\u001b[K${line}${stays ? '\n' : ''}`);
  else if (stays) process.stdout.write(`${line}\n`);
}
