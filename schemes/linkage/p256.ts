/**
 * The group of NIST P-256 (SEC 2, section 2.4.2): affine points over bigints, for what is public.
 *
 * An affine addition costs one inversion. Many at once cost one inversion together (Montgomery, Mathematics of
 * Computation 48 (1987), 10.3.1), so everything here works on lists. Time depends on the values: a secret scalar
 * meets a point in `secret-scalar.ts` only.
 */
import { StrongroomError } from '../../proto/errors.ts';
import { inverse } from '../paillier/integers.ts';
import { POINT_BYTES } from './sizes.ts';

export const FIELD = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn;
export const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
export const B = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn;

/** A point of the curve other than the identity. */
export interface Point {
  readonly x: bigint;
  readonly y: bigint;
}

export const GENERATOR: Point = {
  x: 0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296n,
  y: 0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5n,
};

export const modField = (value: bigint): bigint => {
  const rest = value % FIELD;
  return rest < 0n ? rest + FIELD : rest;
};

/** x³ − 3x + b. */
export const curveEquation = (x: bigint): bigint => modField((x * x - 3n) * x + B);

const isOnCurve = ({ x, y }: Point): boolean =>
  x < FIELD && y < FIELD && modField(y * y) === curveEquation(x);

export const negate = ({ x, y }: Point): Point => ({ x, y: FIELD - y });

/**
 * 1/aᵢ modulo an odd prime, for all i at the cost of one inversion and three products each. Throws RangeError
 * where one is 0. `mask` multiplies what is inverted, so that of secret values the one inversion sees only a
 * uniform product.
 */
export function invertAll(values: readonly bigint[], modulus: bigint, mask = 1n): bigint[] {
  const before: bigint[] = [];
  let product = mask;
  for (const value of values) {
    before.push(product);
    product = (product * value) % modulus;
  }
  let rest = inverse(product, modulus);
  const inverses = new Array<bigint>(values.length);
  for (let i = values.length - 1; i >= 0; i--) {
    inverses[i] = (rest * (before[i] ?? 0n)) % modulus;
    rest = (rest * (values[i] ?? 0n)) % modulus;
  }
  return inverses;
}

/** aᵢ + bᵢ for all i; undefined stands for the identity. */
export function addAll(
  left: readonly (Point | undefined)[],
  right: readonly (Point | undefined)[],
): (Point | undefined)[] {
  const slopes: { readonly at: number; readonly a: Point; readonly b: Point; readonly rise: bigint }[] = [];
  const runs: bigint[] = [];
  const sums = left.map((a, at): Point | undefined => {
    const b = right[at];
    if (a === undefined || b === undefined) return a ?? b;
    const doubled = a.x === b.x;
    if (doubled && a.y !== b.y) return undefined;
    slopes.push({ at, a, b, rise: doubled ? 3n * (a.x * a.x - 1n) : b.y - a.y });
    runs.push(doubled ? 2n * a.y : b.x - a.x + FIELD);
    return undefined;
  });
  const inverses = invertAll(runs, FIELD);
  for (const [i, { at, a, b, rise }] of slopes.entries()) {
    const slope = (rise * (inverses[i] ?? 0n)) % FIELD;
    const x = modField(slope * slope - a.x - b.x);
    sums[at] = { x, y: modField(slope * (a.x - x) - a.y) };
  }
  return sums;
}

/** The points of a message. Throws CIPHERTEXT_INVALID, naming the first that is no point of the curve. */
export function parsePoints(what: string, bytes: Uint8Array): Point[] {
  if (bytes.length % POINT_BYTES !== 0) {
    throw new StrongroomError('CIPHERTEXT_INVALID', `${what} is no list of points of ${POINT_BYTES} bytes`);
  }
  return Array.from({ length: bytes.length / POINT_BYTES }, (_, i) => {
    const point = readPoint(bytes, i * POINT_BYTES);
    if (isOnCurve(point)) return point;
    throw new StrongroomError('CIPHERTEXT_INVALID', `${what}: number ${i} is no point of P-256`, {
      details: { point: i },
    });
  });
}

/** Throws LINKAGE_INVALID, naming the party, where a point of its request is none. */
export function requirePoints(party: string, request: Uint8Array): Point[] {
  try {
    return parsePoints('a linkage request', request);
  } catch (cause) {
    throw new StrongroomError(
      'LINKAGE_INVALID',
      `The linkage request of ${party} holds what is no point of P-256`,
      {
        details: { party },
        cause,
      },
    );
  }
}

export function writePoints(points: readonly Point[]): Uint8Array {
  const bytes = new Uint8Array(points.length * POINT_BYTES);
  for (const [i, { x, y }] of points.entries()) {
    writeInteger(bytes, i * POINT_BYTES, x);
    writeInteger(bytes, i * POINT_BYTES + 32, y);
  }
  return bytes;
}

/** SerializeElement of RFC 9497, section 4.3: the compressed form of SEC 1, section 2.3.3. */
export function compressed({ x, y }: Point): Uint8Array {
  const bytes = new Uint8Array(33);
  bytes[0] = 2 + Number(y & 1n);
  writeInteger(bytes, 1, x);
  return bytes;
}

/** The uncompressed form of SEC 1, which OpenSSL reads fastest. */
export function uncompressed({ x, y }: Point): Uint8Array {
  const bytes = new Uint8Array(65);
  bytes[0] = 4;
  writeInteger(bytes, 1, x);
  writeInteger(bytes, 33, y);
  return bytes;
}

export function readPoint(bytes: Uint8Array, offset: number): Point {
  return { x: readInteger(bytes, offset), y: readInteger(bytes, offset + 32) };
}

/** The 256-bit integer at an offset, big-endian. */
export function readInteger(bytes: Uint8Array, offset = 0): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset, 32);
  const high = (view.getBigUint64(0) << 64n) | view.getBigUint64(8);
  return (high << 128n) | (view.getBigUint64(16) << 64n) | view.getBigUint64(24);
}

const WORD = (1n << 64n) - 1n;

function writeInteger(bytes: Uint8Array, offset: number, value: bigint): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset, 32);
  view.setBigUint64(0, value >> 192n);
  view.setBigUint64(8, (value >> 128n) & WORD);
  view.setBigUint64(16, (value >> 64n) & WORD);
  view.setBigUint64(24, value & WORD);
}

export function integerBytes(value: bigint): Uint8Array {
  const bytes = new Uint8Array(32);
  writeInteger(bytes, 0, value);
  return bytes;
}
