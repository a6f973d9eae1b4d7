/** Cards, identities and consortium documents that must not be believed. */
import { X509Certificate } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openProfile } from '../../transport/profile.ts';
import { sealAtRest, unlockKeyFrom } from '../../trust/at-rest.ts';
import { TaskBook } from '../../trust/book.ts';
import type { Card } from '../../trust/card.ts';
import { assembleConsortium, signConsortium } from '../../trust/consortium-signing.ts';
import { openConsortium, openSuccessor } from '../../trust/consortium.ts';
import { base64, canonicalJson, parseCanonicalJson, unbase64, unhex } from '../../trust/digest.ts';
import { addSignature, parseEnvelope, signEnvelope } from '../../trust/envelope.ts';
import { createIdentity } from '../../trust/identity-making.ts';
import { type Identity, openCard, signCard, signerOf } from '../../trust/identity.ts';
import { readIdentity, writeIdentity } from '../../trust/identity-file.ts';
import {
  HOLDERS,
  newConsortium,
  newParties,
  newParty,
  newSigner,
  refusal,
  signAll,
} from '../fixtures/trust-parties.ts';

const folder = mkdtempSync(join(tmpdir(), 'strongroom-identity-'));
afterAll(() => rmSync(folder, { recursive: true }));

let parties: Identity[];
let other: Identity;
beforeAll(async () => {
  parties = await newParties();
  other = await newParty('office-z', 'input', 'processing');
});

/** One of the four parties, by its place in `newParties`. */
function at(index: number): Identity {
  const party = parties[index];
  if (party === undefined) throw new Error(`no party ${index}`);
  return party;
}

function altered(bytes: Uint8Array, index: number, mask: number): Uint8Array {
  const copy = bytes.slice();
  copy[index] = (copy[index] ?? 0) ^ mask;
  return copy;
}

/** The card with another certificate, made out of its own DER. */
function withCertificate(card: Card, change: (der: Uint8Array) => Iterable<number>): Card {
  return { ...card, tlsCertificate: base64(Uint8Array.from(change(unbase64(card.tlsCertificate)))) };
}

function asPem(der: Uint8Array): Uint8Array {
  return Buffer.from(new X509Certificate(der).toString());
}

/** BER lets a length be written in more bytes than it needs (X.690 §8.1.3.5). */
function inLongForm(der: Uint8Array): number[] {
  expect([...der.subarray(0, 2)]).toEqual([0x30, 0x82]);
  return [0x30, 0x83, 0, ...der.subarray(2)];
}

/** The point of the public key is not on the curve. */
function withoutKey(der: Uint8Array): Uint8Array {
  const point = Buffer.from(der).indexOf(Buffer.from('03420004', 'hex'));
  return der.with(point + 10, (der[point + 10] ?? 0) ^ 1);
}

function keyFileIn(home: string): string {
  mkdirSync(home, { recursive: true });
  const keyFile = join(home, 'unlock.key');
  writeFileSync(keyFile, new Uint8Array(32).fill(7));
  return keyFile;
}

const flip = fc.integer({ min: 1, max: 255 });

