/** How long a Paillier key ceremony takes where all holders share one thread, one after another, without any network. */
import { randomBytes } from 'node:crypto';
import { openPaillierHolderCeremony } from '../schemes/paillier/keygen/holder-ceremony.ts';
import { choosePaillierParameters } from '../schemes/paillier/parameters.ts';
import type { HolderCeremony } from '../schemes/scheme.ts';

export interface CeremonyTask {
  readonly modulusBits: 2048 | 3072;
  readonly holders: number;
  readonly runs: number;
}

/** What one holder spends on a step, on average over all holders and all times that the step is taken. */
interface StepFigures {
  readonly step: string;
  /** Times that the step was taken in all runs. */
  readonly times: number;
  readonly cpuSecondsToSay: number;
  readonly cpuSecondsToTake: number;
  /** Of the message of one holder. */
  readonly bytes: number;
}

export interface CeremonyFigures {
  readonly modulusBits: number;
  readonly holders: number;
  /** Of each run: all holders together. */
  readonly cpuSeconds: readonly number[];
  readonly elapsedSeconds: readonly number[];
  readonly batches: readonly number[];
  /** Of each run: what one holder sends. */
  readonly bytesPerHolder: readonly number[];
  readonly steps: readonly StepFigures[];
}

interface StepTotals {
  times: number;
  say: number;
  take: number;
  bytes: number;
}

/** Runs whole ceremonies, each for a task of its own. */
export async function measureCeremony(task: CeremonyTask): Promise<CeremonyFigures> {
  const steps = new Map<string, StepTotals>();
  const runs: { cpu: number; elapsed: number; batches: number; bytes: number }[] = [];
  for (let run = 0; run < task.runs; run += 1) {
    const [cpu, start] = [cpuSeconds(), performance.now()];
    const { batches, bytes } = await runCeremony(task, steps);
    runs.push({ cpu: cpuSeconds() - cpu, elapsed: (performance.now() - start) / 1000, batches, bytes });
  }
  return {
    modulusBits: task.modulusBits,
    holders: task.holders,
    cpuSeconds: runs.map(({ cpu }) => cpu),
    elapsedSeconds: runs.map(({ elapsed }) => elapsed),
    batches: runs.map(({ batches }) => batches),
    bytesPerHolder: runs.map(({ bytes }) => bytes),
    steps: [...steps].map(([step, { times, say, take, bytes }]) => ({
      step,
      times,
      cpuSecondsToSay: say / times / task.holders,
      cpuSecondsToTake: take / times / task.holders,
      bytes: bytes / times,
    })),
  };
}

async function runCeremony(
  { modulusBits, holders }: CeremonyTask,
  steps: Map<string, StepTotals>,
): Promise<{ batches: number; bytes: number }> {
  const size = { holders, contributors: 2000, decryptions: 1, statisticalBits: 80, magnitude: 1n << 40n };
  const parameters = choosePaillierParameters({ modulusBits, ...size });
  const context = { parameters, task: randomBytes(32).toString('hex') };
  const ceremonies: HolderCeremony[] = [];
  for (let holder = 0; holder < holders; holder += 1) {
    ceremonies.push(await openPaillierHolderCeremony(context, new Uint8Array(randomBytes(32)), holder));
  }
  let [bytes, tried] = [0, 0];
  const [first] = ceremonies;
  while (first && !first.finished) {
    const { step } = first.progress;
    tried = first.progress.tried ?? tried;
    const start = cpuSeconds();
    const messages: Uint8Array[] = [];
    for (const ceremony of ceremonies) messages.push(await ceremony.contribution());
    const said = cpuSeconds();
    for (const ceremony of ceremonies) await ceremony.take(messages);
    const totals = steps.get(step) ?? { times: 0, say: 0, take: 0, bytes: 0 };
    const length = messages[0]?.length ?? 0;
    totals.times += 1;
    totals.say += said - start;
    totals.take += cpuSeconds() - said;
    totals.bytes += length;
    bytes += length;
    steps.set(step, totals);
  }
  for (const ceremony of ceremonies) ceremony[Symbol.dispose]();
  return { batches: tried / parameters.candidatesPerBatch, bytes };
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}
