/** Joint keys to measure with. */
import { randomBytes } from 'node:crypto';
import { chooseBfvParameters } from '../../schemes/bfv/parameters.ts';
import type { BfvParameters } from '../../schemes/bfv/parameters.ts';
import { ckksChoices, type CkksParameters } from '../../schemes/ckks/parameters.ts';
import type { RlweParameters, SchemeContext, SumParameters } from '../../schemes/scheme.ts';
import { makeJointKey } from '../joint-key.ts';

/** A finished joint key with everybody's seed. */
export interface Committee {
  readonly context: SchemeContext<SumParameters>;
  readonly jointKey: Uint8Array;
  readonly seeds: readonly Uint8Array[];
}

/** By what a task needs for its sums, and for hiding the keys, each of the three sets of primes is chosen. */
const NEEDS = [
  { magnitude: 1n << 20n },
  { magnitude: 1n << 40n },
  { magnitude: 1n << 40n, statisticalBits: 120 },
] as const;

/** The parameter sets of BFV for sums of up to a thousand ciphertexts, smallest first, by N × data primes. */
export function bfvParameterSets(holders = 3): Map<string, BfvParameters> {
  const sets = NEEDS.map((needs) =>
    chooseBfvParameters({ holders, contributors: 1000, decryptions: 100, ...needs }),
  );
  return new Map(sets.map((set) => [`${set.ringDegree} × ${set.dataPrimes.length}`, set]));
}

/** The parameters of CKKS for the same sums as the set of BFV with this name; throws RangeError where there are none. */
export function ckksParameters(set: string): CkksParameters {
  const choices = ckksChoices({ holders: 3, contributors: 1000 }, 100_000);
  const found = choices.find(({ ringDegree, dataPrimes }) => set === `${ringDegree} × ${dataPrimes.length}`);
  if (found !== undefined) return found;
  throw new RangeError(`CKKS has no set ${set}`);
}

/** A committee that is made when it is first asked for. */
export function lazyCommittee(parameters: RlweParameters): () => Promise<Committee> {
  let made: Promise<Committee> | undefined;
  return () => (made ??= committeeOf(parameters));
}

export async function committeeOf(parameters: RlweParameters): Promise<Committee> {
  const context = { parameters, task: randomBytes(32).toString('hex') };
  return { context, ...(await makeJointKey(context)) };
}