describe('a card', () => {
  test('with any byte altered', async () => {
    const bytes = signCard(other);
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), flip, async (index, mask) => {
        await refusal(() => openCard(altered(bytes, index, mask)), 'IDENTITY_INVALID');
      }),
      { numRuns: 300 },
    );
  });

  test('that is signed with another key than its own', async () => {
    const { payload, payloadType } = parseEnvelope(signCard(other));
    const impostor = newSigner('office-z');
    await refusal(() => openCard(signEnvelope(payloadType, payload, impostor)), 'IDENTITY_INVALID');
  });

  test('of another document type', async () => {
    const { payload } = parseEnvelope(signCard(other));
    const bytes = signEnvelope('application/vnd.strongroom.approval+json', payload, signerOf(other));
    await refusal(() => openCard(bytes), 'IDENTITY_INVALID');
  });

  test.each<[string, (card: Card) => unknown]>([
    ['an unknown key', (card) => ({ ...card, admin: true })],
    ['an unknown role', (card) => ({ ...card, roles: ['root'] })],
    ['a role twice', (card) => ({ ...card, roles: ['input', 'input'] })],
    ['no role', (card) => ({ ...card, roles: [] })],
    ['a name with capitals', (card) => ({ ...card, party: 'Office' })],
    ['a line break in the organisation', (card) => ({ ...card, organisation: 'A\nB' })],
    ['no country code', (card) => ({ ...card, jurisdiction: 'Holland' })],
    ['a short signing key', (card) => ({ ...card, signingKey: base64(new Uint8Array(31)) })],
    [
      'another sealing suite',
      (card) => ({ ...card, sealingKey: { ...card.sealingKey, suite: '0020-0001-0001' } }),
    ],
    ['a certificate of another party', (card) => ({ ...card, tlsCertificate: at(1).card.tlsCertificate })],
    ['a certificate that is none', (card) => ({ ...card, tlsCertificate: 'AAAA' })],
    ['a certificate in PEM', (card) => withCertificate(card, asPem)],
    ['a certificate with bytes behind it', (card) => withCertificate(card, (der) => [...der, 0])],
    ['a certificate whose lengths are not in DER', (card) => withCertificate(card, inLongForm)],
    ['a certificate without a key', (card) => withCertificate(card, withoutKey)],
  ])('with %s', async (_name, alter) => {
    const payload = canonicalJson(alter(other.card));
    const bytes = signEnvelope('application/vnd.strongroom.card+json', payload, signerOf(other));
    await refusal(() => openCard(bytes), 'IDENTITY_INVALID');
  });

  test('in thousands of wrong places is refused in a few words', async () => {
    const strangers = Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`key-${i}`, 0]));
    const payload = canonicalJson({ ...other.card, ...strangers });
    const bytes = signEnvelope('application/vnd.strongroom.card+json', payload, signerOf(other));
    const error = await refusal(() => openCard(bytes), 'IDENTITY_INVALID');
    expect(error.message.length).toBeLessThan(1000);
  });

  test.each([
    `01${'00'.repeat(31)}`,
    `01${'00'.repeat(30)}80`,
    'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  ])('whose signing key is the point of small order %s', async (point) => {
    const card = { ...other.card, signingKey: base64(unhex(point)) };
    const bytes = signEnvelope('application/vnd.strongroom.card+json', canonicalJson(card), signerOf(other));
    const error = await refusal(() => openCard(bytes), 'IDENTITY_INVALID');
    expect(error.message).toContain('small order');
  });

  test('for a name that is none', async () => {
    const party = { organisation: 'X', jurisdiction: 'NL', roles: ['input'] as const };
    for (const name of ['', 'A', 'a b', '1a', 'a,CN=b', 'a'.repeat(64)]) {
      await refusal(() => createIdentity({ ...party, name }), 'IDENTITY_INVALID');
    }
  });
});

