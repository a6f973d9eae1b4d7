/**
 * The seeds of a batch of candidates: the leaves of the tree of Goldreich, Goldwasser and Micali (J. ACM 33, 1986),
 *
 *     left(node) ‖ right(node) = SHA-512(label ‖ node).
 *
 * The root opens all of them. The siblings along the path to one leaf open all others and say nothing about that one
 * (a puncturable pseudo-random function; Boneh and Waters, ASIACRYPT 2013). The commitment is SHA-256 over the
 * hashes of the leaves, so it can be checked either way: with the root, or with the siblings and one hash.
 */
import { hash } from 'node:crypto';

export const SEED_BYTES = 32;
export const COMMITMENT_BYTES = 32;

const NODE_LABEL = Buffer.from('strongroom/1/paillier/seed-node');
const LEAF_LABEL = Buffer.from('strongroom/1/paillier/seed-leaf');

/** The leaves of a tree with 2^depth of them. */
export function expandTree(root: Uint8Array, depth: number): Uint8Array[] {
  let level: Uint8Array[] = [Uint8Array.from(root)];
  for (let i = 0; i < depth; i += 1) {
    const next = level.flatMap(children);
    for (const node of level) node.fill(0);
    level = next;
  }
  return level;
}

export function commitToLeaves(leaves: readonly Uint8Array[]): Uint8Array {
  return sha256(Buffer.concat(leaves.map(leafHash)));
}

/** Bytes of what `openAllBut` makes. */
export const punctureBytes = (depth: number): number => depth * SEED_BYTES + COMMITMENT_BYTES;

/** The siblings along the path to leaf `index`, root side first, and the hash of that leaf. */
export function openAllBut(root: Uint8Array, depth: number, index: number): Uint8Array {
  let node = root;
  const siblings: Uint8Array[] = [];
  for (let bit = depth - 1; bit >= 0; bit -= 1) {
    const [left, right] = children(node);
    const goesRight = ((index >> bit) & 1) === 1;
    siblings.push(goesRight ? left : right);
    node = goesRight ? right : left;
  }
  return new Uint8Array(Buffer.concat([...siblings, leafHash(node)]));
}

/**
 * The leaves out of the bytes of `openAllBut`, that of `index` undefined. Absent where they are not those that
 * were committed to.
 */
export function expandAllBut(
  opening: Uint8Array,
  depth: number,
  index: number,
  commitment: Uint8Array,
): (Uint8Array | undefined)[] | undefined {
  const leaves: (Uint8Array | undefined)[] = [];
  const blocks = Array.from({ length: depth }, (_, i) => {
    const sibling = opening.subarray(i * SEED_BYTES, (i + 1) * SEED_BYTES);
    const bit = depth - 1 - i;
    return { from: ((index >> bit) ^ 1) << bit, leaves: expandTree(sibling, bit) };
  });
  for (const block of blocks) block.leaves.forEach((leaf, i) => (leaves[block.from + i] = leaf));
  const unopened = opening.subarray(depth * SEED_BYTES);
  const hashes = Array.from({ length: 2 ** depth }, (_, i) => {
    const leaf = leaves[i];
    return leaf ? leafHash(leaf) : unopened;
  });
  return Buffer.compare(sha256(Buffer.concat(hashes)), commitment) === 0 ? leaves : undefined;
}

function children(node: Uint8Array): [Uint8Array, Uint8Array] {
  const both = hash('sha512', Buffer.concat([NODE_LABEL, node]), 'buffer');
  return [both.subarray(0, SEED_BYTES), both.subarray(SEED_BYTES)];
}

function leafHash(leaf: Uint8Array): Uint8Array {
  return sha256(Buffer.concat([LEAF_LABEL, leaf]));
}

function sha256(bytes: Uint8Array): Uint8Array {
  return hash('sha256', bytes, 'buffer');
}
