/**
 * The Merkle tree of RFC 6962 §2.1: root at every size, inclusion and consistency proofs.
 *
 * All complete subtrees are kept, 64 bytes for each entry, so that a root or proof at any earlier size costs
 * O(log² n) hashes. The two verifying functions need no tree.
 */
import { equalBytes, sha256 } from '../digest.ts';

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

/** MTH({d}) = SHA-256(0x00 ‖ d), RFC 6962 §2.1. */
export function leafHash(entry: Uint8Array): Uint8Array {
  return sha256(LEAF, entry);
}

/** SHA-256(0x01 ‖ left ‖ right), RFC 6962 §2.1. */
function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  return sha256(NODE, left, right);
}

/** An append-only tree over leaf hashes. */
export class MerkleTree {
  /** `levels[h][i]` is the hash of the complete subtree over leaves i·2^h … (i+1)·2^h − 1. */
  readonly #levels: Uint8Array[][] = [[]];

  constructor(leafHashes: Iterable<Uint8Array> = []) {
    for (const hash of leafHashes) this.append(hash);
  }

  get size(): number {
    return this.#levels[0]?.length ?? 0;
  }

  append(hash: Uint8Array): void {
    let node = hash;
    for (let height = 0; ; height += 1) {
      const level = (this.#levels[height] ??= []);
      level.push(node);
      if (level.length % 2 === 1) return;
      node = nodeHash(this.subtree(height, level.length - 2), node);
    }
  }

  /** Forgets every leaf from `size` on. */
  truncate(size: number): void {
    this.#check(size, this.size);
    this.#levels.forEach((level, height) => (level.length = Math.floor(size / 2 ** height)));
  }

  /** Hash of leaf `index`, 0 ≤ index < size. */
  leaf(index: number): Uint8Array {
    this.#check(index, this.size - 1);
    return this.subtree(0, index);
  }

  /** MTH(D[0:size]), RFC 6962 §2.1, for any 0 ≤ size ≤ this.size. */
  root(size: number = this.size): Uint8Array {
    this.#check(size, this.size);
    return size === 0 ? sha256(new Uint8Array()) : this.#range(0, size);
  }

  /** PATH(index, D[0:size]), RFC 6962 §2.1.1, for 0 ≤ index < size ≤ this.size. */
  inclusionProof(index: number, size: number = this.size): Uint8Array[] {
    this.#check(size, this.size);
    this.#check(index, size - 1);
    return this.#path(index, 0, size);
  }

  /** PROOF(from, D[0:to]), RFC 6962 §2.1.2, for 0 < from ≤ to ≤ this.size. */
  consistencyProof(from: number, to: number = this.size): Uint8Array[] {
    this.#check(to, this.size);
    this.#check(from - 1, to - 1);
    return this.#subproof(from, 0, to, true);
  }

  #range(start: number, end: number): Uint8Array {
    const count = end - start;
    // Ranges of RFC 6962 always start at a multiple of their rounded-up size, so a power of two is complete.
    if (isPowerOfTwo(count)) return this.subtree(Math.log2(count), start / count);
    const middle = start + largestPowerBelow(count);
    return nodeHash(this.#range(start, middle), this.#range(middle, end));
  }

  #path(index: number, start: number, end: number): Uint8Array[] {
    if (end - start === 1) return [];
    const middle = start + largestPowerBelow(end - start);
    return index < middle
      ? [...this.#path(index, start, middle), this.#range(middle, end)]
      : [...this.#path(index, middle, end), this.#range(start, middle)];
  }

  /** SUBPROOF(m, D[start:end], b) with m counted from the start of the whole tree. */
  #subproof(m: number, start: number, end: number, whole: boolean): Uint8Array[] {
    if (m === end) return whole ? [] : [this.#range(start, end)];
    const middle = start + largestPowerBelow(end - start);
    return m <= middle
      ? [...this.#subproof(m, start, middle, whole), this.#range(middle, end)]
      : [...this.#subproof(m, middle, end, false), this.#range(start, middle)];
  }

  /** Hash of the complete subtree over leaves index·2^height … (index + 1)·2^height − 1, all of them in the tree. */
  subtree(height: number, index: number): Uint8Array {
    const hash = this.#levels[height]?.[index];
    if (hash === undefined) throw new RangeError(`No subtree ${index} at height ${height}.`);
    return hash;
  }

  #check(value: number, limit: number): void {
    if (Number.isSafeInteger(value) && value >= 0 && value <= limit) return;
    throw new RangeError(`${value} is outside a tree of ${this.size} entries.`);
  }
}

/** Whether the proof shows that the leaf stands at `index` in the tree of this size and root (RFC 9162 §2.1.3.2). */
export function verifyInclusion(
  leaf: Uint8Array,
  index: number,
  size: number,
  proof: readonly Uint8Array[],
  root: Uint8Array,
): boolean {
  if (!isCount(index) || !isCount(size) || index >= size || proof.length > 64) return false;
  let position = index;
  let last = size - 1;
  let hash = leaf;
  for (const sibling of proof) {
    if (last === 0) return false;
    if (position % 2 === 1 || position === last) {
      hash = nodeHash(sibling, hash);
      while (position % 2 === 0 && position !== 0) [position, last] = [half(position), half(last)];
    } else {
      hash = nodeHash(hash, sibling);
    }
    [position, last] = [half(position), half(last)];
  }
  return last === 0 && equalBytes(hash, root);
}

/**
 * Whether the proof shows that the tree (`size1`, `root1`) is a prefix of the tree (`size2`, `root2`)
 * (RFC 9162 §2.1.4.2). False for `size1` = 0, about which no proof says anything.
 */
export function verifyConsistency(
  size1: number,
  size2: number,
  proof: readonly Uint8Array[],
  root1: Uint8Array,
  root2: Uint8Array,
): boolean {
  if (!isCount(size1) || !isCount(size2) || size1 < 1 || size1 > size2 || proof.length > 64) return false;
  if (size1 === size2) return proof.length === 0 && equalBytes(root1, root2);
  // A power of two is one complete subtree, whose hash the proof leaves out because it is root1.
  const nodes = isPowerOfTwo(size1) ? [root1, ...proof] : proof;
  let position = size1 - 1;
  let last = size2 - 1;
  while (position % 2 === 1) [position, last] = [half(position), half(last)];
  const [seed, ...rest] = nodes;
  if (seed === undefined) return false;
  let [hash1, hash2] = [seed, seed];
  for (const sibling of rest) {
    if (last === 0) return false;
    if (position % 2 === 1 || position === last) {
      [hash1, hash2] = [nodeHash(sibling, hash1), nodeHash(sibling, hash2)];
      while (position % 2 === 0 && position !== 0) [position, last] = [half(position), half(last)];
    } else {
      hash2 = nodeHash(hash2, sibling);
    }
    [position, last] = [half(position), half(last)];
  }
  return last === 0 && equalBytes(hash1, root1) && equalBytes(hash2, root2);
}

/** The largest power of two smaller than n, for n ≥ 2. */
function largestPowerBelow(n: number): number {
  let power = 1;
  while (power * 2 < n) power *= 2;
  return power;
}

function isPowerOfTwo(n: number): boolean {
  return n === 1 || n === 2 * largestPowerBelow(n);
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

// Not `>> 1`, which is limited to 32 bits.
function half(value: number): number {
  return Math.floor(value / 2);
}
