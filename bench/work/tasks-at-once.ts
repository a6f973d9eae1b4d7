/**
 * Whole small tasks side by side on one network of real daemons: from the first proposal to the last verified result.
 * Each result is compared with the same computation in the clear.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { runPlain } from '../../clients/local-run.ts';
import { createNetwork, Network } from '../../clients/network.ts';
import { fetchResult } from '../../clients/output-party.ts';
import { submit } from '../../clients/provider.ts';
import { propose } from '../../clients/requester.ts';
import { Session } from '../../clients/session.ts';
import { validateTask, type TaskDocument } from '../../statistics/task.ts';
import { processorSeconds } from '../processor-time.ts';

export interface TasksFigures {
  readonly tasks: number;
  /** Until the last result, and until the last key share is destroyed. */
  readonly seconds: number;
  readonly secondsToTheEnd: number;
  readonly tasksPerMinute: number;
  /** Tasks without a result, or with another one than the computation in the clear. */
  readonly failed: number;
  /** Processor time a task, by process; `clients` is the one of all input parties and the output party. */
  readonly cpuSecondsPerTask: Readonly<Record<string, number>>;
}

const INPUTS = ['north', 'south', 'east'];
const HOLDERS = ['holder-1', 'holder-2', 'holder-3'];
const OFFICE = 'office';

/** One network for all counts: so many tasks at once, one count after the other, after one task that warms up. */
export async function measureTasksAtOnce(counts: readonly number[]): Promise<TasksFigures[]> {
  const folder = mkdtempSync(join(tmpdir(), 'strongroom-bench-'));
  await using opened = new AsyncDisposableStack();
  opened.defer(() => rmSync(folder, { recursive: true, force: true }));
  const parties = [
    ...INPUTS.map((name) => ({ name, roles: ['input'] as const })),
    ...HOLDERS.map((name) => ({ name, roles: ['processing'] as const })),
    { name: OFFICE, roles: ['output'] as const },
  ];
  await createNetwork(folder, { parties, policy: 'automatic' });
  const network = opened.use(await Network.start(folder, HOLDERS));
  const office = opened.use(await Session.open(network.profile(OFFICE)));
  const inputs = INPUTS.map((name) => opened.use(office.beside(network.profile(name))));
  await sideBySide(network, office, inputs, 1);
  const figures: TasksFigures[] = [];
  for (const count of counts) figures.push(await sideBySide(network, office, inputs, count));
  return figures;
}

async function sideBySide(
  network: Network,
  office: Session,
  inputs: readonly Session[],
  count: number,
): Promise<TasksFigures> {
  const before = cpuOf(network);
  const start = performance.now();
  const since = () => (performance.now() - start) / 1000;
  const runs = await Promise.allSettled(
    Array.from({ length: count }, async (_, number) => {
      const document = taskNumber(`${count}-${number}`);
      const files = new Map(INPUTS.map((party) => [party, tableOf(network.folder, party, number)]));
      const { id } = await propose(office, document);
      await Promise.all(inputs.map((session) => submit(session, id, files.get(session.name) ?? new Map())));
      const { result } = (await fetchResult(office, id)).document;
      const delivered = since();
      await office.until(id, ({ phase }) => (phase === 'SHREDDED' ? true : undefined));
      return { delivered, right: isDeepStrictEqual(result, await runPlain(document, files)) };
    }),
  );
  const secondsToTheEnd = since();
  const done = runs.flatMap((run) =>
    run.status === 'fulfilled' && run.value.right ? [run.value.delivered] : [],
  );
  const seconds = Math.max(...done);
  const cpu = Object.entries(cpuOf(network)).map(([name, total]) => [
    name,
    (total - (before[name] ?? 0)) / count,
  ]);
  return {
    tasks: count,
    seconds,
    secondsToTheEnd,
    tasksPerMinute: (60 * done.length) / seconds,
    failed: count - done.length,
    cpuSecondsPerTask: Object.fromEntries(cpu) as Record<string, number>,
  };
}

function cpuOf(network: Network): Record<string, number> {
  const daemons = [...network.daemons].map(([name, { child }]) => [name, processorSeconds(child.pid ?? 0)]);
  return {
    ...(Object.fromEntries(daemons) as Record<string, number>),
    clients: processorSeconds(process.pid),
  };
}

/** The records of a party for one of the tasks, written to a file. */
function tableOf(folder: string, party: string, number: number): ReadonlyMap<string, string> {
  const rows = Array.from(
    { length: 1 + (number % 10) },
    (_, i) => `${20 + number}.${10 + i + party.length},f\n`,
  );
  const file = join(folder, `${party}-${number}.csv`);
  writeFileSync(file, `pay,sex\n${rows.join('')}`);
  return new Map([['people', file]]);
}

function taskNumber(number: string): TaskDocument {
  return validateTask({
    strongroom: 'task/1',
    title: `Mean pay ${number}`,
    purpose: 'A benchmark',
    'legal-basis': 'None: the people are made up',
    retention: 'P1D',
    parties: { input: INPUTS, processing: HOLDERS, output: OFFICE },
    tables: {
      people: {
        columns: {
          pay: { type: 'decimal', places: 2, min: '0', max: '200', unit: 'EUR' },
          sex: { type: 'category', values: ['f', 'm'] },
        },
        'max-rows': 1000,
      },
    },
    domain: { union: 'people' },
    statistics: [
      { name: 'people', statistic: 'count' },
      { name: 'mean-pay', statistic: 'mean', of: 'pay', decimals: 2 },
    ],
    disclosure: { 'minimum-contributors': 3 },
    deadlines: { approve: 'PT10M', collect: 'PT10M', release: 'PT10M' },
    scheme: 'bfv',
  });
}
