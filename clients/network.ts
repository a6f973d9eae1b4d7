/**
 * A whole network on one machine: an aggregator and K key holders as processes of their own, each with its own
 * folder and identity, and a ready profile for every other party. For trying things out, for `run`, for tests.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as yaml from 'yaml';
import { StrongroomError } from '../proto/errors.ts';
import { CONFIG_FILE } from '../transport/profile.ts';
import { unlockKeyFrom } from '../trust/at-rest.ts';
import type { Role } from '../trust/card.ts';
import { assembleConsortium, openConsortium, signConsortium } from '../trust/consortium.ts';
import { writeIdentity } from '../trust/identity-file.ts';
import { createIdentity, signerOf } from '../trust/identity.ts';

/** A party to be made: by default each is an organisation of its own. */
export interface PartySpec {
  readonly name: string;
  readonly roles: readonly Role[];
  readonly organisation?: string;
}

export interface NetworkSpec {
  readonly parties: readonly PartySpec[];
  /** Who decides at the key holders. */
  readonly approve: 'operator' | 'automatic';
}

export const AGGREGATOR = 'aggregator';

/** The entry points of the daemons: they are started as processes, never imported. */
export const DAEMONS = {
  aggregator: fileURLToPath(new URL('../aggregator/main.ts', import.meta.url)),
  'key-holder': fileURLToPath(new URL('../keyholders/main.ts', import.meta.url)),
};

const START_TIMEOUT_MS = 30_000;

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
  const holders = identities.filter((identity) => identity.card.roles.includes('processing'));
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
  for (const identity of identities) {
    const name = identity.card.party;
    const home = join(folder, name);
    mkdirSync(home, { recursive: true, mode: 0o700 });
    const keyFile = join(home, 'unlock.key');
    writeFileSync(keyFile, randomBytes(32), { mode: 0o600, flag: 'wx' });
    writeIdentity(home, identity, unlockKeyFrom({ keyFile }));
    writeFileSync(join(home, 'consortium.json'), consortium);
    const holder = identity.card.roles.includes('processing');
    writeFileSync(
      join(home, CONFIG_FILE),
      yaml.stringify({
        aggregator: `127.0.0.1:${port}`,
        consortium: { file: 'consortium.json', digest },
        unlock: { 'key-file': 'unlock.key' },
        ...(holder ? { approve: spec.approve, 'admin-socket': socketFor(home, digest, name) } : {}),
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

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  await new Promise((done) => server.close(done));
  if (typeof address === 'object' && address !== null) return address.port;
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

/** Starts a daemon on a party's folder; resolves when it is ready. Throws UNREACHABLE, quoting its log's file. */
export async function startDaemon(
  folder: string,
  name: string,
  kind: keyof typeof DAEMONS,
  entryPoint = DAEMONS[kind],
): Promise<Daemon> {
  const home = join(folder, name);
  const logFile = join(home, 'daemon.log');
  const log = openSync(logFile, 'a', 0o600);
  const child = spawn(process.execPath, [...NODE_FLAGS, entryPoint, '--config', join(home, CONFIG_FILE)], {
    stdio: ['ignore', 'pipe', log],
  });
  closeSync(log);
  const ended = new Promise<number | string>((done) => {
    child.once('exit', (code, signal) => done(code ?? signal ?? 'unknown'));
  });
  const daemon = { name, child, logFile, ended };
  await Promise.race([readyLine(child, name), failed(daemon), late(daemon)]);
  return daemon;
}

const NODE_FLAGS = ['--disable-warning=ExperimentalWarning'];

function readyLine(child: ChildProcess, name: string): Promise<void> {
  return new Promise((done, fail) => {
    let text = '';
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      if (text.includes('\n')) done();
    });
    child.once('error', (cause) => {
      fail(new StrongroomError('UNREACHABLE', `${name} cannot be started.`, { cause }));
    });
  });
}

async function failed({ name, ended, logFile }: Daemon): Promise<never> {
  const code = await ended;
  throw new StrongroomError('UNREACHABLE', `${name} ended at once (${code}); see ${logFile}.`);
}

function late({ name, logFile }: Daemon): Promise<never> {
  return new Promise((_done, fail) => {
    setTimeout(
      () => fail(new StrongroomError('TIMED_OUT', `${name} is not ready after 30 s; see ${logFile}.`)),
      START_TIMEOUT_MS,
    ).unref();
  });
}

/** Asks a daemon to end, and makes it end if it does not. */
export async function stopDaemon({ child, ended }: Daemon): Promise<void> {
  child.kill('SIGTERM');
  const force = setTimeout(() => child.kill('SIGKILL'), 5_000);
  await ended;
  clearTimeout(force);
}

export class Network implements AsyncDisposable {
  readonly folder: string;
  readonly daemons = new Map<string, Daemon>();

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** Starts the aggregator and the key holders of a network made by `createNetwork`. */
  static async start(folder: string, holders: readonly string[]): Promise<Network> {
    const network = new Network(folder);
    try {
      const daemons = await Promise.all([
        startDaemon(folder, AGGREGATOR, 'aggregator'),
        ...holders.map((holder) => startDaemon(folder, holder, 'key-holder')),
      ]);
      for (const daemon of daemons) network.daemons.set(daemon.name, daemon);
      return network;
    } catch (error) {
      await network[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** The configuration file of a party. */
  profile(party: string): string {
    return join(this.folder, party, CONFIG_FILE);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.daemons.values()].map(stopDaemon));
  }
}
