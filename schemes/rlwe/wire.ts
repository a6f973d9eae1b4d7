/**
 * SEAL 4.1's uncompressed serialisation, byte for byte (`native/src/seal/{serialization,ciphertext,plaintext,
 * dynarray}.cpp`). Everything is little-endian. Every object, nested ones too, starts with 16 bytes:
 * magic 5e a1 · header size 10 · version 4 · 1 · compression 0 · reserved 0 0 · size u64, header included.
 */
import { bytesOf, wordsOf, type Words } from './words.ts';

const MAGIC = [0x5e, 0xa1, 0x10, 4, 1, 0, 0, 0];
const HEADER_BYTES = 16;
const CIPHERTEXT_HEAD_BYTES = 113;
const PLAINTEXT_HEAD_BYTES = 88;
const KEY_SWITCH_HEAD_BYTES = 64;

/** What fixes every byte of a ciphertext or public key before its words. */
export interface CiphertextShape {
  readonly parmsId: Uint8Array;
  readonly isNtt: boolean;
  readonly ringDegree: number;
  readonly primes: readonly bigint[];
  /** What CKKS multiplies values by; 1 where it is left out. */
  readonly scale?: number;
}

/** The fields in front of the words of a ciphertext, as [name, first byte, byte after]. */
export const CIPHERTEXT_FIELDS = [
  ['header', 0, 16],
  ['parms_id', 16, 48],
  ['NTT form', 48, 49],
  ['number of polynomials', 49, 57],
  ['ring degree', 57, 65],
  ['number of primes', 65, 73],
  ['scale', 73, 81],
  ['correction factor', 81, 89],
  ['inner header', 89, 105],
  ['number of words', 105, 113],
] as const;

/** Words in one polynomial. */
function polynomialWords(shape: CiphertextShape): number {
  return shape.ringDegree * shape.primes.length;
}

/** Size of a ciphertext of two polynomials: 113 + 16·N·primes. */
export function ciphertextBytes(ringDegree: number, primes: number): number {
  return CIPHERTEXT_HEAD_BYTES + 16 * ringDegree * primes;
}

/** The 113 bytes in front of the words of a ciphertext of this shape; correction factor 1. */
export function ciphertextHead(shape: CiphertextShape): Uint8Array {
  const words = 2 * polynomialWords(shape);
  const head = new Uint8Array(CIPHERTEXT_HEAD_BYTES);
  const view = new DataView(head.buffer);
  writeHeader(head, 0, CIPHERTEXT_HEAD_BYTES + 8 * words);
  head.set(shape.parmsId, 16);
  head[48] = shape.isNtt ? 1 : 0;
  view.setBigUint64(49, 2n, true);
  view.setBigUint64(57, BigInt(shape.ringDegree), true);
  view.setBigUint64(65, BigInt(shape.primes.length), true);
  view.setFloat64(73, shape.scale ?? 1, true);
  view.setBigUint64(81, 1n, true);
  writeHeader(head, 89, HEADER_BYTES + 8 + 8 * words);
  view.setBigUint64(105, BigInt(words), true);
  return head;
}

/** A ciphertext of two polynomials; an absent second one is zero. */
export function writeCiphertext(shape: CiphertextShape, first: Words, second?: Words): Uint8Array {
  const bytes = new Uint8Array(ciphertextBytes(shape.ringDegree, shape.primes.length));
  bytes.set(ciphertextHead(shape));
  bytes.set(bytesOf(first), CIPHERTEXT_HEAD_BYTES);
  if (second) bytes.set(bytesOf(second), CIPHERTEXT_HEAD_BYTES + 8 * polynomialWords(shape));
  return bytes;
}

/** Polynomial 0 or 1 of a ciphertext whose shape has been checked. */
export function readPolynomial(shape: CiphertextShape, bytes: Uint8Array, index: 0 | 1): Words {
  const words = polynomialWords(shape);
  return wordsOf(bytes, CIPHERTEXT_HEAD_BYTES + index * 8 * words, words);
}

/** What names no level: a plaintext in coefficient form. */
export const COEFFICIENT_FORM = new Uint8Array(32);

/**
 * A plaintext in NTT form at the level named by `parmsId`, or in coefficient form; a secret key has the same form at
 * key level. Of CKKS it has the scale of the ciphertext that it goes into.
 */
export function writePlaintext(parmsId: Uint8Array, words: Words, scale = 1): Uint8Array {
  const bytes = new Uint8Array(PLAINTEXT_HEAD_BYTES + words.byteLength);
  const view = new DataView(bytes.buffer);
  writeHeader(bytes, 0, bytes.length);
  bytes.set(parmsId, 16);
  view.setBigUint64(48, BigInt(words.length), true);
  view.setFloat64(56, scale, true);
  writeHeader(bytes, 64, HEADER_BYTES + 8 + words.byteLength);
  view.setBigUint64(80, BigInt(words.length), true);
  bytes.set(bytesOf(words), PLAINTEXT_HEAD_BYTES);
  return bytes;
}

/**
 * A key-switching key for one secret: a public key for each digit, as SEAL's `RelinKeys` for s² has them. Header,
 * parms_id, 1 secret, count of digits, then every public key with a header of its own.
 */
export function writeRelinearisationKey(
  shape: CiphertextShape,
  digits: readonly (readonly [Words, Words])[],
): Uint8Array {
  const each = ciphertextBytes(shape.ringDegree, shape.primes.length);
  const bytes = new Uint8Array(KEY_SWITCH_HEAD_BYTES + digits.length * each);
  const view = new DataView(bytes.buffer);
  writeHeader(bytes, 0, bytes.length);
  bytes.set(shape.parmsId, 16);
  view.setBigUint64(48, 1n, true);
  view.setBigUint64(56, BigInt(digits.length), true);
  digits.forEach(([first, second], j) => {
    bytes.set(writeCiphertext(shape, first, second), KEY_SWITCH_HEAD_BYTES + j * each);
  });
  return bytes;
}

function writeHeader(bytes: Uint8Array, offset: number, size: number): void {
  bytes.set(MAGIC, offset);
  new DataView(bytes.buffer, bytes.byteOffset).setBigUint64(offset + 8, BigInt(size), true);
}
