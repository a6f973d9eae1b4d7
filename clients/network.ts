/**
 * A whole network on one machine: an aggregator and K key holders as processes of their own, each with its own
 * folder and identity, and a ready profile for every other party. For trying things out, for `run`, for tests.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, linkSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import * as yaml from 'yaml';
import { StrongroomError } from '../proto/errors.ts';
import { CONFIG_FILE } from '../transport/profile.ts';
import { unlockKeyFrom } from '../trust/at-rest.ts';
import type { Role } from '../trust/card.ts';
import { assembleConsortium, signConsortium } from '../trust/consortium-signing.ts';
import { openConsortium } from '../trust/consortium.ts';
import { writeIdentity } from '../trust/identity-file.ts';
import { createIdentity } from '../trust/identity-making.ts';
import { signerOf } from '../trust/identity.ts';
import { DAEMONS } from './programs.ts';

/** A party to be made: by default each is an organisation of its own. */
export interface PartySpec {
  readonly name: string;
  readonly roles: readonly Role[];
  readonly organisation?: string;
  /** False for a key holder that signs no consortium document and runs no daemon, but may hold a key for a task. */
  readonly standing?: boolean;
}

export interface NetworkSpec {
  readonly parties: readonly PartySpec[];
  /** Who decides at the key holders. */
  readonly policy: 'operator' | 'automatic';
}

export const AGGREGATOR = 'aggregator';

const CONSORTIUM_FILE = 'consortium.json';
const START_TIMEOUT_MS = 120_000;
/** For so long a daemon that was told to end may finish what it does, on a machine that does much else. */
const STOP_TIMEOUT_MS = 20_000;

/** Makes the folders of all parties below `folder`: identities, the signed consortium document, configurations. */
export async function createNetwork(folder: string, spec: NetworkSpec): Promise<void> {
  const parties = [{ name: AGGREGATOR, roles: ['aggregator'] as const }, ...spec.parties];
  const identities = await Promise.all(
    parties.map((party) =>
      createIdentity({
        name: party.name,
        organisation: 'organisation' in party ? party.organisation : `Organisation ${party.name}`,
        jurisdiction: 'EU',
        roles: party.roles,
      }),
    ),
  );
  const occasional = new Set(
    spec.parties.filter(({ standing }) => standing === false).map(({ name }) => name),
  );
  const holders = identities.filter(
    ({ card }) => card.roles.includes('processing') && !occasional.has(card.party),
  );
  const consortium = holders.reduce(
    (document, holder) => signConsortium(document, signerOf(holder)),
    assembleConsortium({
      name: 'local',
      parties: identities.map((identity) => identity.card),
      keyHolders: holders.map((holder) => holder.card.party),
    }),
  );
  const { digest } = openConsortium(consortium);
  const port = await freePort();
  const shared = join(folder, CONSORTIUM_FILE);
  writeFileSync(shared, consortium);
  for (const identity of identities) {
    const name = identity.card.party;
    const home = join(folder, name);
    mkdirSync(home, { recursive: true, mode: 0o700 });
    const keyFile = join(home, 'unlock.key');
    writeFileSync(keyFile, randomBytes(32), { mode: 0o600, flag: 'wx' });
    // A network for trying things out is made anew after a power cut; flushes were half of its making.
    writeIdentity(home, identity, unlockKeyFrom({ keyFile }), { flush: false });
    // One file under many names: with thousands of parties it has megabytes.
    linkSync(shared, join(home, CONSORTIUM_FILE));
    const holder = identity.card.roles.includes('processing');
    writeFileSync(
      join(home, CONFIG_FILE),
      yaml.stringify({
        aggregator: `127.0.0.1:${port}`,
        consortium: { file: CONSORTIUM_FILE, digest },
        unlock: { 'key-file': 'unlock.key' },
        ...(holder ? { policy: spec.policy, 'admin-socket': socketFor(home, digest, name) } : {}),
      }),
    );
  }
}

/** A socket's path is limited to about 100 bytes (unix(7)), which a folder of the user's choice may exceed. */
function socketFor(home: string, digest: string, name: string): string {
  const beside = 'admin.sock';
  if (Buffer.byteLength(resolve(home, beside)) < 80) return beside;
  return join(tmpdir(), `strongroom-${digest.slice(0, 8)}-${name.slice(0, 24)}.sock`);
}

/** Below the ports that systems give to outgoing connections: of those one may be taken while a daemon is away. */
const PORTS = { from: 10_000, to: 30_000 };

