/** The vectors of the protocol, for other implementations: the code still makes them byte for byte, and reads them. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseCanonicalJson, sha256Hex, unbase64, unhex } from '../../trust/digest.ts';
import { openDocument } from '../../trust/documents.ts';
import { parseEnvelope, verifyEnvelope } from '../../trust/envelope.ts';
import { openCheckpoint } from '../../trust/log/checkpoint.ts';
import { verifyConsistency, verifyInclusion } from '../../trust/log/merkle.ts';
import { unpackShares } from '../../trust/release.ts';
import { createSigner } from '../../trust/signing-key.ts';
import { openSealed } from '../../trust/sealed-box-open.ts';
import { refusal } from '../fixtures/trust-parties.ts';
import { readVector, textOf, VECTORS, vectorFile } from './protocol/generate.ts';

test.each(Object.keys(VECTORS))('%s.json is what the code makes', async (name) => {
  expect(textOf(await VECTORS[name]?.())).toBe(readFileSync(vectorFile(name), 'utf8'));
});

test('what is not canonical is refused', async () => {
  const { refused } = readVector('canonical-json') as { refused: string[] };
  for (const text of refused) await refusal(() => parseCanonicalJson(Buffer.from(text)), 'DOCUMENT_INVALID');
});

test('the documents open with the keys beside them, and every kind has one', () => {
  const { seeds, documents } = readVector('documents') as {
    seeds: Record<string, string>;
    documents: { kind: string; envelope: string; digest: string }[];
  };
  const keys = new Map(
    Object.entries(seeds).map(([name, seed]) => [name, createSigner(name, unhex(seed)).publicKey]),
  );
  for (const { kind, envelope, digest } of documents) {
    expect(openDocument(Buffer.from(envelope), keys)).toMatchObject({ kind, digest });
  }
  expect(new Set(documents.map(({ kind }) => kind)).size).toBe(documents.length);
});

test('the envelope verifies for both of its signers', () => {
  const { signers, withTwoSignatures } = readVector('envelope') as {
    signers: { name: string; publicKey: string }[];
    withTwoSignatures: string;
  };
  const keys = new Map(signers.map(({ name, publicKey }) => [name, unhex(publicKey)]));
  expect(verifyEnvelope(parseEnvelope(Buffer.from(withTwoSignatures)), keys)).toEqual([...keys.keys()]);
});

test('the proofs of the log hold under its checkpoint', () => {
  const log = readVector('log') as {
    origin: string;
    seed: string;
    entries: { leaf: string }[];
    roots: string[];
    inclusion: { index: number; size: number; proof: string[] }[];
    consistency: { from: number; to: number; proof: string[] }[];
    checkpoint: string;
  };
  const key = createSigner('aggregator', unhex(log.seed)).publicKey;
  const { root, size } = openCheckpoint(log.checkpoint, log.origin, new Map([[log.origin, key]]));
  for (const { index, proof } of log.inclusion) {
    const leaf = unhex(log.entries[index]?.leaf ?? '');
    expect(verifyInclusion(leaf, index, size, proof.map(unhex), root)).toBe(true);
  }
  for (const { from, proof } of log.consistency) {
    expect(verifyConsistency(from, size, proof.map(unhex), unhex(log.roots[from] ?? ''), root)).toBe(true);
  }
});

test('the box opens with the key of its receiver, and holds the shares', async () => {
  const { receiver, box, info, aad, opened, shares } = readVector('release') as {
    receiver: { privateKey: string };
    box: string;
    info: string;
    aad: string;
    opened: string;
    shares: string[];
  };
  const packed = await openSealed(unbase64(receiver.privateKey), unbase64(box), unhex(info), unhex(aad));
  expect(sha256Hex(packed)).toBe(opened);
  expect(unpackShares(packed, 'holder-1').map((share) => Buffer.from(share).toString('hex'))).toEqual(shares);
});
