/** The Merkle tree against published vectors: RFC 6962 hashing as tested by transparency-dev/merkle. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { hex, unbase64 } from '../../trust/digest.ts';
import { leafHash, MerkleTree, verifyConsistency, verifyInclusion } from '../../trust/log/merkle.ts';

interface Vector {
  readonly file: string;
  readonly wantErr: boolean;
  readonly proof: readonly string[] | null;
}
interface Inclusion extends Vector {
  readonly leafIdx: number;
  readonly treeSize: number;
  readonly leafHash: string | null;
  readonly root: string | null;
}
interface Consistency extends Vector {
  readonly size1: number;
  readonly size2: number;
  readonly root1: string | null;
  readonly root2: string | null;
}

const file = new URL('../../../shared/vectors/merkle/rfc6962.json', import.meta.url);
const vectors = existsSync(file)
  ? (JSON.parse(readFileSync(file, 'utf8')) as { vectors: (Inclusion | Consistency)[] }).vectors
  : [];
const inclusion = vectors.filter((vector): vector is Inclusion => 'leafIdx' in vector);
const consistency = vectors.filter((vector): vector is Consistency => 'size1' in vector);
const bytes = (text: string | null): Uint8Array => unbase64(text ?? '');

describe.skipIf(vectors.length === 0)('RFC 6962 vectors (skipped where ../shared/vectors is absent)', () => {
  test('both kinds are there', () => {
    expect([inclusion.length, consistency.length]).toEqual([49, 49]);
  });

  test.each(inclusion)('$file', (vector) => {
    const proof = (vector.proof ?? []).map(bytes);
    const { leafIdx, treeSize } = vector;
    const accepted = verifyInclusion(bytes(vector.leafHash), leafIdx, treeSize, proof, bytes(vector.root));
    expect(accepted).toBe(!vector.wantErr);
  });

  test.each(consistency)('$file', (vector) => {
    const proof = (vector.proof ?? []).map(bytes);
    const { size1, size2 } = vector;
    const accepted = verifyConsistency(size1, size2, proof, bytes(vector.root1), bytes(vector.root2));
    expect(accepted).toBe(!vector.wantErr);
  });
});

describe('the tree of eight leaves that Certificate Transparency implementations share', () => {
  const leaves = [
    '',
    '00',
    '10',
    '2021',
    '3031',
    '40414243',
    '5051525354555657',
    '606162636465666768696a6b6c6d6e6f',
  ];
  const roots = [
    'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
    'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
    'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
    'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
    '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
    'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
    '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
  ];
  const tree = new MerkleTree(leaves.map((leaf) => leafHash(Buffer.from(leaf, 'hex'))));

  test.each(roots.map((root, size) => ({ root, size })))('root at size $size', ({ root, size }) => {
    expect(hex(tree.root(size))).toBe(root);
  });
});
