/**
 * How fast the aggregator takes in ciphertexts until they are durable, verified and named by a manifest in the log,
 * beside a raw gRPC stream of the same bytes between as many processes into a server that only counts. The two
 * alternate in one run.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AGGREGATOR, createNetwork, Network } from '../../clients/network.ts';
import { propose } from '../../clients/requester.ts';
import { Session } from '../../clients/session.ts';
import { StrongroomError } from '../../proto/errors.ts';
import type { Order } from './ingest/process.ts';
import { HOLDERS, manyCells, OFFICE } from './ingest/task.ts';
import { processorSeconds } from '../processor-time.ts';

export interface IngestFigures {
  /** Bytes of one round, and input parties that send them at the same time, each in a process of its own. */
  readonly bytes: number;
  readonly clients: number;
  /** By round. */
  readonly raw: readonly Round[];
  readonly ingest: readonly Round[];
  /** The median of the rounds' ratios, ingest over raw. */
  readonly ratio: number;
}

export interface Round {
  readonly bytesPerSecond: number;
  /** Processor time of all processes together, senders and servers: what is left where others use the cores too. */
  readonly cpuSecondsPerGigabyte: number;
}

const PROCESS = new URL('ingest/process.ts', import.meta.url);

/** `sizes`: each input party sends 2 MB times as many. The first round warms up and does not count. */
export async function measureIngest({
  clients = 4,
  rounds = 3,
  sizes = 12,
}: { clients?: number; rounds?: number; sizes?: number } = {}): Promise<IngestFigures> {
  const folder = mkdtempSync(join(tmpdir(), 'strongroom-bench-'));
  await using opened = new AsyncDisposableStack();
  opened.defer(() => rmSync(folder, { recursive: true, force: true }));
  const inputs = Array.from({ length: clients * (rounds + 1) }, (_, i) => `input-${i}`);
  const parties = [
    // One never submits, so that nothing is sealed.
    ...[...inputs, 'idle'].map((name) => ({ name, roles: ['input'] as const })),
    ...HOLDERS.map((name) => ({ name, roles: ['processing'] as const })),
    { name: OFFICE, roles: ['output'] as const },
  ];
  await createNetwork(folder, { parties, policy: 'automatic' });
  const network = opened.use(await Network.start(folder, HOLDERS));
  const office = opened.use(await Session.open(network.profile(OFFICE)));
  const task = await propose(office, manyCells([...inputs, 'idle'], sizes));
  await office.until(task.id, (life) => life.jointKey);

  const start = (): Helper => opened.use(new Helper());
  const sink = start();
  const port = await sink.do({ serve: network.profile(AGGREGATOR) });
  const helpers = Array.from({ length: clients }, start);
  const daemons = [...network.daemons.values()].map(({ child }) => child.pid ?? 0);
  const pids = [...daemons, sink.pid, ...helpers.map(({ pid }) => pid)];
  const figures: { raw: Round[]; ingest: Round[] } = { raw: [], ingest: [] };
  const bytes = clients * task.plan.upload.inputBytes;
  for (let round = 0; round <= rounds; round += 1) {
    const together = (order: (profile: string) => Order) =>
      Promise.all(
        helpers.map((helper, i) => helper.do(order(network.profile(inputs[round * clients + i] ?? '')))),
      );
    await together((profile) => ({ prepare: profile, task: task.id }));
    const raw = await measured(bytes, pids, () => together((profile) => ({ raw: profile, port })));
    const ingest = await measured(bytes, pids, () => together((profile) => ({ upload: profile })));
    if (round === 0) continue;
    figures.raw.push(raw);
    figures.ingest.push(ingest);
  }
  const ratios = figures.ingest
    .map(({ bytesPerSecond }, i) => bytesPerSecond / (figures.raw[i]?.bytesPerSecond ?? NaN))
    .sort((a, b) => a - b);
  return { bytes, clients, ...figures, ratio: ratios[ratios.length >> 1] ?? NaN };
}

/** A process that does one thing after the other. */
class Helper implements Disposable {
  readonly #child: ChildProcess = fork(PROCESS, { execArgv: ['--disable-warning=ExperimentalWarning'] });
  readonly #ended = once(this.#child, 'exit').then(() => ({ failed: 'the process has ended' }));

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Throws INTERNAL where it fails. */
  async do(order: Order): Promise<number> {
    this.#child.send(order);
    const said = new Promise<Answer>((resolve) =>
      this.#child.once('message', (answer) => resolve(answer as Answer)),
    );
    const answer = await Promise.race([said, this.#ended]);
    if ('failed' in answer) throw new StrongroomError('INTERNAL', `A process failed: ${answer.failed}`);
    return answer.done;
  }

  [Symbol.dispose](): void {
    this.#child.disconnect();
  }
}

type Answer = { readonly done: number } | { readonly failed: string };

async function measured(
  bytes: number,
  pids: readonly number[],
  work: () => Promise<unknown>,
): Promise<Round> {
  const cpu = () => pids.reduce((sum, pid) => sum + processorSeconds(pid), 0);
  const before = { cpu: cpu(), at: performance.now() };
  await work();
  const seconds = (performance.now() - before.at) / 1000;
  return { bytesPerSecond: bytes / seconds, cpuSecondsPerGigabyte: (1e9 * (cpu() - before.cpu)) / bytes };
}
