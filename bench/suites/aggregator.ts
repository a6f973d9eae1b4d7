import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { AGGREGATOR } from '../../clients/network.ts';
import { StrongroomError } from '../../proto/errors.ts';
import type { Benchmark, Contestant, Pace, Scale } from '../harness/benchmark.ts';
import { here } from '../harness/contestants.ts';
import type { Setting, Suite } from '../harness/suite.ts';
import { committeeOf, bfvParameterSets } from '../work/committee.ts';
import { BenchNetwork } from '../work/network.ts';
import { add as addPlain } from '../work/node-seal.ts';
import { add } from '../work/ours.ts';
import { surveyTask } from '../work/survey.ts';
import type { Collection, Order, Said } from '../work/upload/process.ts';

type Rounds = Pick<Pace, 'warmUp' | 'mostRounds'>;

const PROCESS = new URL('../work/upload/process.ts', import.meta.url);
/** Input parties that send at the same time, each in a process of its own. */
const CLIENTS = { tiny: 1, quick: 2, full: 4 };
/** What decides how much each sends: 1.6 MB for each 16,000 cells. */
const CELLS = { tiny: 160, quick: 64_000, full: 256_000 };
const PACE: Record<Scale, Rounds & Partial<Pace>> = {
  tiny: { warmUp: 0, mostRounds: 1 },
  quick: { warmUp: 0, mostRounds: 2 },
  full: { warmUp: 1, mostRounds: 7, patience: 120 },
};
const CIPHERTEXTS = { tiny: 4, quick: 48, full: 256 };
const USUAL = '8192 × 3';
/** As whoever takes grpc-js has it; the other one tells what of the ratio is the collector's. */
const RAW_STREAM = 'raw gRPC stream';

/** What comes in at the aggregator, and what it does with it. */
export const aggregator: Suite = {
  name: 'aggregator',
  about:
    'bytes a second to verified, durable and in the log, against the raw gRPC stream; load, validate and add',
  benchmarks: ({ scale }: Setting): Benchmark[] => [
    {
      name: 'ingest',
      about: `${CLIENTS[scale]} input parties upload their ciphertexts and append their manifests; the raw stream carries the same bytes over the same TLS to a server that counts them`,
      unit: 'B',
      reference: RAW_STREAM,
      pace: PACE[scale],
      open: () => uploads(CLIENTS[scale], CELLS[scale], PACE[scale]),
    },
    {
      name: 'load, validate and add',
      about:
        'Serialised inputs into one sum on one thread, all checks included; node-seal loads with the checks of SEAL',
      unit: 'ciphertexts',
      reference: 'node-seal',
      open: async () => {
        const moduli = bfvParameterSets().get(USUAL);
        if (moduli === undefined) throw new RangeError(`there is no set ${USUAL}`);
        const range = { first: 0, ciphertexts: CIPHERTEXTS[scale] };
        const committee = await committeeOf(moduli);
        return Promise.all([
          here('strongroom', () => add({ ...committee, ...range, values: 'full', warmUp: 0 })),
          here('node-seal', () => addPlain({ moduli, ...range })),
        ]);
      },
    },
  ],
};

/** A party submits once: there are as many as rounds, and one that never does, so that nothing is sealed. */
async function uploads(
  clients: number,
  cells: number,
  { warmUp, mostRounds }: Rounds,
): Promise<Contestant[]> {
  const rounds = warmUp + mostRounds;
  await using opened = new AsyncDisposableStack();
  const net = opened.use(await BenchNetwork.start({ holders: 3, inputs: clients * rounds + 1 }));
  const { tables, statistics } = surveyTask(1000, cells);
  const task = await net.propose(net.task({ tables, statistics }));
  await net.office.until(task.id, (life) => life.jointKey);
  const helpers = (collection: Collection): Helper[] =>
    Array.from({ length: clients }, () => opened.use(new Helper(collection)));
  const profileOf = (round: number, i: number): string =>
    net.network.profile(net.inputs[round * clients + i] ?? '');
  const file = (i: number): string => join(net.folder, `ciphertexts-${i}`);

  const parties = helpers('with-the-heap');
  const ready: Promise<number>[] = [];
  const prepared = (round: number): Promise<number> =>
    (ready[round] ??= together(parties, (i) => ({
      prepare: profileOf(round, i),
      task: task.id,
      into: file(i),
    })).then((bytes) => bytes / clients));

  const ours = (): Contestant => {
    let [round, last] = [0, 0];
    return {
      name: 'strongroom',
      async run() {
        await prepared(round);
        const started = performance.now();
        last = await together(parties, (i) => ({ upload: profileOf(round, i) }));
        const seconds = (performance.now() - started) / 1000;
        round += 1;
        // What key holders do in the lull after it is no part of it, and would fall into the next measurement.
        await net.untilAddedUp(round * clients);
        return { seconds, units: last };
      },
      answer: () => Promise.resolve(last),
      [Symbol.asyncDispose]: () => held.disposeAsync(),
    };
  };

  const raw = async (name: string, collection: Collection): Promise<Contestant> => {
    const [sink, streams] = [opened.use(new Helper(collection)), helpers(collection)];
    const port = await sink.do({ serve: net.network.profile(AGGREGATOR) });
    let [round, last] = [0, 0];
    return {
      name,
      async run() {
        const size = await prepared(round);
        await together(streams, (i) => ({ load: file(i), size }));
        const started = performance.now();
        last = await together(streams, (i) => ({ stream: profileOf(round, i), port }));
        const seconds = (performance.now() - started) / 1000;
        round += 1;
        return { seconds, units: last };
      },
      answer: () => Promise.resolve(last),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
  };

  const others = [
    await raw(RAW_STREAM, 'as-node-does'),
    await raw('raw gRPC stream, buffers with the heap', 'with-the-heap'),
  ];
  const held = opened.move();
  return [ours(), ...others];
}

/** All at the same time; what they say, added up. */
async function together(helpers: readonly Helper[], order: (i: number) => Order): Promise<number> {
  const said = await Promise.all(helpers.map((helper, i) => helper.do(order(i))));
  return said.reduce((sum, done) => sum + done, 0);
}

/** A process that does one thing after the other. */
class Helper implements Disposable {
  readonly #child: ChildProcess;
  readonly #ended: Promise<Said>;

  constructor(collection: Collection) {
    this.#child = fork(PROCESS, [collection], { execArgv: ['--disable-warning=ExperimentalWarning'] });
    this.#ended = once(this.#child, 'exit').then((): Said => ({ failed: 'it has ended' }));
  }

  /** Throws INTERNAL where it fails. */
  async do(order: Order): Promise<number> {
    const said = once(this.#child, 'message').then(([message]) => message as Said);
    this.#child.send(order);
    const answer = await Promise.race([said, this.#ended]);
    if ('failed' in answer) throw new StrongroomError('INTERNAL', `A process has failed: ${answer.failed}`);
    return answer.done;
  }

  [Symbol.dispose](): void {
    if (this.#child.connected) this.#child.disconnect();
  }
}
