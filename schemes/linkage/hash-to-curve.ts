/**
 * Hashing to P-256: the suite P256_XMD:SHA-256_SSWU_RO_ of RFC 9380 (sections 5.3.1, 5.2, 6.6.2 and 8.2).
 *
 * It runs at the party that owns the input, on lists: inversions are shared, and square roots are OpenSSL's, by
 * decompression of a point with the wanted x.
 */
import { ECDH, hash } from 'node:crypto';
import { inverse } from '../paillier/integers.ts';
import { B, FIELD, addAll, integerBytes, invertAll, modField, readInteger, type Point } from './p256.ts';

const CURVE = 'prime256v1';
/** The Z of section 8.2: −10. */
const Z = FIELD - 10n;
/** −B/A and B/(Z·A), with A = −3. */
const MINUS_B_OVER_A = modField(B * inverse(3n, FIELD));
const B_OVER_ZA = modField(B * inverse(modField(Z * (FIELD - 3n)), FIELD));
/** Bytes for a field element or scalar, so that it is biased by 2^−128 at most (section 5.1). */
const ELEMENT_BYTES = 48;
const BLOCK_BYTES = 64;
const DIGEST_BYTES = 32;

/** hash_to_curve for all messages. `domain` is the domain separation tag. */
export function hashToCurve(messages: readonly Uint8Array[], domain: string): Point[] {
  const elements = messages.flatMap((message) => {
    const uniform = expandMessage([message], domain, 2 * ELEMENT_BYTES);
    return [reduce(uniform.subarray(0, ELEMENT_BYTES)), reduce(uniform.subarray(ELEMENT_BYTES))];
  });
  const mapped = mapToCurve(elements);
  return addAll(
    messages.map((_, i) => mapped[2 * i]),
    messages.map((_, i) => mapped[2 * i + 1]),
  ).map((point) => {
    // The identity has probability 2^−256; RFC 9497 calls it an invalid input.
    if (point === undefined) throw new RangeError('the message hashes to the identity');
    return point;
  });
}

const reduce = (bytes: Uint8Array): bigint => wide(bytes) % FIELD;

/** The integer of 48 bytes. */
export const wide = (bytes: Uint8Array): bigint =>
  (readInteger(bytes) << 128n) | (readInteger(bytes, ELEMENT_BYTES - 32) & ((1n << 128n) - 1n));

/** map_to_curve_simple_swu (section 6.6.2) for all field elements. */
function mapToCurve(elements: readonly bigint[]): Point[] {
  const squares = elements.map((u) => modField(Z * modField(u * u)));
  const denominators = squares.map((zu2) => modField(zu2 * zu2 + zu2));
  // inv0: where the denominator is 0 the exceptional x1 is taken instead.
  const inverses = invertAll(
    denominators.map((tv1) => (tv1 === 0n ? 1n : tv1)),
    FIELD,
  );
  return elements.map((u, i) => {
    const zu2 = squares[i] ?? 0n;
    const x1 = denominators[i] === 0n ? B_OVER_ZA : modField(MINUS_B_OVER_A * (1n + (inverses[i] ?? 0n)));
    const sign = Number(u & 1n);
    const point = decompress(x1, sign) ?? decompress(modField(zu2 * x1), sign);
    if (point === undefined) throw new RangeError('one of x1 and x2 is on the curve (RFC 9380, 6.6.2)');
    return point;
  });
}

/** The point with this x whose y has this parity; undefined where there is none. */
export function decompress(x: bigint, parity: number): Point | undefined {
  const bytes = new Uint8Array(33);
  bytes[0] = 2 + parity;
  bytes.set(integerBytes(x), 1);
  const limit = Error.stackTraceLimit;
  // Half of all x are on no point: a trace for each of those errors would cost more than the square root.
  Error.stackTraceLimit = 0;
  try {
    const point = ECDH.convertKey(bytes, CURVE, undefined, undefined, 'uncompressed') as Buffer;
    return { x, y: readInteger(point, 33) };
  } catch {
    return undefined;
  } finally {
    Error.stackTraceLimit = limit;
  }
}

/** expand_message_xmd with SHA-256 (section 5.3.1), of the concatenated parts of a message. */
export function expandMessage(message: readonly Uint8Array[], domain: string, length: number): Uint8Array {
  const tag = Buffer.concat([Buffer.from(domain), Uint8Array.of(Buffer.byteLength(domain))]);
  const size = Uint8Array.of(length >> 8, length & 255, 0);
  const first = sha256([new Uint8Array(BLOCK_BYTES), ...message, size, tag]);
  const uniform = new Uint8Array(Math.ceil(length / DIGEST_BYTES) * DIGEST_BYTES);
  let block = new Uint8Array(DIGEST_BYTES);
  for (let i = 0; i * DIGEST_BYTES < length; i++) {
    block = sha256([first.map((byte, at) => byte ^ (block[at] ?? 0)), Uint8Array.of(i + 1), tag]);
    uniform.set(block, i * DIGEST_BYTES);
  }
  return uniform.subarray(0, length);
}

const sha256 = (parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> =>
  new Uint8Array(hash('sha256', Buffer.concat(parts), 'buffer'));
