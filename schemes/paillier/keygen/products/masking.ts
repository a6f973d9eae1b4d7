/**
 * Integers as polynomials in X with value at X = 2^b, and the mask that leaves nothing of a polynomial but that
 * value.
 *
 * The product of two polynomials of digits has the value of the product of the integers, but its coefficients say
 * more: so every holder adds (X − 2^b)·u_j(X), u_j uniform in [−2^h, 2^h). Two polynomials with the same value differ
 * by (X − 2^b)·δ with |δ_k| ≤ D/(2^b − 1), D the largest difference of two coefficients (from the lowest on: 2^b·δ_k
 * = δ_(k−1) − difference_k). Both masked are therefore within Σ_k |δ_k|/2^(h+1) of each other in statistical distance,
 * which h makes at most 2^−(λ+1).
 */
import type { Xof } from '../../../rlwe/xof.ts';
import { fromBytes } from '../../integers.ts';

/** b. */
const DIGIT_BITS = 16;
const DIGIT = 1n << BigInt(DIGIT_BITS);

/** Smudging and mask each get half of 2^−λ: one bit more. */
export const MASK_SHARE_BITS = 1;

export interface Widths {
  readonly holders: number;
  readonly statisticalBits: number;
  readonly valueBits: number;
  readonly addendBits: number;
}

/** Coefficients of the result: of the product of two values, or of an addend. */
export function resultLength({ valueBits, addendBits }: Pick<Widths, 'valueBits' | 'addendBits'>): number {
  return Math.max(2 * digitCount(valueBits) - 1, digitCount(addendBits));
}

/** h. */
export function maskBits(widths: Widths): number {
  const difference = (2n * unmaskedBound(widths)) / (DIGIT - 1n) + 1n;
  const shifts = BigInt(resultLength(widths)) * difference;
  return widths.statisticalBits + MASK_SHARE_BITS + bitLength(shifts) - 1;
}

/** |coefficient| of the masked result stays below 2 to this. */
export function maskedBits(widths: Widths): number {
  const masks = BigInt(widths.holders) * (DIGIT + 1n) * (1n << BigInt(maskBits(widths)));
  return bitLength(unmaskedBound(widths) + masks);
}

/** |coefficient| of Σφ·Σβ + Σ(addend): sums of at most K·2^b a digit. */
function unmaskedBound({ holders, valueBits }: Widths): bigint {
  const digits = BigInt(holders) * DIGIT;
  return BigInt(digitCount(valueBits)) * digits * digits + digits;
}

/** The digits of |value|, each with the sign of the value; `bits` is what |value| stays below 2 to. */
export function toDigits(value: bigint, bits: number): bigint[] {
  const sign = value < 0n ? -1n : 1n;
  let rest = sign * value;
  return Array.from({ length: digitCount(bits) }, () => {
    const digit = sign * (rest & (DIGIT - 1n));
    rest >>= BigInt(DIGIT_BITS);
    return digit;
  });
}

/** The value at 2^b. */
export function valueOf(coefficients: readonly bigint[]): bigint {
  return coefficients.reduceRight((value, coefficient) => (value << BigInt(DIGIT_BITS)) + coefficient, 0n);
}

/** (X − 2^b)·u, of `length` coefficients: u has one fewer, uniform in [−2^h, 2^h). */
export function drawMask(stream: Xof, length: number, h: number): bigint[] {
  const u = Array.from({ length: length - 1 }, () => uniform(stream, h));
  return Array.from({ length }, (_, k) => (u[k - 1] ?? 0n) - DIGIT * (u[k] ?? 0n));
}

/** Uniform in [−2^h, 2^h). */
function uniform(stream: Xof, h: number): bigint {
  const bits = BigInt(h + 1);
  const bytes = stream.read(Math.ceil((h + 1) / 8));
  return BigInt.asIntN(h + 1, fromBytes(bytes) & ((1n << bits) - 1n));
}

const digitCount = (bits: number): number => Math.ceil(bits / DIGIT_BITS);

const bitLength = (n: bigint): number => n.toString(2).length;