describe('an identity on disk', () => {
  const unlock = unlockKeyFrom({ passphrase: 'correct horse' });

  test('is not overwritten', async () => {
    const path = join(folder, 'kept');
    writeIdentity(path, other, unlock);
    const sealed = readFileSync(join(path, 'identity.sealed'));
    await refusal(() => writeIdentity(path, at(0), unlock), 'USAGE');
    expect(readFileSync(join(path, 'identity.sealed'))).toEqual(sealed);
    expect(readIdentity(path, unlock)).toEqual(other);
  });

  test.each([
    ['nothing of an identity', {}],
    ['a card with an unknown role', { card: { roles: ['root'] } }],
    ['the key as a number', { signingKey: 1 }],
  ])('that holds %s is refused, and does not tell what it holds', async (name, changes) => {
    const path = join(folder, name.replaceAll(' ', '-'));
    mkdirSync(path);
    const held = { signingKey: 'c2VjcmV0', tlsKey: 'secret', ...changes };
    writeFileSync(
      join(path, 'identity.sealed'),
      sealAtRest(canonicalJson(held), unlock, 'strongroom identity v1'),
    );
    const error = await refusal(() => readIdentity(path, unlock), 'IDENTITY_INVALID');
    expect(inspect(error)).not.toMatch(/secret|c2VjcmV0/);
  });

  test('does not open with a wrong passphrase, and leaves nothing behind', async () => {
    const path = join(folder, 'closed');
    writeIdentity(path, other, unlock);
    const wrong = unlockKeyFrom({ passphrase: 'wrong horse' });
    await refusal(() => readIdentity(path, wrong), 'UNLOCK_FAILED');
  });

  test('that is not there', async () => {
    await refusal(() => readIdentity(join(folder, 'absent'), unlock), 'NOT_FOUND');
    expect(existsSync(join(folder, 'absent'))).toBe(false);
  });

  test('whose signing key is not the one on its card cannot sign', async () => {
    await refusal(() => signerOf({ card: at(0).card, secrets: other.secrets }), 'IDENTITY_INVALID');
  });
});

