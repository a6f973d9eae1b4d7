/** Proofs of inclusion and consistency (RFC 6962 §2.1). */
import { hex, unhex } from '../../../trust/digest.ts';
import { leafHash, MerkleTree, verifyConsistency, verifyInclusion } from '../../../trust/log/merkle.ts';
import { target } from '../harness/decoder.ts';
import { jsonBytes, mutateJson } from '../harness/json.ts';
import { utf8 } from '../harness/text.ts';

/** Either proof, as JSON with hashes in hexadecimal: of inclusion with a leaf, of consistency with a first root. */
interface Proof {
  readonly leaf?: string;
  readonly first?: string;
  readonly index: number;
  readonly size: number;
  readonly root: string;
  readonly proof: readonly string[];
}

export const merkleTarget = target({
  name: 'merkle-proof',
  short: 600,
  make: () => ({ leaves: Array.from({ length: 37 }, (_, i) => leafHash(utf8(`entry ${i}`))) }),
  open: ({ leaves }) => {
    const tree = new MerkleTree(leaves);
    const roots = new Set(Array.from({ length: tree.size + 1 }, (_, size) => hex(tree.root(size))));
    return {
      corpus: [1, 2, 3, 7, 8, 9, 31, 32, 36, 37].flatMap((size) =>
        [0, size - 1, size >> 1].flatMap((index) => proofsOf(tree, index, size)),
      ),
      mutations: [mutateJson],
      decode: holds,
      objection: (claim: Proof | undefined) => {
        if (claim === undefined) return undefined;
        const { leaf, index, root, first } = claim;
        if (leaf !== undefined) {
          return index < tree.size && hex(tree.leaf(index)) === leaf && roots.has(root)
            ? undefined
            : 'a proof of inclusion of what is not there';
        }
        const prefix = first === root || (roots.has(first ?? '') && roots.has(root));
        return prefix ? undefined : 'a proof of consistency of two histories';
      },
      codes: ['DOCUMENT_INVALID'],
    };
  },
});

function proofsOf(tree: MerkleTree, index: number, size: number): Uint8Array[] {
  const root = hex(tree.root(size));
  const inclusion = tree.inclusionProof(index, size).map(hex);
  const consistency = tree.consistencyProof(index + 1, size).map(hex);
  return [
    jsonBytes({ leaf: hex(tree.leaf(index)), index, size, proof: inclusion, root }),
    jsonBytes({ index: index + 1, size, proof: consistency, first: hex(tree.root(index + 1)), root }),
  ];
}

/** The claim where the proof shows it. What is not even a proof in form claims nothing. */
function holds(bytes: Uint8Array): Proof | undefined {
  const claim = claimIn(bytes);
  if (claim === undefined) return undefined;
  const { leaf, first, index, size, root, proof } = claim;
  const path = proof.map(unhex);
  const shown =
    leaf === undefined
      ? verifyConsistency(index, size, path, unhex(first ?? ''), unhex(root))
      : verifyInclusion(unhex(leaf), index, size, path, unhex(root));
  return shown ? claim : undefined;
}

/** Numbers may be anything, as they may where a receipt or a message gives them; hashes are text. */
function claimIn(bytes: Uint8Array): Proof | undefined {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return undefined;
  }
  const { leaf, ...others } = Object(value) as Partial<Proof>;
  const claim = typeof leaf === 'string' ? { ...others, leaf } : others;
  const hashes: unknown[] = [typeof leaf === 'string' ? leaf : claim.first, claim.root];
  if (Array.isArray(claim.proof)) hashes.push(...(claim.proof as unknown[]));
  return Array.isArray(claim.proof) && hashes.every((hash) => typeof hash === 'string')
    ? (claim as Proof)
    : undefined;
}
