/**
 * Where one party's process lives: a folder with its identity, the consortium document that it has pinned, its
 * configuration and its state. Daemons and clients open the same kind of folder.
 */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod';
import { StrongroomError } from '../proto/errors.ts';
import { parseYaml } from '../statistics/yaml.ts';
import { unlockKeyFrom, type UnlockKey } from '../trust/at-rest.ts';
import { openConsortium, type Consortium } from '../trust/consortium.ts';
import { readIdentity } from '../trust/identity-file.ts';
import type { Identity } from '../trust/identity.ts';
import { firstIssue } from '../trust/issue.ts';
import { checkCertificates } from '../trust/tls-certificate.ts';

/** `host:port` on this machine. */
const LOOPBACK = /^(127\.0\.0\.1|\[::1\]|localhost):\d{1,5}$/;

/** A port, with or without the host before it. */
const PORT = /^([^\s]+:)?\d{1,5}$/;

/** The configuration file of every process; unknown keys are refused. Paths are relative to the file. */
const Config = z.strictObject({
  /** The aggregator's `host:port`: where key holders and clients dial, and where the aggregator listens. */
  aggregator: z.string().regex(/^[^\s]+:\d{1,5}$/, 'host:port'),
  /** Folder with identity.sealed and card.json. */
  identity: z.string().default('.'),
  /** The signed consortium document with which the log begins, and the digest under which it is pinned. */
  consortium: z.strictObject({
    file: z.string().default('consortium.json'),
    digest: z.string().regex(/^[0-9a-f]{64}$/, 'a SHA-256 digest in hexadecimal digits'),
  }),
  /** What opens the sealed files: a file with a key, or an environment variable with a passphrase. */
  unlock: z
    .strictObject({ 'key-file': z.string().optional(), 'passphrase-env': z.string().optional() })
    .refine((unlock) => Object.keys(unlock).length === 1, 'exactly one of key-file and passphrase-env')
    .default({ 'passphrase-env': 'STRONGROOM_PASSPHRASE' }),
  /** Folder for state: journal, copy of the log, uploads in progress. */
  state: z.string().default('state'),
  'log-level': z.enum(['debug', 'info', 'warn', 'error']).default('info'),
  /** Aggregators only: what one party may take at once. */
  limits: z
    .strictObject({
      'proposals-per-hour': z.int().positive().default(240),
      'unfinished-uploads': z.int().positive().default(64),
      'open-streams': z.int().positive().default(128),
    })
    .prefault({}),
  /**
   * Aggregator only: the log as c2sp.org/tlog-tiles, for anybody, read-only; off where it is absent. `listen` is a port of
   * this machine, or `host:port`; `folder` is where it is kept as files.
   */
  tiles: z
    .strictObject({
      listen: z.string().regex(PORT, 'a port, or host:port').optional(),
      folder: z.string().min(1).optional(),
    })
    .prefault({}),
  /** Key holders only: `operator`, `automatic`, or a file of Cedar policies, by which each task is decided. */
  policy: z.string().min(1).default('operator'),
  /** Key holders only: the socket on which the operator's commands arrive. */
  'admin-socket': z.string().default('admin.sock'),
  /** Controllers only: the loopback `host:port` under which Prometheus finds their metrics; off where it is absent. */
  metrics: z.string().regex(LOOPBACK, 'a port of this machine, such as 127.0.0.1:9464').optional(),
});

export type Config = z.infer<typeof Config>;

export interface Profile {
  readonly folder: string;
  readonly config: Config;
  readonly identity: Identity;
  readonly consortium: Consortium;
  /** The signed document behind `consortium`, byte for byte. */
  readonly consortiumEnvelope: Uint8Array;
  readonly unlock: UnlockKey;
  /** Absolute path of the state folder; it exists. */
  readonly state: string;
}

/** The name of the configuration file in a party's folder. */
export const CONFIG_FILE = 'strongroom.yaml';

/**
 * Opens the folder that a configuration file describes. Where `known`, a profile that this process has opened
 * before, pins the same consortium document, that is not verified a second time. Throws USAGE for a configuration
 * that cannot be read, UNLOCK_FAILED or IDENTITY_INVALID where identity or consortium does not open as pinned.
 */
export function openProfile(file: string, known?: Profile): Profile {
  const config = readConfig(file);
  const folder = resolve(dirname(file));
  const unlock = unlockKeyFrom(unlockSource(config, folder));
  const identity = readIdentity(resolve(folder, config.identity), unlock);
  const { consortium, consortiumEnvelope } =
    known?.consortium.digest === config.consortium.digest ? known : readConsortium(config, folder);
  // A party may join by a later version of the document, which it finds in the log.
  const listed = consortium.party(identity.card.party);
  if (listed !== undefined && !isDeepStrictEqual(listed, identity.card)) {
    throw new StrongroomError(
      'IDENTITY_INVALID',
      `The consortium document has another card for ${listed.party}: its identity was made anew.`,
    );
  }
  const state = resolve(folder, config.state);
  mkdirSync(state, { recursive: true, mode: 0o700 });
  return { folder, config, identity, consortium, consortiumEnvelope, unlock, state };
}

/** Reads a configuration file. Throws USAGE naming the key that is wrong. */
export function readConfig(file: string): Config {
  const text = readConfigured(file, 'configuration file');
  const parsed = Config.safeParse(parseYaml(Buffer.from(text).toString('utf8'), file, 'USAGE').value);
  if (parsed.success) return parsed.data;
  throw new StrongroomError('USAGE', `${file}: ${firstIssue(parsed.error)}`);
}

/** The identity of a folder that may have no configuration yet: opened with its key file, else a passphrase. */
export function openOwnIdentity(folder: string): Identity {
  const keyFile = resolve(folder, 'unlock.key');
  const passphrase = process.env['STRONGROOM_PASSPHRASE'] ?? '';
  if (existsSync(keyFile)) return readIdentity(folder, unlockKeyFrom({ keyFile }));
  if (passphrase !== '') return readIdentity(folder, unlockKeyFrom({ passphrase }));
  throw new StrongroomError(
    'UNLOCK_FAILED',
    `${folder} has no unlock.key and STRONGROOM_PASSPHRASE is empty.`,
  );
}

function readConsortium(
  { consortium: { file, digest } }: Config,
  folder: string,
): Pick<Profile, 'consortium' | 'consortiumEnvelope'> {
  const consortiumEnvelope = readConfigured(resolve(folder, file), 'consortium document');
  const consortium = openConsortium(consortiumEnvelope, digest);
  checkCertificates(consortium.parties);
  return { consortiumEnvelope, consortium };
}

function unlockSource(config: Config, folder: string): { passphrase: string } | { keyFile: string } {
  const { 'key-file': keyFile, 'passphrase-env': variable } = config.unlock;
  if (keyFile !== undefined) return { keyFile: resolve(folder, keyFile) };
  const passphrase = process.env[variable ?? ''];
  if (passphrase !== undefined && passphrase !== '') return { passphrase };
  throw new StrongroomError(
    'UNLOCK_FAILED',
    `The environment variable ${variable ?? ''} holds no passphrase.`,
  );
}

function readConfigured(file: string, what: string): Uint8Array {
  try {
    return new Uint8Array(readFileSync(file));
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    const why = missing ? 'is not there; name the folder of a party with --profile' : 'cannot be read';
    throw new StrongroomError('USAGE', `The ${what} ${file} ${why}.`, { cause });
  }
}