/** A port of this machine on which nobody listens. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < 100; tries += 1) {
    const port = randomInt(PORTS.from, PORTS.to);
    const server = createServer();
    const free = await new Promise<boolean>((done) => {
      server.once('error', () => done(false)).listen(port, '127.0.0.1', () => done(true));
    });
    if (!free) continue;
    await new Promise((done) => server.close(done));
    return port;
  }
  throw new StrongroomError('INTERNAL', 'No free port was found.');
}

/** One daemon as a process. */
export interface Daemon {
  readonly name: string;
  readonly child: ChildProcess;
  /** Where its log goes. */
  readonly logFile: string;
  /** Resolves with the exit code, or the signal's name, once it has ended. */
  readonly ended: Promise<number | string>;
}

export class Network implements AsyncDisposable {
  readonly folder: string;
  readonly daemons = new Map<string, Daemon>();
  readonly #programs: Programs;
  readonly #controllers: readonly string[];

  private constructor(folder: string, programs: Programs, controllers: readonly string[]) {
    this.folder = folder;
    this.#programs = programs;
    this.#controllers = controllers;
  }

  /**
   * Starts the aggregator, the key holders and the controllers of a network made by `createNetwork`. `programs`
   * names another program for a party than the honest one. Throws UNREACHABLE where one does not start; then none
   * runs.
   */
  static async start(
    folder: string,
    holders: readonly string[],
    programs: Programs = {},
    controllers: readonly string[] = [],
  ): Promise<Network> {
    const network = new Network(folder, programs, controllers);
    const started = await Promise.allSettled(
      [AGGREGATOR, ...holders, ...controllers].map((name) => network.startDaemon(name)),
    );
    const failure = started.find((result) => result.status === 'rejected');
    if (failure === undefined) return network;
    await network[Symbol.asyncDispose]();
    throw failure.reason;
  }

  /** The configuration file of a party. */
  profile(party: string): string {
    return join(this.folder, party, CONFIG_FILE);
  }

  /** Starts one daemon, for the first time or again. */
  async startDaemon(name: string): Promise<void> {
    const usual = this.#controllers.includes(name) ? 'controller' : 'key-holder';
    const program = this.#programs[name] ?? DAEMONS[name === AGGREGATOR ? 'aggregator' : usual];
    const daemon = spawnDaemon(join(this.folder, name), name, program);
    this.daemons.set(name, daemon);
    await ready(daemon);
  }

  /** Ends one daemon; with SIGKILL it has no say in it. */
  async stopDaemon(name: string, signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    const daemon = this.daemons.get(name);
    if (daemon === undefined) throw new StrongroomError('NOT_FOUND', `No daemon ${name} was started.`);
    daemon.child.kill(signal);
    const force = setTimeout(() => daemon.child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await daemon.ended;
    clearTimeout(force);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.daemons.keys()].map((name) => this.stopDaemon(name)));
  }
}

/** The program of a party's daemon, where it is not the usual one. */
export type Programs = Readonly<Record<string, string>>;

const NODE_FLAGS = ['--disable-warning=ExperimentalWarning'];

function spawnDaemon(home: string, name: string, program: string): Daemon {
  const logFile = join(home, 'daemon.log');
  const log = openSync(logFile, 'a', 0o600);
  // It ends with this process, however this process ends: the pipe to its standard input is never written to.
  const options = ['--config', join(home, CONFIG_FILE), '--until-stdin-ends'];
  const child = spawn(process.execPath, [...NODE_FLAGS, program, ...options], {
    stdio: ['pipe', 'pipe', log],
  });
  closeSync(log);
  const ended = new Promise<number | string>((done) => {
    child.once('exit', (code, signal) => done(code ?? signal ?? 'unknown'));
    child.once('error', (error) => done(error.message));
  });
  return { name, child, logFile, ended };
}

/** Resolves once the daemon says that it is ready. Throws UNREACHABLE where it ends first, TIMED_OUT. */
async function ready({ name, child, ended, logFile }: Daemon): Promise<void> {
  const late = AbortSignal.timeout(START_TIMEOUT_MS);
  const line =
    child.stdout === null
      ? Promise.reject(new TypeError('no pipe'))
      : once(child.stdout, 'data', { signal: late });
  const end = ended.then((code) => {
    throw new StrongroomError('UNREACHABLE', `${name} has ended at once (${code}); see ${logFile}.`);
  });
  try {
    await Promise.race([line, end]);
    // What it says after that is for its own screen, and must not fill the pipe.
    child.stdout?.resume();
  } catch (cause) {
    if (cause instanceof StrongroomError) throw cause;
    throw new StrongroomError('TIMED_OUT', `${name} is not ready after two minutes; see ${logFile}.`, {
      cause,
    });
  }
}
