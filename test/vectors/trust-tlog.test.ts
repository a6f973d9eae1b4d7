/** The log in the ecosystem's formats, against what Go's packages produce (`tlog.json` says how it was made). */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { sha256, unbase64 } from '../../trust/digest.ts';
import { createSigner } from '../../trust/signing-key.ts';
import { signCheckpoint } from '../../trust/log/checkpoint.ts';
import { cosignatureLine, openCosigned } from '../../trust/log/cosignature.ts';
import { leafHash, MerkleTree, verifyConsistency, verifyInclusion } from '../../trust/log/merkle.ts';

interface Vector {
  readonly size: number;
  readonly note: string;
  readonly keys: readonly { readonly name: string; readonly seedByte: number }[];
  readonly inclusion: { readonly index: number; readonly proof: readonly string[] };
  readonly consistency: { readonly size: number; readonly proof: readonly string[] };
}

const vector = JSON.parse(readFileSync(new URL('tlog.json', import.meta.url), 'utf8')) as Vector;
const [log, holder, controller] = vector.keys.map(({ name, seedByte }) =>
  createSigner(name.split('/').at(-1) ?? '', new Uint8Array(32).fill(seedByte)),
);
if (log === undefined || holder === undefined || controller === undefined) throw new Error('three keys');
const origin = 'strongroom/vector';
const entry = (index: number): Uint8Array => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(index));
  return sha256(bytes);
};
const tree = new MerkleTree(Array.from({ length: vector.size }, (_, i) => leafHash(entry(i))));

test('checkpoint and cosignatures are those of sumdb/note and transparency-dev/formats, byte for byte', () => {
  const checkpoint = signCheckpoint({ origin, size: vector.size, root: tree.root() }, log);
  const value = unbase64(vector.note.trimEnd().split(' ').at(-1) ?? '');
  const time = Number(Buffer.from(value).readBigUInt64BE(4));
  const cosignatures = [holder, controller].map((signer) =>
    cosignatureLine(checkpoint, origin, signer, time),
  );
  expect([checkpoint, ...cosignatures].join('')).toBe(vector.note);
});

test('what they signed verifies, by party', () => {
  const keys = new Map([holder, controller].map(({ name, publicKey }) => [name, publicKey]));
  const identity = { origin, keys: new Map([[origin, log.publicKey]]) };
  expect(openCosigned(vector.note, identity, keys)).toEqual({
    origin,
    size: vector.size,
    root: tree.root(),
    witnesses: ['holder-1', 'controller'],
  });
});

test('their proofs are ours, and verify', () => {
  const { size, inclusion, consistency } = vector;
  const path = inclusion.proof.map(unbase64);
  expect(tree.inclusionProof(inclusion.index)).toEqual(path);
  expect(verifyInclusion(leafHash(entry(inclusion.index)), inclusion.index, size, path, tree.root())).toBe(
    true,
  );
  const proof = consistency.proof.map(unbase64);
  expect(tree.consistencyProof(consistency.size)).toEqual(proof);
  expect(verifyConsistency(consistency.size, size, proof, tree.root(consistency.size), tree.root())).toBe(
    true,
  );
});
