/** Elements of (Z/N²)*, as ciphertexts, shares, verification keys and first messages of proofs are. */
import { invalid } from '../rlwe/validation.ts';
import { fromBytes, gcd } from './integers.ts';

/**
 * Reads an element in fixed width. Throws CIPHERTEXT_INVALID naming the check: `length`, `range` (0 < x < N²),
 * `coprime` (a factor in common with N), `unit` (x ≡ ±1 modulo N: such a ciphertext, 1 + m·N among them, has no
 * randomness and shows its plaintext).
 */
export function readElement(what: string, bytes: Uint8Array, n: bigint, width: number): bigint {
  const [x = 0n] = readElements(what, [bytes], n, width);
  return x;
}

/** `readElement` for many: coprime if their product is, in one go. */
export function readElements(what: string, list: readonly Uint8Array[], n: bigint, width: number): bigint[] {
  const elements = list.map((bytes) => readRange(what, bytes, n, width));
  const product = elements.reduce((all, x) => (all * x) % n, 1n);
  if (gcd(product, n) !== 1n) throw invalid(what, 'coprime', 'it has a factor in common with the modulus');
  return elements;
}

/** `readElement` without the check `coprime`, for elements that are checked many at a time. */
export function readRange(what: string, bytes: Uint8Array, n: bigint, width: number): bigint {
  if (bytes.length !== width) {
    throw invalid(what, 'length', `${bytes.length} bytes where ${width} are expected`);
  }
  const x = fromBytes(bytes);
  if (x === 0n || x >= n * n) throw invalid(what, 'range', 'it must be above 0 and below N²');
  const unit = x % n;
  if (unit === 1n || unit === n - 1n) throw invalid(what, 'unit', 'it is ±1 modulo N and hides nothing');
  return x;
}
