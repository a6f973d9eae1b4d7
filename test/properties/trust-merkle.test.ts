/** The incremental tree against the recursive definition of RFC 6962 §2.1, and its proofs against their verifiers. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sha256 } from '../../trust/digest.ts';
import { leafHash, MerkleTree, verifyConsistency, verifyInclusion } from '../../trust/log/merkle.ts';

const leaf = (index: number): Uint8Array => leafHash(Uint8Array.of(index >> 8, index & 255));
const leaves = (size: number): Uint8Array[] => Array.from({ length: size }, (_, index) => leaf(index));

/** MTH, as the RFC writes it. */
function definition(list: readonly Uint8Array[]): Uint8Array {
  const [only] = list;
  if (only === undefined) return sha256(new Uint8Array());
  if (list.length === 1) return only;
  const k = 2 ** Math.ceil(Math.log2(list.length) - 1);
  return sha256(Uint8Array.of(1), definition(list.slice(0, k)), definition(list.slice(k)));
}

test('the root at every size is that of the definition', () => {
  const tree = new MerkleTree(leaves(70));
  for (let size = 0; size <= 70; size += 1) expect(tree.root(size)).toEqual(definition(leaves(size)));
});

test('every inclusion proof up to 40 entries verifies, and for no other index', () => {
  const tree = new MerkleTree(leaves(40));
  for (let size = 1; size <= 40; size += 1) {
    for (let index = 0; index < size; index += 1) {
      const proof = tree.inclusionProof(index, size);
      const verify = (at: number) => verifyInclusion(leaf(index), at, size, proof, tree.root(size));
      expect(verify(index)).toBe(true);
      expect(verify((index + 1) % size)).toBe(size === 1);
    }
  }
});

test('every consistency proof up to 40 entries verifies, and for no other root', () => {
  const tree = new MerkleTree(leaves(40));
  for (let to = 1; to <= 40; to += 1) {
    for (let from = 1; from <= to; from += 1) {
      const proof = tree.consistencyProof(from, to);
      const verify = (root1: Uint8Array) => verifyConsistency(from, to, proof, root1, tree.root(to));
      expect(verify(tree.root(from))).toBe(true);
      expect(verify(leafHash(tree.root(from)))).toBe(false);
    }
  }
});

test('truncating forgets exactly what came later', () => {
  fc.assert(
    fc.property(fc.nat(200), fc.nat(200), fc.nat(50), (length, cut, more) => {
      const size = Math.min(length, cut);
      const tree = new MerkleTree(leaves(length));
      tree.truncate(size);
      expect(tree.root()).toEqual(new MerkleTree(leaves(size)).root());
      for (const hash of leaves(more)) tree.append(hash);
      expect(tree.root()).toEqual(definition([...leaves(size), ...leaves(more)]));
    }),
  );
});

test('sizes beyond 32 bits are counted correctly', () => {
  // A tree of 2^40 equal leaves: every complete subtree of one height has the same hash.
  const heights = [leaf(0)];
  for (let height = 0; height < 40; height += 1) {
    const node = heights[height] ?? new Uint8Array();
    heights.push(sha256(Uint8Array.of(1), node, node));
  }
  const root = heights[40] ?? new Uint8Array();
  expect(verifyInclusion(leaf(0), 2 ** 39 + 12345, 2 ** 40, heights.slice(0, 40), root)).toBe(true);
  expect(verifyInclusion(leaf(0), 2 ** 39 + 12345, 2 ** 41, heights.slice(0, 40), root)).toBe(false);
});
