/**
 * The values in the slots of a BFV plaintext m(X) modulo t (Smart and Vercauteren, Des. Codes Cryptogr. 71, 2014), in
 * the order of SEAL's `BatchEncoder`: with ψ the smallest primitive 2N-th root of unity modulo t,
 *
 *     slot i = m(ψ^(3^i)),   slot N/2 + i = m(ψ^(−3^i)),   0 ≤ i < N/2.
 */
import { power } from '../rlwe/primes.ts';
import { reversed, smallestRoot } from '../rlwe/roots.ts';

/** All N values, in (−t/2, t/2), from the N coefficients in 0 … t − 1. N is a power of two and t ≡ 1 (mod 2N) a prime. */
export function slotsOf(coefficients: readonly bigint[], t: bigint): bigint[] {
  const n = coefficients.length;
  const points = oddPowers(coefficients, smallestRoot(2 * n, t), t);
  const slots: bigint[] = [];
  let exponent = 1;
  for (let i = 0; i < n / 2; i += 1) {
    slots[i] = centred(points[(exponent - 1) / 2] ?? 0n, t);
    slots[n / 2 + i] = centred(points[(2 * n - exponent - 1) / 2] ?? 0n, t);
    exponent = (3 * exponent) % (2 * n);
  }
  return slots;
}

/** Where slot i is among the points of the transform modulo t (`../rlwe/kernel/transform.ts`). */
export function slotPlaces(ringDegree: number): Uint32Array<ArrayBuffer> {
  const places = new Uint32Array(ringDegree);
  const bits = Math.log2(ringDegree);
  let exponent = 1;
  for (let i = 0; i < ringDegree / 2; i += 1) {
    places[i] = reversed((exponent - 1) / 2, bits);
    places[ringDegree / 2 + i] = reversed((2 * ringDegree - exponent - 1) / 2, bits);
    exponent = (3 * exponent) % (2 * ringDegree);
  }
  return places;
}

/**
 * m(ψ^(2k + 1)) for k = 0 … N − 1, by the transform of Cooley and Tukey (Math. Comp. 19, 1965) over ω = ψ² of the
 * coefficients times ψ^j.
 */
function oddPowers(coefficients: readonly bigint[], psi: bigint, t: bigint): bigint[] {
  const n = coefficients.length;
  const points = new Array<bigint>(n);
  const bits = Math.log2(n);
  let twist = 1n;
  coefficients.forEach((coefficient, j) => {
    points[reversed(j, bits)] = (coefficient * twist) % t;
    twist = (twist * psi) % t;
  });
  for (let half = 1; half < n; half *= 2) {
    const step = power(psi, BigInt(n / half), t);
    const twiddles = powersOf(step, half, t);
    for (let start = 0; start < n; start += 2 * half) {
      for (let k = 0; k < half; k += 1) {
        const even = points[start + k] ?? 0n;
        const odd = ((points[start + half + k] ?? 0n) * (twiddles[k] ?? 0n)) % t;
        points[start + k] = even + odd < t ? even + odd : even + odd - t;
        points[start + half + k] = even < odd ? even - odd + t : even - odd;
      }
    }
  }
  return points;
}

function powersOf(base: bigint, count: number, t: bigint): bigint[] {
  const powers = [1n];
  while (powers.length < count) powers.push(((powers.at(-1) ?? 0n) * base) % t);
  return powers;
}

function centred(value: bigint, t: bigint): bigint {
  return 2n * value > t ? value - t : value;
}
