/** The operations of linkage against the published vectors of RFC 9380 and RFC 9497. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { prove, SUITE, verify } from '../../schemes/linkage/equality-proof.ts';
import { decompress, hashToCurve } from '../../schemes/linkage/hash-to-curve.ts';
import { compressed, type Point } from '../../schemes/linkage/p256.ts';
import { SecretScalar } from '../../schemes/linkage/secret-scalar.ts';

interface Published {
  readonly voprf: {
    readonly skSm: string;
    readonly pkSm: string;
    readonly vectors: readonly {
      readonly Input: string;
      readonly Blind: string;
      readonly BlindedElement: string;
      readonly EvaluationElement: string;
      readonly Proof: { readonly proof: string; readonly r: string };
    }[];
  };
  readonly hashToCurve: {
    readonly dst: string;
    readonly vectors: readonly { readonly msg: string; readonly x: string; readonly y: string }[];
  };
}

const PUBLISHED = JSON.parse(readFileSync(join(import.meta.dirname, 'p256-voprf.json'), 'utf8')) as Published;

const scalar = (text: string): bigint => BigInt(`0x${text}`);
const texts = (points: readonly Point[]): string =>
  points.map((point) => Buffer.from(compressed(point)).toString('hex')).join();

function points(list: string): Point[] {
  return list.split(',').map((text) => {
    const point = decompress(scalar(text.slice(2)), Number(text.slice(0, 2)) - 2);
    if (point === undefined) throw new Error('no point');
    return point;
  });
}

test('hash_to_curve of P256_XMD:SHA-256_SSWU_RO_: RFC 9380, J.1.1', () => {
  const { dst, vectors } = PUBLISHED.hashToCurve;
  const hashed = hashToCurve(
    vectors.map(({ msg }) => Buffer.from(msg)),
    dst,
  );
  expect(hashed).toEqual(vectors.map(({ x, y }) => ({ x: BigInt(x), y: BigInt(y) })));
});

test('blinding, evaluation and proof of VOPRF(P-256, SHA-256), also of a batch: RFC 9497, A.3.2', () => {
  const { skSm, pkSm, vectors } = PUBLISHED.voprf;
  const k = scalar(skSm);
  const key = new SecretScalar(k);
  expect(texts([key.point])).toBe(pkSm);
  for (const { Input, Blind, BlindedElement, EvaluationElement, Proof } of vectors) {
    const hashed = hashToCurve(
      Input.split(',').map((text) => Buffer.from(text, 'hex')),
      `HashToGroup-${SUITE}`,
    );
    const blinded = Blind.split(',').map((text, i) =>
      new SecretScalar(scalar(text)).times(hashed.slice(i, i + 1)),
    );
    expect(texts(blinded.flat())).toBe(BlindedElement);
    const inputs = points(BlindedElement);
    const outputs = key.times(inputs);
    expect(texts(outputs)).toBe(EvaluationElement);
    const statement = { publicKey: key.point, inputs, outputs };
    const proof = prove(statement, k, scalar(Proof.r));
    expect(Buffer.from(proof).toString('hex')).toBe(Proof.proof);
    expect(verify(statement, proof)).toBe(true);
  }
});
