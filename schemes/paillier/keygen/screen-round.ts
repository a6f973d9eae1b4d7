/** One iteration of the biprimality test on every survivor of the sieve (`biprimality.ts`). */
import { attributed } from '../../attributed.ts';
import { toBytes } from '../integers.ts';
import { acceptanceRound } from './acceptance-round.ts';
import { biprimalityShare, passes, readBiprimalityShare, screenBase, turnOf } from './biprimality.ts';
import type { Batch, Round } from './round.ts';

export function screenRound(batch: Batch, moduli: readonly bigint[], survivors: readonly number[]): Round {
  const { setting, index, commitments } = batch;
  const { plan, binding } = setting;
  const width = plan.modulusBits / 8;
  const modulusOf = (slot: number): bigint => moduli[slot] ?? 1n;
  return {
    name: 'screen',
    batch: index,
    step: 'testing candidates for two prime factors',
    bodyBytes: width * survivors.length,
    contribution: (secrets) => {
      const { parts } = secrets.batch(index);
      const shares = survivors.map((slot, position) => {
        const part = parts[slot] ?? { p: 0n, q: 0n };
        const roles = { holder: secrets.holder, turn: turnOf(position, plan.holders) };
        const modulus = modulusOf(slot);
        return toBytes(biprimalityShare(part, modulus, screenBase(binding, modulus), roles), width);
      });
      return Buffer.concat(shares);
    },
    take: (bodies) => {
      const shares = bodies.map((body, holder) =>
        attributed(holder, () =>
          survivors.map((slot, i) => readBiprimalityShare(body, i * width, width, modulusOf(slot))),
        ),
      );
      const found = survivors.findIndex((slot, position) => {
        const own = shares.map((values) => values[position] ?? 0n);
        return passes(modulusOf(slot), own, turnOf(position, plan.holders), 'plus');
      });
      if (found < 0) return batch.next({ commitments, moduli, rejected: survivors });
      const judged = { commitments, moduli, rejected: survivors.slice(0, found) };
      return acceptanceRound(batch, judged, survivors[found] ?? 0);
    },
  };
}
