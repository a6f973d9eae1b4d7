/** Identities, cards, the consortium document, and TLS between parties who pinned each other. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { unlockKeyFrom } from '../../trust/at-rest.ts';
import { sealingKeyOf } from '../../trust/card.ts';
import { assembleConsortium } from '../../trust/consortium-signing.ts';
import { openConsortium, openSuccessor } from '../../trust/consortium.ts';
import { sha256Hex, unbase64 } from '../../trust/digest.ts';
import { parseEnvelope } from '../../trust/envelope.ts';
import { type Identity, openCard, openingKeyOf, signCard, signerOf } from '../../trust/identity.ts';
import { readIdentity, writeIdentity } from '../../trust/identity-file.ts';
import { openSealed } from '../../trust/sealed-box-open.ts';
import { sealTo } from '../../trust/sealed-box.ts';
import { HOLDERS, newConsortium, newParties, newParty, signAll } from '../fixtures/trust-parties.ts';

const folder = mkdtempSync(join(tmpdir(), 'strongroom-identity-'));
afterAll(() => rmSync(folder, { recursive: true }));

let parties: Identity[];
let party: Identity;
beforeAll(async () => {
  parties = await newParties();
  party = await newParty('office-a', 'input', 'output');
});

test('a card is read back as it was signed', () => {
  expect(openCard(signCard(party))).toEqual(party.card);
});

describe('an identity on disk', () => {
  const unlock = unlockKeyFrom({ passphrase: 'correct horse' });
  const path = join(folder, 'office-a');

  test('is read back in full, and its keys work', async () => {
    writeIdentity(path, party, unlock);
    const read = readIdentity(path, unlockKeyFrom({ passphrase: 'correct horse' }));
    expect(read).toEqual(party);
    expect(signerOf(read).publicKey).toEqual(unbase64(party.card.signingKey));
    const none = new Uint8Array();
    const box = await sealTo(sealingKeyOf(party.card), Uint8Array.of(7), none, none);
    expect(await openSealed(openingKeyOf(read), box, none, none)).toEqual(Uint8Array.of(7));
  });

  test('is two files for the owner alone, of which the card is public and nothing else is', () => {
    expect(readdirSync(path).sort()).toEqual(['card.json', 'identity.sealed']);
    for (const name of readdirSync(path)) expect(statSync(join(path, name)).mode & 0o777).toBe(0o600);
    expect(openCard(readFileSync(join(path, 'card.json')))).toEqual(party.card);
    const sealed = readFileSync(join(path, 'identity.sealed'));
    expect(sealed.includes('office-a')).toBe(false);
    expect(sealed.includes('PRIVATE KEY')).toBe(false);
  });
});

describe('the consortium document', () => {
  test('answers by name, certificate, key and log', () => {
    const bytes = newConsortium(parties);
    const consortium = openConsortium(bytes);
    expect(consortium.digest).toBe(sha256Hex(parseEnvelope(bytes).payload));
    expect(openConsortium(bytes, consortium.digest).digest).toBe(consortium.digest);
    expect(consortium.keyHolders).toEqual(HOLDERS);
    expect(consortium.aggregator.party).toBe('aggregator');
    expect(consortium.party('nobody')).toBeUndefined();
    for (const { card } of parties) {
      const certificate = unbase64(card.tlsCertificate);
      expect(consortium.party(card.party)).toEqual(card);
      expect(consortium.byCertificate(certificate)).toEqual(card);
      expect(consortium.byCertificate(sha256Hex(certificate))).toEqual(card);
      expect(consortium.signingKeys.get(card.party)).toEqual(unbase64(card.signingKey));
    }
    const key = consortium.signingKeys.get('aggregator');
    expect(consortium.log).toEqual({ origin: 'strongroom/test', keys: new Map([['strongroom/test', key]]) });
  });

  test('does not depend on the order in which the cards came', () => {
    const digest = (list: readonly Identity[]) => openConsortium(newConsortium(list)).digest;
    expect(digest(parties.toReversed())).toBe(digest(parties));
  });

  test('is followed by a version that the old and the new key holders sign', async () => {
    const first = openConsortium(newConsortium(parties));
    const newcomer = await newParty('holder-d', 'processing');
    const all = [...parties, newcomer];
    const keyHolders = ['holder-b', 'holder-c', 'holder-d'];
    const draft = assembleConsortium({
      name: 'test',
      parties: all.map(({ card }) => card),
      keyHolders,
      previous: first,
    });
    const second = openSuccessor(signAll(draft, all, [...HOLDERS, 'holder-d']), first);
    expect([second.version, second.previous, second.keyHolders]).toEqual([2, first.digest, keyHolders]);
  });
});
