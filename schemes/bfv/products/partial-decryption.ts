/**
 * The share of one key holder in the decryption of some coefficients of an output, and of no others:
 *
 *     d_i[m] = (c_1·s_i)[m] + smudging_i[m] modulo q,   smudging_i[m] uniform in ±B_sm,   m in the coefficients of the plan.
 *
 * Why opening single coefficients is safe. Coefficient m of c_0 + c_1·s is the phase of the LWE ciphertext
 * (c_0[m], the coefficients of c_1 in another order) under the coefficients of s as key (sample extraction, Chillotti et
 * al., Journal of Cryptology 33 (2020), section 4.2): K-of-K decryption of this one ciphertext is additive in the s_i, as
 * that of the whole polynomial is. The proof of the latter goes coefficient by coefficient, and so restricts: given
 * the opened value and the shares of the others, d_i[m] = Δ·value + noise − c_0[m] − Σ_{j≠i} d_j[m], of which noise alone
 * is not known to the simulator, and is hidden within B_ct/(2·B_sm + 1) by the smudging of i (`../noise.ts`). The
 * simulator needs the values of the opened coefficients alone: so nothing is said of the others, in which the product
 * has convolutions of columns. D counts opened coefficients, and B_sm = 2^λ·D·B_ct leaves 2^−(λ+1) for all of them. This
 * use, and what follows from it (no rotations, any plain modulus, shares of a few words), is our own.
 *
 * The smudging of each coefficient is expanded from the seed, the digest of c_1 and m, never from c_0: for one c_1 and
 * m there is only one share (`../partial-decryption.ts`), and no two coefficients have the same noise.
 */
import { sha256 } from '#primitives';
import type { Ring } from '../../rlwe/ring.ts';
import { uniformInterval } from '../../rlwe/samplers.ts';
import { bytesOf, residues, type Words } from '../../rlwe/words.ts';
import type { Binding } from '../../rlwe/threshold/binding.ts';
import { toKeyLevel } from '../../rlwe/threshold/levels.ts';
import type { Secret } from '../../rlwe/threshold/partial-decryption.ts';
import type { BfvProductParameters } from './parameters.ts';

/** d_i at these coefficients, for c_1 modulo q in coefficient form: for each prime of q one word a coefficient. */
export function openCoefficients(
  ring: Ring,
  binding: Binding,
  parameters: BfvProductParameters,
  secret: Secret,
  c1: Words,
  coefficients: readonly number[],
): Words {
  const primes = parameters.dataPrimes.map(BigInt);
  const digest = sha256(bytesOf(c1));
  const product = ring.fromNtt(ring.multiply(ring.toNtt(toKeyLevel(c1, parameters)), secret.share));
  const smudging = coefficients.map((m) => {
    const stream = binding.stream('smudging', secret.seed, digest, Buffer.from(String(m)));
    const [noise = 0n] = uniformInterval(stream, 1, BigInt(parameters.smudgingBound));
    stream.wipe();
    return noise;
  });
  const share = residues(smudging, primes);
  primes.forEach((prime, j) => {
    coefficients.forEach((m, i) => {
      const at = j * coefficients.length + i;
      share[at] = ((share[at] ?? 0n) + (product[j * ring.ringDegree + m] ?? 0n)) % prime;
    });
  });
  product.fill(0n);
  ring.wipe();
  return share;
}
