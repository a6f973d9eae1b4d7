/**
 * Canaries: a whole task with values, a passphrase and keys that are known, and then a search for them in every
 * log and file of every party, byte by byte.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { parseDocument } from 'yaml';
import { fetchResult } from '../../clients/output-party.ts';
import { submit } from '../../clients/provider.ts';
import { propose } from '../../clients/requester.ts';
import { Journal } from '../../keyholders/journal.ts';
import { openProfile } from '../../transport/profile.ts';
import { unlockKeyFrom } from '../../trust/at-rest.ts';
import { writeIdentity } from '../../trust/identity-file.ts';
import { openingKeyOf } from '../../trust/identity.ts';
import { INPUTS, RECEIVER, TestNetwork } from '../fixtures/local-network.ts';
import { reached } from '../fixtures/task-story.ts';

/** One record of each input party; long, so that chance does not write them. */
const CANARIES: Readonly<Record<string, string>> = {
  north: '73193847.1357',
  south: '61728394.9753',
  east: '58372619.4687',
};
const PASSPHRASE = 'canary passphrase 0b7e5d1c93';

const WIDE = {
  tables: {
    people: {
      columns: { pay: { type: 'decimal', places: 4, min: '0', max: '99999999', unit: 'EUR' } },
      'max-rows': 10,
    },
  },
  statistics: [{ name: 'mean-pay', statistic: 'mean', of: 'pay', decimals: 2 }],
};

type Needles = ReadonlyMap<string, Uint8Array>;

/** A value of a record as text, and as the numbers that a program holds. */
function formsOfValue(value: string): [string, Uint8Array][] {
  const scaled = value.replace('.', '');
  const [long, double, scaledDouble] = [Buffer.alloc(8), Buffer.alloc(8), Buffer.alloc(8)];
  long.writeBigInt64LE(BigInt(scaled));
  double.writeDoubleLE(Number(value));
  scaledDouble.writeDoubleLE(Number(scaled));
  const texts = [value, scaled].map((text): [string, Uint8Array] => [text, Buffer.from(text)]);
  return [
    ...texts,
    [`${value} as int64`, long],
    [`${value} as double`, double],
    [`${scaled} as double`, scaledDouble],
  ];
}

function formsOfSecret(name: string, secret: Uint8Array): [string, Uint8Array][] {
  const bytes = Buffer.from(secret);
  // The padding and the last digit of base64 depend on what stands behind.
  const text = bytes.toString('base64').slice(0, -4);
  return [
    [name, bytes],
    [`${name} in hex`, Buffer.from(bytes.toString('hex'))],
    [`${name} in base64`, Buffer.from(text)],
  ];
}

/** The needles that occur in any file of a folder, each with the file. */
function search(folder: string, needles: Needles): string[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  expect(files.length).toBeGreaterThan(0);
  return files.flatMap((entry) => {
    const file = join(entry.parentPath, entry.name);
    const bytes = readFileSync(file);
    return [...needles]
      .filter(([, needle]) => bytes.includes(Buffer.from(needle)))
      .map(([name]) => `${name} in ${file}`);
  });
}

/** Seals the identity of a party anew, with a passphrase in place of its key file. */
function usePassphrase(configFile: string, folder: string): void {
  const { identity } = openProfile(configFile);
  for (const file of ['identity.sealed', 'card.json', 'unlock.key']) rmSync(join(folder, file));
  writeIdentity(folder, identity, unlockKeyFrom({ passphrase: PASSPHRASE }));
  const config = parseDocument(readFileSync(configFile, 'utf8'));
  config.delete('unlock');
  writeFileSync(configFile, config.toString());
}

/** The secrets of a key holder's identity in the forms in which they could be written. */
function secretsOf(configFile: string): [string, Uint8Array][] {
  const { identity } = openProfile(configFile);
  const { secrets } = identity;
  const pem = secrets.tlsKey.split('\n').filter((line) => line !== '' && !line.startsWith('-----'));
  return [
    ...formsOfSecret('signing key', secrets.signingKey),
    ...formsOfSecret('sealing key', openingKeyOf(identity)),
    ...formsOfSecret('TLS key', Buffer.from(pem.join(''), 'base64')),
    ['TLS key as PEM', Buffer.from(pem[0] ?? '')],
  ];
}