describe('a consortium document', () => {
  /** The valid document, altered, and signed by its key holders all the same. */
  function forged(alter: (document: Record<string, unknown> & { parties: Card[] }) => unknown): Uint8Array {
    const { payload, payloadType } = parseEnvelope(newConsortium(parties));
    const document = parseCanonicalJson(payload) as Record<string, unknown> & { parties: Card[] };
    const [first, ...rest] = parties.slice(1).map(signerOf);
    if (first === undefined) throw new Error('no key holder');
    return rest.reduce(addSignature, signEnvelope(payloadType, canonicalJson(alter(document)), first));
  }

  test('is valid when it is not altered', () => {
    expect(openConsortium(forged((document) => document)).name).toBe('test');
  });

  test.each<[string, (document: Record<string, unknown> & { parties: Card[] }) => unknown]>([
    ['a party twice', (document) => ({ ...document, parties: [...document.parties, at(1).card] })],
    [
      'one signing key under two names',
      (document) => ({
        ...document,
        parties: [...document.parties, { ...other.card, signingKey: at(1).card.signingKey }],
      }),
    ],
    [
      'one sealing key under two names',
      (document) => ({
        ...document,
        parties: [...document.parties, { ...other.card, sealingKey: at(1).card.sealingKey }],
      }),
    ],
    [
      'one certificate under two names',
      (document) => ({
        ...document,
        parties: [...document.parties, { ...other.card, tlsCertificate: at(1).card.tlsCertificate }],
      }),
    ],
    ['two key holders', (document) => ({ ...document, keyHolders: HOLDERS.slice(1) })],
    ['a key holder twice', (document) => ({ ...document, keyHolders: [...HOLDERS, 'holder-a'] })],
    ['a key holder that is no party', (document) => ({ ...document, keyHolders: [...HOLDERS, 'office-z'] })],
    [
      'a key holder without the role',
      (document) => ({ ...document, keyHolders: [...HOLDERS, 'aggregator'] }),
    ],
    ['no aggregator', (document) => ({ ...document, parties: [...document.parties.slice(1), other.card] })],
    [
      'two aggregators',
      (document) => ({
        ...document,
        parties: [...document.parties, { ...other.card, roles: ['aggregator'] }],
      }),
    ],
    ['an unknown key', (document) => ({ ...document, threshold: 2 })],
    ['a predecessor of version 1', (document) => ({ ...document, previous: '0'.repeat(64) })],
    ['version 2 without a predecessor', (document) => ({ ...document, version: 2 })],
  ])('with %s', async (_name, alter) => {
    const error = await refusal(() => openConsortium(forged(alter)), 'IDENTITY_INVALID');
    expect(error.message).not.toContain('have not signed');
  });

  test('that a key holder has not signed, and whoever signs twice is one signer', async () => {
    const error = await refusal(
      () => openConsortium(newConsortium(parties, HOLDERS.slice(1))),
      'IDENTITY_INVALID',
    );
    expect(error.message).toContain('holder-a');
    await refusal(() => openConsortium(newConsortium(parties, [])), 'IDENTITY_INVALID');
    await refusal(() => newConsortium([...parties, at(1)]), 'IDENTITY_INVALID');
  });

  test('that is not the pinned one', async () => {
    await refusal(() => openConsortium(newConsortium(parties), '0'.repeat(64)), 'IDENTITY_INVALID');
  });

  test('with any byte altered', async () => {
    const bytes = newConsortium(parties);
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), flip, async (index, mask) => {
        await refusal(() => openConsortium(altered(bytes, index, mask)), 'IDENTITY_INVALID');
      }),
      { numRuns: 200 },
    );
  });

  test('with a certificate that no connection could use is not signed, and no process starts with it', async () => {
    const [first, ...rest] = parties.map(({ card }) => card);
    if (first === undefined) throw new Error('no parties');
    const cards = [withCertificate(first, (der) => [...der, 0]), ...rest];
    const draft = assembleConsortium({ name: 'test', parties: cards, keyHolders: HOLDERS });
    await refusal(() => signConsortium(draft, signerOf(at(1))), 'IDENTITY_INVALID');

    const signed = HOLDERS.reduce((bytes, name) => {
      const holder = parties.find(({ card }) => card.party === name) ?? other;
      return addSignature(bytes, signerOf(holder));
    }, draft);
    const home = join(folder, 'unusable');
    writeIdentity(home, at(1), unlockKeyFrom({ keyFile: keyFileIn(home) }));
    writeFileSync(join(home, 'consortium.json'), signed);
    const config = `aggregator: a:1\nconsortium: {digest: ${openConsortium(signed).digest}}\nunlock: {key-file: unlock.key}\n`;
    writeFileSync(join(home, 'strongroom.yaml'), config);
    await refusal(() => openProfile(join(home, 'strongroom.yaml')), 'IDENTITY_INVALID');

    const book = new TaskBook(openConsortium(newConsortium(parties)));
    const previous = openConsortium(newConsortium(parties));
    const next = assembleConsortium({ name: 'test', parties: cards, keyHolders: HOLDERS, previous });
    const successor = parties.slice(1).reduce((bytes, holder) => addSignature(bytes, signerOf(holder)), next);
    await refusal(() => book.admit(successor, 'holder-a'), 'IDENTITY_INVALID');
  });

  test('cannot be signed under a name whose key is another', async () => {
    const bytes = newConsortium(parties, []);
    await refusal(() => signConsortium(bytes, newSigner('holder-a')), 'IDENTITY_INVALID');
  });

  test('that succeeds another must continue it, and be signed by the old key holders too', async () => {
    const first = openConsortium(newConsortium(parties));
    const all = [...parties, other];
    const names = [...HOLDERS, 'office-z'];
    const cards = all.map(({ card }) => card);
    const draft = { name: 'test', parties: cards, keyHolders: names.slice(1), previous: first };
    const signed = (changes: object, by = names) =>
      signAll(assembleConsortium({ ...draft, ...changes }), all, by);
    expect(openSuccessor(signed({}), first).version).toBe(2);

    await refusal(() => openSuccessor(signed({}, names.slice(1)), first), 'IDENTITY_INVALID');
    await refusal(() => openSuccessor(newConsortium(parties), first), 'IDENTITY_INVALID');
    await refusal(() => openSuccessor(signed({ name: 'another' }), first), 'IDENTITY_INVALID');
    await refusal(
      () => openSuccessor(signed({ previous: { ...first, version: 2 } }), first),
      'IDENTITY_INVALID',
    );
    const moved = { ...first, digest: '0'.repeat(64) };
    await refusal(() => openSuccessor(signed({ previous: moved }), first), 'IDENTITY_INVALID');
  });
});
