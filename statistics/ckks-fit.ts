/** The layout of a task in coefficients at one scale, and the ckks parameters that make every result certain enough. */
import { StrongroomError } from '../proto/errors.ts';
import { ckksChoices, type CkksParameters } from '../schemes/ckks/parameters.ts';
import { boundText, exceeds, halfUnit } from './error-bound.ts';
import { requireSlots } from './feasible.ts';
import type { Fit } from './fit.ts';
import { layOut } from './layout.ts';
import { isAllowed, statisticErrors, type StatisticError } from './planned-error.ts';
import type { TaskDocument } from './task.ts';

/** No value is split: a scale suits values of any size. */
const NO_LIMBS = 1n << 4096n;

/**
 * The cheapest parameters under which no result can be off by more than half a unit of its last declared decimal,
 * before it is rounded. Throws TASK_IMPOSSIBLE where there are none.
 */
export function fitCkks(task: TaskDocument): Fit<CkksParameters> {
  const counts = {
    holders: task.parties.processing.length,
    contributors: task.parties.input.length,
    statisticalBits: task.security['statistical-bits'],
  };
  const layout = layOut(task, NO_LIMBS);
  if (layout === undefined) throw new RangeError('there is room for every sum');
  requireSlots(layout);
  let failed: StatisticError[] = [];
  for (const parameters of ckksChoices(counts, layout.slots)) {
    failed = statisticErrors(task, layout, parameters).filter((error) => !isAllowed(error));
    if (failed.length > 0) continue;
    return { layout, parameters, ciphertexts: Math.ceil(layout.slots / parameters.slots) };
  }
  throw new StrongroomError('TASK_IMPOSSIBLE', failed.map(shortfall).join('; '));
}

function shortfall({ spec, decimals, bound, inexact = '' }: StatisticError): string {
  const others = 'a narrower range, fewer max-rows, fewer security.statistical-bits, or let scheme be bfv';
  if (bound === null) {
    return (
      `${spec.name}: with the most precise parameters of ckks the ${inexact} is not exact, and without that nothing bounds ` +
      `how far the ${spec.statistic} is from the true one over all tables of the schema. The smallest change is ${others}`
    );
  }
  const fitting = Array.from({ length: decimals }, (_, d) => d).findLast((d) => !exceeds(bound, halfUnit(d)));
  const fewer = fitting === undefined ? '' : `${fitting} decimals; or `;
  return (
    `${spec.name}: with the most precise parameters of ckks the ${spec.statistic} can be off by ${boundText(bound)}, and ` +
    `to ${decimals} decimals at most ${boundText(halfUnit(decimals))} is allowed. The smallest change is ${fewer}${others}`
  );
}
