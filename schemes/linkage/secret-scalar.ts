/**
 * A secret scalar and a point: constant time, by OpenSSL (EC_POINT_mul of nistz256).
 *
 * `node:crypto` gives only the x-coordinate of k·P. Where the whole point is needed, y follows from x(P), x(k·P) and
 * x((k+1)·P) (Brier and Joye, PKC 2002, proposition 5): the three points P, Q = k·P and P + Q satisfy
 *
 *     2·y_P·y_Q = (x_P³ − 3x_P + b) + (x_Q³ − 3x_Q + b) − (x_{P+Q} + x_P + x_Q)·(x_Q − x_P)²
 *
 * so that two native products and a few of bigints give the point, against one of 1.2 ms for pure JavaScript.
 */
import {
  createECDH,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  type ECDH,
  type KeyObject,
} from 'node:crypto';
import { StrongroomError } from '../../proto/errors.ts';
import type { Xof } from '../rlwe/xof.ts';
import { wide } from './hash-to-curve.ts';
import {
  curveEquation,
  integerBytes,
  invertAll,
  FIELD,
  modField,
  ORDER,
  readInteger,
  readPoint,
  uncompressed,
  type Point,
} from './p256.ts';

const CURVE = 'prime256v1';

export class SecretScalar {
  readonly #scalar: KeyObject;
  readonly #successor: KeyObject;
  /** k·G. */
  readonly point: Point;

  /** For 0 < k < order − 1. OpenSSL keeps and clears its own copies; a BigInt cannot be cleared. */
  constructor(k: bigint) {
    this.#scalar = privateKeyOf(k);
    this.#successor = privateKeyOf((k + 1n) % ORDER);
    this.point = readPoint(handleOf(k).getPublicKey(), 1);
  }

  /** k·P for all points. Throws INTERNAL where the machine computed wrongly. */
  times(points: readonly Point[]): Point[] {
    const xs = points.map((point) => {
      const publicKey = publicKeyOf(point);
      const xWith = (privateKey: KeyObject) => readInteger(diffieHellman({ privateKey, publicKey }));
      return { p: point, q: xWith(this.#scalar), next: xWith(this.#successor) };
    });
    const inverses = invertAll(
      points.map(({ y }) => 2n * y),
      FIELD,
    );
    return xs.map(({ p, q, next }, i) => {
      const run = q - p.x;
      const rhs = curveEquation(q);
      const twice = curveEquation(p.x) + rhs - (((next + p.x + q) * run) % FIELD) * run;
      const y = modField((twice % FIELD) * (inverses[i] ?? 0n));
      if (modField(y * y) !== rhs) {
        throw new StrongroomError('INTERNAL', 'a product by a secret scalar came out off the curve');
      }
      return { x: q, y };
    });
  }
}

/** x(k·P) for one secret k and one point: a single native product. */
export function xOfProduct(k: bigint, point: Point): bigint {
  return readInteger(handleOf(k).computeSecret(uncompressed(point)));
}

/** What a draw reads. */
export const SCALAR_BYTES = 48;

/** Uniform in 1 … order − 1 but for a statistical distance of 2^−128. */
export const drawScalar = (stream: Xof): bigint => (wide(stream.read(SCALAR_BYTES)) % (ORDER - 1n)) + 1n;

/** SubjectPublicKeyInfo (RFC 5480) of a point of P-256, up to the point. */
const SPKI_HEAD = Buffer.from('3059301306072a8648ce3d020106082a8648ce3d030107034200', 'hex');
/** ECPrivateKey (RFC 5915) up to the scalar, and the curve after it; OpenSSL computes the public point. */
const SEC1_HEAD = Buffer.from('30310201010420', 'hex');
const SEC1_TAIL = Buffer.from('a00a06082a8648ce3d030107', 'hex');

/** One that meets two scalars is read once: `ECDH.computeSecret` would also check the scalar again each time. */
function publicKeyOf(point: Point): KeyObject {
  const key = Buffer.concat([SPKI_HEAD, uncompressed(point)]);
  return createPublicKey({ key, format: 'der', type: 'spki' });
}

function privateKeyOf(k: bigint): KeyObject {
  const scalar = integerBytes(k);
  const key = Buffer.concat([SEC1_HEAD, scalar, SEC1_TAIL]);
  try {
    return createPrivateKey({ key, format: 'der', type: 'sec1' });
  } finally {
    scalar.fill(0);
    key.fill(0);
  }
}

function handleOf(k: bigint): ECDH {
  const bytes = integerBytes(k);
  const handle = createECDH(CURVE);
  handle.setPrivateKey(bytes);
  bytes.fill(0);
  return handle;
}
