/** Cards, identities and consortium documents that must not be believed. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { unlockKeyFrom } from '../../trust/at-rest.ts';
import type { Card } from '../../trust/card.ts';
import { assembleConsortium, openConsortium, openSuccessor, signConsortium } from '../../trust/consortium.ts';
import { base64, canonicalJson, parseCanonicalJson, unhex } from '../../trust/digest.ts';
import { addSignature, parseEnvelope, signEnvelope } from '../../trust/envelope.ts';
import { createIdentity, type Identity, openCard, signCard, signerOf } from '../../trust/identity.ts';
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
  ])('with %s', async (_name, alter) => {
    const payload = canonicalJson(alter(other.card));
    const bytes = signEnvelope('application/vnd.strongroom.card+json', payload, signerOf(other));
    await refusal(() => openCard(bytes), 'IDENTITY_INVALID');
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
