/**
 * Ciphertexts of the BGV form (Brakerski, Gentry and Vaikuntanathan, ITCS 2012) under the joint key (b, a):
 *
 *     c = t·(b·u + e_0, a·u + e_1) + (m, 0),   u uniform ternary, e_0 and e_1 centred binomial.
 *
 * t is invertible modulo q, so c hides m as (b·u + e_0, a·u + e_1) does, and one key serves all plaintext primes t.
 */
import { centredBinomial, ERROR_BOUND, ternary } from '../../../rlwe/samplers.ts';
import type { Words } from '../../../rlwe/words.ts';
import type { Xof } from '../../../rlwe/xof.ts';
import { centre, putNumbers, reduce, reduceAll } from './doubles.ts';
import type { ProductKey } from './key.ts';
import type { Setting } from './setting.ts';

/** Enc(m) in NTT form, for coefficients 0 ≤ m_i < t. */
export function encryptPolynomial(
  { plan, ring }: Setting,
  key: ProductKey,
  t: bigint,
  message: Float64Array,
  stream: Xof,
): Words {
  const u = ternary(stream, plan.ringDegree);
  const errors = [
    centredBinomial(stream, plan.ringDegree),
    centredBinomial(stream, plan.ringDegree),
  ] as const;
  const scaledU = new BigUint64Array(plan.ringDegree * plan.primes.length);
  const addends = new BigUint64Array(2 * scaledU.length);
  plan.primes.forEach((prime, j) => {
    const multiples = multiplesOf(t, prime);
    const at = j * plan.ringDegree;
    putNumbers(scaledU, at, lookUp(multiples, u));
    putNumbers(addends, at, addModulo(lookUp(multiples, errors[0]), message, Number(prime)));
    putNumbers(addends, at + scaledU.length, lookUp(multiples, errors[1]));
  });
  const pointsOfU = ring.toNtt(scaledU);
  const points = ring.toNtt(addends);
  const ciphertext = ring.multiplyAdd(key, pointsOfU, points);
  for (const small of [u, ...errors]) small.fill(0);
  for (const words of [scaledU, addends, pointsOfU, points]) words.fill(0n);
  ring.wipe();
  return ciphertext;
}

/** sum·y + fresh, for the centred polynomial y, |y_i| ≤ t/2, given as 0 ≤ y_i mod t < t. */
export function multiplyPolynomial(
  { plan, ring }: Setting,
  t: bigint,
  sum: Words,
  factor: Float64Array,
  fresh: Words,
): Words {
  const words = new BigUint64Array(plan.ringDegree * plan.primes.length);
  const centred = new Float64Array(factor.length);
  const modulus = Number(t);
  for (let i = 0; i < centred.length; i += 1) centred[i] = centre(factor[i] ?? 0, modulus);
  plan.primes.forEach((prime, j) => {
    const column = reduceAll(centred, Number(prime));
    putNumbers(words, j * plan.ringDegree, column);
    column.fill(0);
  });
  centred.fill(0);
  const points = ring.toNtt(words);
  const product = ring.multiplyAdd(sum, points, fresh);
  for (const used of [words, points]) used.fill(0n);
  ring.wipe();
  return product;
}

/** t·e modulo a prime, for e from −21 to 21. */
function multiplesOf(t: bigint, prime: bigint): Float64Array {
  return Float64Array.from({ length: 2 * ERROR_BOUND + 1 }, (_, i) => {
    const multiple = (t * BigInt(i - ERROR_BOUND)) % prime;
    return Number(multiple < 0n ? multiple + prime : multiple);
  });
}

function lookUp(multiples: Float64Array, small: Int8Array): Float64Array {
  const column = new Float64Array(small.length);
  for (let i = 0; i < small.length; i += 1) column[i] = multiples[(small[i] ?? 0) + ERROR_BOUND] ?? 0;
  return column;
}

/** a + b modulo a prime, in place of a; the difference comes first so that nothing passes 2^53. */
function addModulo(a: Float64Array, b: Float64Array, prime: number): Float64Array {
  for (let i = 0; i < a.length; i += 1) {
    a[i] = reduce((a[i] ?? 0) - prime + (b[i] ?? 0), prime);
  }
  return a;
}
