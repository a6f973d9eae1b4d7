/** How much the key ceremony sends, for the plan of a task. */
import { mostBatches, type CeremonyPlan } from './keygen/plan.ts';
import { planProducts } from './keygen/products/plan.ts';

/** See the fields of the same names in `PaillierParameters`. */
interface CeremonySizes {
  readonly contributionBytes: number;
  readonly ceremonyBytes: number;
}

/** One slot of the joint multiplication holds one pair. */
export const CANDIDATES_PER_BATCH = 8192;

/** Tags, the seed of the batch before and a commitment: what stands around the words of a message, at most. */
const OVERHEAD = 4 * 32;
/** The part of the candidates that trial division leaves, of which each holder sends one value modulo N. */
const SURVIVORS = 0.18;

/**
 * The largest message is Enc(p_i): for each plaintext prime two polynomials of 8·N bytes for each prime of q; a
 * partial decryption has one. Throws TASK_IMPOSSIBLE where the ceremony has no room for so much statistical hiding.
 */
export function ceremonySizes(plan: CeremonyPlan, expectedCandidates: number): CeremonySizes {
  const { ringDegree, primes, batchPrimes, singlePrimes } = planProducts({
    ...plan,
    batches: mostBatches(plan),
  });
  const polynomial = 8 * ringDegree * primes.length;
  const screen = SURVIVORS * plan.candidatesPerBatch * (plan.modulusBits / 8);
  const batch = 5 * polynomial * batchPrimes.length + screen;
  const batches = 1 / (1 - Math.exp(-plan.candidatesPerBatch / expectedCandidates));
  return {
    contributionBytes: 2 * polynomial * batchPrimes.length + OVERHEAD,
    ceremonyBytes: Math.round(batch * batches + (2 + 5 * singlePrimes.length) * polynomial),
  };
}
