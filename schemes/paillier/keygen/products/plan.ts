/**
 * The sizes of the joint multiplication. Ring: N = 8192 and four primes just below 2^53, so log2 q < 212, where the
 * Homomorphic Encryption Standard (2018, table 1, ternary keys) allows 218 for 128-bit security; and residues
 * are safe integers. Plaintext primes: the largest t ≡ 1 (mod 2N) below 2^τ, with τ the largest for which
 *
 *     t·(B + K·2^g + 1) + t/2 < q/4     (`noise.ts`),
 *
 * so that decryption is exact and a wrong share, which makes the phase uniform, passes with probability 2^−N.
 */
import { StrongroomError } from '../../../../proto/errors.ts';
import { primesBelow } from '../../../rlwe/primes.ts';
import { maskBits, maskedBits, MASK_SHARE_BITS } from './masking.ts';
import { openedNoiseBound, smudgingBits, type NoiseModel } from './noise.ts';

/** What fixes the sizes; the plan is a pure function of it. */
export interface ProductTask {
  /** K, from 2 to 255. */
  readonly holders: number;
  /** |N|: products of a batch are below 2^|N|. */
  readonly modulusBits: number;
  /** λ: all openings of the ceremony together reveal at most 2^−λ (statistical distance) more than the results. */
  readonly statisticalBits: number;
  /** The most batches that will be opened under one key. */
  readonly batches: number;
}

export interface ProductPlan extends ProductTask {
  /** N: coefficients of a polynomial, and pairs of a batch. */
  readonly ringDegree: number;
  /** Their product is q. */
  readonly primes: readonly bigint[];
  /** Their product T is above 2^|N|. */
  readonly batchPrimes: readonly bigint[];
  /** Their product is above twice what a coefficient of the masked result may reach. */
  readonly singlePrimes: readonly bigint[];
  /** g: smudging is uniform in [−2^g, 2^g). */
  readonly smudgingBits: number;
  /** |phase| / t is below this once K partial decryptions are added. */
  readonly openedBound: bigint;
  /** |value| and |factor|, |addend| of the single product stay below 2 to these. */
  readonly valueBits: number;
  readonly addendBits: number;
  /** The mask of the single product is uniform in [−2^bits, 2^bits). */
  readonly maskBits: number;
}

const RING_DEGREE = 8192;
const STEP = 2n * BigInt(RING_DEGREE);
const PRIMES = [...primesBelow(1n << 53n, STEP).take(4)];
/** τ: the arithmetic on doubles wants t < 2^50; shiftIn (doubles.ts) t > 2^26. */
const PLAIN_BITS = { most: 50, least: 27 };
/** R_j < 2^ADDEND_SLACK·2^λ·N leaves room for the K of the ceremony and for a larger λ of its own. */
const ADDEND_SLACK = 48;

/** Plans by task, since the search for primes takes some ten milliseconds. */
const PLANS = new Map<string, ProductPlan>();

/** Throws TASK_IMPOSSIBLE where no plaintext prime is small enough. */
export function planProducts({ holders, modulusBits, statisticalBits, batches }: ProductTask): ProductPlan {
  const task = { holders, modulusBits, statisticalBits, batches };
  const key = JSON.stringify(task);
  const plan = PLANS.get(key) ?? searchPlan(task);
  PLANS.set(key, plan);
  return plan;
}

function searchPlan(task: ProductTask): ProductPlan {
  const valueBits = task.modulusBits + 1;
  const addendBits = 2 * task.modulusBits + task.statisticalBits + ADDEND_SLACK;
  const widths = { ...task, valueBits, addendBits };
  const q = PRIMES.reduce((product, prime) => product * prime, 1n);
  const wanted = { batch: task.modulusBits, single: maskedBits(widths) + 1 };
  for (let plainBits = PLAIN_BITS.most; plainBits >= PLAIN_BITS.least; plainBits -= 1) {
    const modelOf = (batchPrimes: number, singlePrimes: number): NoiseModel => ({
      ringDegree: RING_DEGREE,
      holders: task.holders,
      plainBits,
      decryptions: task.batches * batchPrimes + singlePrimes + 1,
      statisticalBits: task.statisticalBits + MASK_SHARE_BITS,
    });
    const fits = (opened: bigint) => (opened + 1n) << BigInt(plainBits + 2) < q;
    // The noise grows with the number of primes: where it is too much for the fewest, none need be searched for.
    const fewest = modelOf(fewestPrimes(plainBits, wanted.batch), fewestPrimes(plainBits, wanted.single));
    if (!fits(openedNoiseBound(fewest))) continue;
    const batchPrimes = plainPrimes(plainBits, wanted.batch);
    const singlePrimes = plainPrimes(plainBits, wanted.single);
    const model = modelOf(batchPrimes.length, singlePrimes.length);
    const openedBound = openedNoiseBound(model);
    if (!fits(openedBound)) continue;
    return {
      ...widths,
      ringDegree: RING_DEGREE,
      primes: PRIMES,
      batchPrimes,
      singlePrimes,
      smudgingBits: smudgingBits(model),
      openedBound,
      maskBits: maskBits(widths),
    };
  }
  throw new StrongroomError(
    'TASK_IMPOSSIBLE',
    `the key ceremony of ${task.holders} key holders with ${task.statisticalBits} statistical bits and ${task.batches} batches leaves no room for values: fewer statistical bits would fit`,
  );
}

/** No fewer primes below 2^plainBits have a product of 2^bits or more. */
const fewestPrimes = (plainBits: number, bits: number): number => Math.floor(bits / plainBits) + 1;

/** The largest primes below 2^plainBits whose product is above 2^bits. */
function plainPrimes(plainBits: number, bits: number): bigint[] {
  const primes: bigint[] = [];
  let product = 1n;
  for (const prime of primesBelow(1n << BigInt(plainBits), STEP)) {
    if (product >> BigInt(bits) > 0n) break;
    primes.push(prime);
    product *= prime;
  }
  return primes;
}
