/** Attack 6, second half: strangers, identities that have expired, and identities that have been revoked. */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as yaml from 'yaml';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AGGREGATOR } from '../../clients/network.ts';
import { propose } from '../../clients/requester.ts';
import { unlockKeyFrom } from '../../trust/at-rest.ts';
import { assembleConsortium, signConsortium } from '../../trust/consortium-signing.ts';
import { openConsortium, type Consortium } from '../../trust/consortium.ts';
import { signDocument } from '../../trust/documents.ts';
import { writeIdentity } from '../../trust/identity-file.ts';
import { createIdentity } from '../../trust/identity-making.ts';
import { signerOf, type Identity } from '../../trust/identity.ts';
import { INPUTS, RECEIVER, WATCHDOG } from '../fixtures/local-network.ts';
import { newParty } from '../fixtures/trust-parties.ts';
import { Stage } from './hostile/stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.start({ controller: true, parties: [{ name: 'west', roles: ['input'] }] });
  await letExpire('west');
});
afterAll(() => stage[Symbol.asyncDispose]());

const everybody = (): Identity[] =>
  readdirSync(stage.net.folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => stage.identity(name));

/** A consortium document of these parties, signed by every key holder among them. */
function consortiumOf(parties: readonly Identity[], previous?: Consortium): Uint8Array {
  const holders = parties.filter(({ card }) => card.roles.includes('processing'));
  const draft = assembleConsortium({
    name: 'local',
    parties: parties.map(({ card }) => card),
    keyHolders: holders.map(({ card }) => card.party),
    ...(previous === undefined ? {} : { previous }),
  });
  return holders.map(signerOf).reduce(signConsortium, draft);
}

/** Starts the whole network anew with a certificate of this party that has expired a moment ago. */
async function letExpire(party: string): Promise<void> {
  const { net } = stage;
  const daemons = [AGGREGATOR, ...net.holders, WATCHDOG];
  await Promise.all(daemons.map((name) => net.network.stopDaemon(name)));
  const { card } = stage.identity(party);
  const expired = await createIdentity({ ...card, name: party, validDays: 0 });
  const parties = everybody().map((identity) => (identity.card.party === party ? expired : identity));
  const consortium = consortiumOf(parties);
  const home = join(net.folder, party);
  for (const file of ['identity.sealed', 'card.json']) rmSync(join(home, file));
  writeIdentity(home, expired, unlockKeyFrom({ keyFile: join(home, 'unlock.key') }));
  for (const {
    card: { party: name },
  } of parties) {
    const profile = net.network.profile(name);
    const config = yaml.parse(readFileSync(profile, 'utf8')) as { consortium: { digest: string } };
    config.consortium.digest = openConsortium(consortium).digest;
    writeFileSync(profile, yaml.stringify(config));
    writeFileSync(join(net.folder, name, 'consortium.json'), consortium);
    rmSync(join(net.folder, name, 'state'), { recursive: true, force: true });
  }
  await Promise.all(daemons.map((name) => net.network.startDaemon(name)));
}

/** What a party that may not connect is told, whatever it tries. */
async function isShutOut(identity: Identity): Promise<void> {
  const { board, blobs } = stage.dial(identity);
  await stage.refused('aggregator', () => board.append(new Uint8Array(10)), 'UNAUTHENTICATED');
  await stage.refused('aggregator', () => board.follow(0).next(), 'UNAUTHENTICATED');
  await stage.refused('aggregator', () => blobs.stat('ab'.repeat(32)), 'UNAUTHENTICATED');
  await stage.refused('aggregator', () => blobs.put('ab'.repeat(32), new Uint8Array(10)), 'UNAUTHENTICATED');
}

test('a party outside the consortium is shut out, and what it signs is refused from others', async () => {
  const stranger = await newParty('stranger', 'processing');
  await isShutOut(stranger);
  const task = await stage.propose('honest');
  const { board } = (await stage.as('north', task)).session;
  const header = { task: task.id, by: 'stranger', at: new Date().toISOString(), seen: board.book.seen };
  const content = { plan: task.planDigest, commitment: 'ab'.repeat(32) };
  const envelope = signDocument('approval', { ...header, ...content }, signerOf(stranger));
  await stage.refused('aggregator', () => board.append(envelope), 'SIGNATURE_INVALID');
  const { approvals } = await stage.reached(task, 'COLLECTING');
  expect([...approvals.keys()].toSorted()).toEqual(['holder-1', 'holder-2', 'holder-3']);
  await stage.foundNothing(task);
});

test('a party whose certificate has expired is shut out, and the others are not', async () => {
  await isShutOut(stage.identity('west'));
  const { board } = stage.dial(stage.identity('north'));
  expect((await board.follow(0).next()).done).toBe(false);
});

test('a version of the consortium that one key holder has not signed is refused: IDENTITY_INVALID', async () => {
  const { board } = await stage.session(RECEIVER);
  const current = board.book.consortium;
  const parties = everybody().filter(({ card }) => card.party !== 'east');
  const draft = assembleConsortium({
    name: 'local',
    parties: parties.map(({ card }) => card),
    keyHolders: current.keyHolders,
    previous: current,
  });
  const signers = parties.filter(({ card }) => ['holder-1', 'holder-2'].includes(card.party)).map(signerOf);
  await stage.refused(
    'aggregator',
    () => board.append(signers.reduce(signConsortium, draft)),
    'IDENTITY_INVALID',
  );
});

test('a revoked party is shut out at once: its connection, its documents, and tasks that name it', async () => {
  const task = await stage.propose('honest');
  await stage.submit(task, ['north']);
  const revoked = stage.dial(stage.identity('east'));
  const listening = revoked.board.follow(0, { tail: true });
  expect((await listening.next()).done).toBe(false);

  const office = await stage.session(RECEIVER);
  const rest = everybody().filter(({ card }) => card.party !== 'east');
  const index = await office.board.append(consortiumOf(rest, office.board.book.consortium));
  await office.catchUp(index);
  expect(office.board.book.consortium).toMatchObject({ version: 2 });

  await stage.refused('aggregator', () => listening.next(), 'UNAUTHENTICATED');
  await stage.refused('aggregator', () => revoked.board.append(new Uint8Array(10)), 'UNAUTHENTICATED');
  await isShutOut(stage.identity('east'));

  const manifest = { key: 'ab'.repeat(32), ciphertexts: [{ digest: 'ab'.repeat(32), size: 1 }] };
  await stage.refused(
    'aggregator',
    () => stage.say(task, 'manifest', manifest, { by: 'east', through: 'north' }),
    'SIGNATURE_INVALID',
  );
  await stage.refused('aggregator', () => propose(office, stage.net.task()), 'COMMITTEE_INVALID');
  expect([...(await stage.witness(task)).manifests.keys()]).toEqual(['north']);
  await stage.foundNothing(task);
});

test('after that the others go on with the consortium as it is now', async () => {
  const parties = { input: INPUTS.filter((name) => name !== 'east'), processing: stage.net.holders };
  const task = await stage.propose('honest', {
    parties: { ...parties, output: RECEIVER, controllers: ['watchdog'] },
    disclosure: { 'minimum-contributors': 2 },
  });
  await stage.submit(task, parties.input);
  expect(await stage.result(task)).toMatchObject({ people: '3' });
  await stage.foundClean(task);
});
