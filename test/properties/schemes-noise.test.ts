/** The true noise, under a throw-away s = Σ s_i, against the bounds of the plan. */
import { expect, test } from 'vitest';
import { bind } from '../../schemes/rlwe/threshold/binding.ts';
import { expandSecret } from '../../schemes/rlwe/threshold/key-contribution.ts';
import { openKeyRing } from '../../schemes/rlwe/threshold/engine.ts';
import { ciphertextShape, toDataLevel, toKeyLevel } from '../../schemes/rlwe/threshold/levels.ts';
import { readShare } from '../../schemes/rlwe/threshold/share-message.ts';
import { readPolynomial } from '../../schemes/rlwe/wire.ts';
import type { Words } from '../../schemes/rlwe/words.ts';
import { largestCoefficient } from '../fixtures/largest-coefficient.ts';
import { encryptedSum, openCommittee, type Committee, shareOf } from '../fixtures/schemes-committee.ts';

/** max |phase − q·m/t| over the coefficients, whatever m is: |t·phase mod± q|/t, rounded up. */
function noiseOf({ context: { parameters } }: Committee, phase: Words): bigint {
  const { ringDegree, primes } = ciphertextShape(parameters);
  const t = BigInt(parameters.plainModulus);
  const scaled = phase.map((word, i) => (word * t) % (primes[Math.floor(i / ringDegree)] ?? 1n));
  return largestCoefficient(scaled, ringDegree, primes) / t + 1n;
}

const randomVector = (N: number, magnitude: bigint): BigInt64Array =>
  BigInt64Array.from(crypto.getRandomValues(new BigInt64Array(N)), (x) => x % magnitude);

test.each([
  [3, 1, 1n << 40n],
  [3, 100, 1n << 40n],
  [7, 40, 1n << 20n],
])('K = %i, R = %i, magnitude %i', async (K, R, magnitude) => {
  using committee = await openCommittee(`noise ${K} ${R}`, { holders: K, contributors: R, magnitude });
  const { parameters } = committee.context;
  const vector = randomVector(parameters.ringDegree, magnitude / BigInt(R));
  const output = encryptedSum(
    committee,
    Array.from({ length: R }, () => vector),
  );

  using ring = openKeyRing(parameters);
  const binding = bind(committee.context);
  const shape = ciphertextShape(parameters);
  const [c0, c1] = ([0, 1] as const).map((i) => toKeyLevel(readPolynomial(shape, output, i), parameters));
  if (!c0 || !c1) throw new Error('unreachable');
  const c1Ntt = ring.toNtt(c1);
  const s = committee.seeds
    .map((seed) => expandSecret(ring, binding, seed).share)
    .reduce((a, b) => ring.add(a, b));
  const phase = ring.add(c0, ring.fromNtt(ring.multiply(c1Ntt, s)));

  const noise = noiseOf(committee, toDataLevel(phase, parameters));
  const bound = BigInt(parameters.noiseBound);
  expect(noise).toBeLessThanOrEqual(bound);
  expect(noise, 'the bound is not absurdly loose').toBeGreaterThan(bound / 16n);

  const d1 = readShare(
    binding,
    parameters,
    toDataLevel(c1, parameters),
    shareOf(committee.holders[0], output),
  );
  const secret = expandSecret(ring, binding, committee.seeds[0] ?? new Uint8Array());
  const smudging = ring.subtract(
    toKeyLevel(d1, parameters),
    ring.fromNtt(ring.multiply(c1Ntt, secret.share)),
  );
  const largest = largestCoefficient(toDataLevel(smudging, parameters), parameters.ringDegree, shape.primes);
  const B = BigInt(parameters.smudgingBound);
  expect(largest).toBeLessThanOrEqual(B);
  expect(largest, 'the smudging fills its interval').toBeGreaterThan((B * 99n) / 100n);
});
