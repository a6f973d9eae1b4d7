/** What a scheme makes of a task: how its sums lie in slots, and the parameters that hold them. */
import type { SumParameters } from '../schemes/scheme.ts';
import type { Layout } from './layout.ts';

export interface Fit<P extends SumParameters = SumParameters> {
  readonly layout: Layout;
  readonly parameters: P;
  /** Ciphertexts of one input party, and of the output. */
  readonly ciphertexts: number;
}

/** At least 1, so that parameters exist even where every value is declared to be zero. */
export function largestSlot({ groups }: Layout): bigint {
  const bounds = groups.flatMap(({ moments }) => moments.map(({ slotBound }) => BigInt(slotBound)));
  return bounds.reduce((a, b) => (a > b ? a : b), 1n);
}
