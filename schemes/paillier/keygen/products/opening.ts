/**
 * The plaintext of one decryption: phase = c_0 + Σ_i d_i = r + t·w with |phase| < q/4 (`plan.ts`), and r = phase mod t.
 *
 * With y_j = phase·(q/q_j)^(−1) mod q_j the phase is Σ_j y_j·q/q_j − v·q, v = round(Σ_j y_j/q_j). On doubles the sum of
 * fractions is off by less than 2^−48; phase/q is in ±1/4, so v is exact, and the fraction that is left tells
 * whether the noise is within its bound. A wrong share makes the phase uniform modulo q.
 */
import { StrongroomError } from '../../../../proto/errors.ts';
import { power } from '../../../rlwe/primes.ts';
import type { Words } from '../../../rlwe/words.ts';
import { multiplyModulo, reduce, toNumbers } from './doubles.ts';
import type { ProductPlan } from './plan.ts';
import type { Setting } from './setting.ts';

/** What doubles may add to phase/q. */
const ROUNDING = 2 ** -40;

/** r·unit modulo t, coefficient by coefficient, of a phase in NTT form. Throws SHARE_INVALID. */
export function openPhase(setting: Setting, t: bigint, unit: bigint, phase: Words): Float64Array {
  const { plan, ring } = setting;
  const scaled = ring.fromNtt(ring.multiply(phase, unitsOf(plan)));
  const columns = plan.primes.map((_, j) => toNumbers(scaled, j * plan.ringDegree, plan.ringDegree));
  const q = product(plan.primes);
  const weights = plan.primes.map((prime) => Number(((q / prime) * unit) % t));
  const wrap = Number((q * unit) % t);
  const limit = Number(((plan.openedBound + 1n) * t * 2n ** 60n) / q) / 2 ** 60 + ROUNDING;
  const values = new Float64Array(plan.ringDegree);
  const modulus = Number(t);
  const primes = plan.primes.map(Number);
  for (let i = 0; i < values.length; i += 1) {
    let fraction = 0;
    let value = 0;
    for (let j = 0; j < columns.length; j += 1) {
      const y = columns[j]?.[i] ?? 0;
      fraction += y / (primes[j] ?? 1);
      value += multiplyModulo(reduce(y, modulus), weights[j] ?? 0, modulus);
    }
    const wraps = Math.round(fraction);
    if (Math.abs(fraction - wraps) > limit) throw noisy();
    values[i] = reduce(value + modulus - multiplyModulo(wraps, wrap, modulus), modulus);
  }
  return values;
}

/** (q/q_j)^(−1) modulo q_j in every word: what a polynomial is multiplied with to give the y_j. */
function unitsOf({ ringDegree, primes }: ProductPlan): Words {
  const words = new BigUint64Array(ringDegree * primes.length);
  const q = product(primes);
  primes.forEach((prime, j) => {
    words.fill(power((q / prime) % prime, prime - 2n, prime), j * ringDegree, (j + 1) * ringDegree);
  });
  return words;
}

function product(primes: readonly bigint[]): bigint {
  return primes.reduce((all, prime) => all * prime, 1n);
}

function noisy(): StrongroomError {
  return new StrongroomError(
    'SHARE_INVALID',
    'the partial decryptions of the key ceremony do not combine within the noise of the plan: at least one is wrong, or was made for other ciphertexts',
  );
}