test('no record, passphrase or key is in any file or log of a whole task, and a destroyed share is gone', async () => {
  const own = mkdtempSync(join(tmpdir(), 'strongroom-canaries-'));
  process.env['STRONGROOM_PASSPHRASE'] = PASSPHRASE;
  onTestFinished(() => {
    delete process.env['STRONGROOM_PASSPHRASE'];
    rmSync(own, { recursive: true });
  });
  await using net = await TestNetwork.start();
  const holder = join(net.folder, 'holder-2');
  await net.network.stopDaemon('holder-2');
  usePassphrase(net.network.profile('holder-2'), holder);
  await net.network.startDaemon('holder-2');

  const office = await net.session(RECEIVER);
  const { id } = await propose(office, net.task(WIDE));
  const send = async (party: string) => {
    const file = join(own, `${party}.csv`);
    writeFileSync(file, `pay\n${CANARIES[party] ?? ''}\n`);
    await submit(await net.session(party), id, new Map([['people', file]]));
  };
  await send('north');
  await send('south');

  // The task is alive: the key share exists, sealed.
  const { state, unlock } = openProfile(net.network.profile('holder-2'));
  const { seed, sealed } = shareIn(join(state, 'journal.db'), unlock, id);
  const needles: Needles = new Map([
    ...INPUTS.flatMap((party) => formsOfValue(CANARIES[party] ?? '')),
    ...formsOfSecret('passphrase', Buffer.from(PASSPHRASE)),
    ...secretsOf(net.network.profile('holder-1')),
    ...secretsOf(net.network.profile('holder-2')),
    ...formsOfSecret('seed', seed),
  ]);
  expect(search(net.folder, needles)).toEqual([]);
  expect(search(holder, new Map([['sealed seed', sealed]]))).not.toEqual([]);
  expect(search(own, needles)).toHaveLength(2);

  await send('east');
  const { document } = await fetchResult(office, id);
  expect(document.result.statistics[0]?.rows[0]?.value).toBe('64431620.53');
  await reached(office, id, ({ phase }) => phase === 'SHREDDED');
  expect(search(net.folder, needles)).toEqual([]);
  expect(search(holder, new Map([['sealed seed', sealed]]))).toEqual([]);
  using db = new DatabaseSync(join(state, 'journal.db'), { readOnly: true });
  expect(db.prepare('SELECT * FROM seed').all()).toEqual([]);
});

/** The seed of a key share, opened as only its holder can, and as it stands in the file. */
function shareIn(file: string, unlock: ReturnType<typeof unlockKeyFrom>, task: string) {
  using journal = new Journal(file, unlock);
  using db = new DatabaseSync(file, { readOnly: true });
  const seed = journal.seed(task);
  const row = db.prepare('SELECT sealed FROM seed WHERE task = ?').get(task);
  if (seed === undefined || row === undefined) throw new Error('there is no key share yet');
  return { seed, sealed: row['sealed'] as Uint8Array };
}

test('a log drops the fields of secrets and records, and the causes of errors', () => {
  const daemon = fileURLToPath(new URL('../../transport/daemon.ts', import.meta.url));
  const errors = fileURLToPath(new URL('../../proto/errors.ts', import.meta.url));
  const program = `
    import { createLogger } from ${JSON.stringify(daemon)};
    import { StrongroomError } from ${JSON.stringify(errors)};
    const secrets = { seed: 'CANARY', secret: 'CANARY', passphrase: 'CANARY', share: 'CANARY', shares: ['CANARY'],
      record: ['CANARY'], records: [['CANARY']], signingKey: 'CANARY', sealingKey: 'CANARY', tlsKey: 'CANARY' };
    const log = createLogger('test', 'debug');
    log.info(secrets, 'at the top');
    log.info({ task: 'abc', inside: secrets }, 'one level down');
    log.info({ profile: { identity: { secrets: { sealingKey: 'CANARY' }, other: secrets } } }, 'three levels down');
    log.error({ err: new StrongroomError('INTERNAL', 'told', { cause: new Error('CANARY') }) }, 'an error');
  `;
  const { stderr, status } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    encoding: 'utf8',
  });
  expect(status).toBe(0);
  expect(stderr.match(/"msg"/g)).toHaveLength(4);
  expect(stderr).toContain('"task":"abc"');
  expect(stderr).toContain('"message":"told"');
  expect(stderr).not.toContain('CANARY');
});
