/** An aggregator and a key holder as processes of their own, with a task under way, to be sent whatever one likes. */
import { mkdtempSync, openSync, readFileSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createNetwork, Network } from '../../../clients/network.ts';
import { propose } from '../../../clients/requester.ts';
import { Session } from '../../../clients/session.ts';
import { validateTask } from '../../../statistics/task.ts';
import { readConfig } from '../../../transport/profile.ts';
import { HOLDERS, INPUTS, RECEIVER } from './parties.ts';
import { taskValue } from './tasks.ts';

export interface Daemons extends AsyncDisposable {
  readonly network: Network;
  /** A session of an input party, for honest calls. */
  readonly session: Session;
  readonly task: string;
  /** Where the operator of the key holder talks to its daemon. */
  readonly adminSocket: string;
}

let running: Promise<Daemons> | undefined;
let leases = 0;

/** The daemons of this process, started for the first lease and stopped when the last is disposed of. */
export async function leaseDaemons(): Promise<Daemons> {
  leases += 1;
  running ??= startDaemons();
  const daemons = await running;
  return {
    ...daemons,
    [Symbol.asyncDispose]: async () => {
      leases -= 1;
      if (leases > 0) return;
      running = undefined;
      await daemons[Symbol.asyncDispose]();
    },
  };
}

async function startDaemons(): Promise<Daemons> {
  const folder = mkdtempSync(join(tmpdir(), 'strongroom-fuzz-'));
  await createNetwork(folder, {
    policy: 'operator',
    parties: [
      ...HOLDERS.map((name) => ({ name, roles: ['processing'] as const })),
      ...INPUTS.map((name) => ({ name, roles: ['input'] as const })),
      { name: RECEIVER, roles: ['output'] },
      { name: 'watchdog', roles: ['controller'] },
    ],
  });
  const [holder = ''] = HOLDERS;
  const network = await Network.start(folder, [holder]);
  const [office, session] = await Promise.all(
    [RECEIVER, INPUTS[0] ?? ''].map((party) => Session.open(network.profile(party))),
  );
  if (office === undefined || session === undefined) throw new Error('there are no sessions');
  const { id } = await propose(office, validateTask(taskValue()));
  await office[Symbol.asyncDispose]();
  await session.board.refresh();
  const adminSocket = resolve(folder, holder, readConfig(network.profile(holder))['admin-socket']);
  return {
    network,
    session,
    task: id,
    adminSocket,
    [Symbol.asyncDispose]: async () => {
      await session[Symbol.asyncDispose]();
      await network[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** What a daemon has written to its log since the last call. */
export function logReader(network: Network, name: string): () => string {
  const daemon = network.daemons.get(name);
  if (daemon === undefined) throw new Error(`no daemon ${name} is running`);
  const file = openSync(daemon.logFile, 'r');
  const buffer = Buffer.alloc(1 << 20);
  return () => buffer.subarray(0, readSync(file, buffer)).toString('utf8');
}

/** The resident memory of a daemon, in bytes. */
export function residentBytesOf(network: Network, name: string): number {
  const pid = network.daemons.get(name)?.child.pid ?? 0;
  const kilobytes = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes ?? 0) * 1024;
}
