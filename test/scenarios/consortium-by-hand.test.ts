/** A consortium made by hand, as institutions would: identities, cards, signatures, pins, daemons, and one task. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { freePort } from '../../clients/network.ts';
import { ClientProcess, strongroom, type Ended } from '../fixtures/client-process.ts';
import { SMALL_TASK } from '../fixtures/small-task-file.ts';

const ROLES: Readonly<Record<string, string>> = {
  hub: 'aggregator',
  'holder-1': 'processing',
  'holder-2': 'processing',
  'holder-3': 'processing',
  north: 'input',
  south: 'input',
  east: 'input',
  office: 'output',
  watchdog: 'controller',
};
const HOLDERS = ['holder-1', 'holder-2', 'holder-3'];
/** Only one of the key holders has a passphrase here: deriving its key is slow by design. */
const WITH_PASSPHRASE = 'holder-3';
const folder = mkdtempSync(join(tmpdir(), 'strongroom-hand-'));
const document = join(folder, 'consortium.json');
const daemons: ClientProcess[] = [];

afterAll(async () => {
  const ends = await Promise.all(daemons.map((daemon) => daemon.kill('SIGTERM')));
  rmSync(folder, { recursive: true });
  expect(ends.map(({ code }) => code)).toEqual(daemons.map(() => 0));
});

function as(party: string, ...args: string[]): Promise<Ended> {
  const env = party === WITH_PASSPHRASE ? { STRONGROOM_PASSPHRASE: 'a long passphrase' } : {};
  return strongroom(['--profile', join(folder, party), ...args], { env, cwd: folder });
}

async function done(ended: Promise<Ended>): Promise<string> {
  const { code, stdout, stderr } = await ended;
  expect({ code, stderr }).toMatchObject({ code: 0 });
  return stdout;
}

function init(party: string): Promise<Ended> {
  const identity = ['--name', party, '--organisation', `Institute ${party}`, '--jurisdiction', 'NL'];
  const seal = party === WITH_PASSPHRASE ? [] : ['--key-file'];
  return as(party, 'party', 'init', ...identity, '--role', ROLES[party] ?? '', ...seal);
}

test('identities are made once, and their secrets need what seals them', async () => {
  await Promise.all(Object.keys(ROLES).map((party) => done(init(party))));
  const again = await init('north');
  expect(again.code).toBe(2);
  expect(again.stderr).toContain('holds an identity already');
  const card = await done(as('north', 'party', 'card'));
  expect(card).toContain('Institute north (NL)');
  const unsealed = await strongroom([
    '--profile',
    join(folder, 'fresh'),
    'party',
    'init',
    ...'--name fresh --organisation F --jurisdiction NL --role input'.split(' '),
  ]);
  expect(unsealed.code).toBe(2);
  expect(unsealed.stderr).toContain('STRONGROOM_PASSPHRASE');
  expect(existsSync(join(folder, 'fresh', 'identity.sealed'))).toBe(false);
});

test('the consortium document counts when every standing key holder has signed it', async () => {
  const cards = Object.keys(ROLES).map((party) => join(folder, party, 'card.json'));
  const assemble = ['consortium', 'assemble', ...cards, '--name', 'hand', '--out', document];
  await done(as('hub', ...assemble, '--key-holders', ...HOLDERS));
  for (const holder of HOLDERS.slice(0, 2)) await done(as(holder, 'consortium', 'sign', document));

  const incomplete = await as('north', 'consortium', 'show', document);
  expect(incomplete.code).not.toBe(0);
  expect(incomplete.stderr).toContain('holder-3');
  const wrong = { STRONGROOM_PASSPHRASE: 'another passphrase' };
  const locked = await strongroom(
    ['--profile', join(folder, WITH_PASSPHRASE), 'consortium', 'sign', document],
    { env: wrong },
  );
  expect(locked.code).toBe(2);
  expect(locked.stderr).toContain('UNLOCK_FAILED');

  await done(as(WITH_PASSPHRASE, 'consortium', 'sign', document));
  expect(await done(as('north', 'consortium', 'show', document))).toContain('Institute holder-3');
});

test('everybody pins it, the daemons start, and a task runs to its receipt', async () => {
  const aggregator = `127.0.0.1:${await freePort()}`;
  await Promise.all(
    Object.keys(ROLES).map((party) => {
      const seal = party === WITH_PASSPHRASE ? [] : ['--key-file'];
      return done(as(party, 'consortium', 'pin', document, '--aggregator', aggregator, ...seal));
    }),
  );
  for (const party of ['hub', ...HOLDERS]) {
    const kind = party === 'hub' ? 'aggregator' : 'key-holder';
    const env = { STRONGROOM_PASSPHRASE: 'a long passphrase' };
    const config = join(folder, party, 'strongroom.yaml');
    daemons.push(new ClientProcess([kind, '--config', config], { env, limitMs: 300_000 }));
  }
  await Promise.all(daemons.map((daemon) => daemon.says('"ready"')));

  writeFileSync(join(folder, 'task.yaml'), SMALL_TASK);
  const proposed = JSON.parse(await done(as('office', '--json', 'task', 'propose', 'task.yaml'))) as {
    task: string;
  };
  await Promise.all(HOLDERS.map((holder) => done(as(holder, 'approve', proposed.task, '--yes'))));
  const inputs = ['north', 'south', 'east'];
  for (const party of inputs) writeFileSync(join(folder, `${party}.csv`), 'pay,sex\n10.00,f\n20.50,m\n');
  await Promise.all(
    inputs.map((party) => done(as(party, 'submit', proposed.task, '--table', `people=${party}.csv`))),
  );
  await done(as('office', 'result', proposed.task, '--out', 'result.json'));
  expect(readFileSync(join(folder, 'result.json'), 'utf8')).toContain('"15.25"');
  const verified = await done(as('office', 'verify', 'result.receipt.json', '--consortium', document));
  expect(verified).toContain('3 of 3 signed statements that the key share is destroyed');
});

test('a second daemon behind the same socket, and one without its passphrase, do not start', async () => {
  const second = await strongroom(['key-holder', '--config', join(folder, 'holder-1', 'strongroom.yaml')]);
  expect(second.code).toBe(2);
  expect(second.stderr).toContain('already running');
  const locked = await strongroom([
    'key-holder',
    '--config',
    join(folder, WITH_PASSPHRASE, 'strongroom.yaml'),
  ]);
  expect(locked.code).toBe(2);
  expect(locked.stderr).toContain('STRONGROOM_PASSPHRASE');
});
