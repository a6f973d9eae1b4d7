/** Which scheme a task gets: the one that it names, or the one whose estimate is lower. */
import { StrongroomError } from '../proto/errors.ts';
import { fitBfv } from './bfv-fit.ts';
import { fitCkks } from './ckks-fit.ts';
import { duration, totalMs } from './cost.ts';
import type { Fit } from './fit.ts';
import { fitPaillier } from './paillier-fit.ts';
import type { TaskDocument } from './task.ts';

interface Choice {
  readonly fit: Fit;
  readonly why: string;
}

/** Throws TASK_IMPOSSIBLE where the scheme that the task names, or with `auto` every scheme, cannot compute it. */
export function chooseFit(task: TaskDocument): Choice {
  const why = 'the task names it';
  switch (task.scheme) {
    case 'bfv':
      return { fit: fitBfv(task), why };
    case 'ckks':
      return { fit: fitCkks(task), why: `${why}; sums are real numbers with an error bound` };
    case 'paillier':
      return { fit: fitPaillierOrAdvise(task), why };
    case 'auto':
      return cheaper(task);
  }
}

/** Where paillier cannot and bfv can, naming bfv is the smallest change. */
function fitPaillierOrAdvise(task: TaskDocument): Fit {
  const fit = attemptPaillier(task);
  if (!(fit instanceof StrongroomError)) return fit;
  fitBfv(task);
  throw new StrongroomError(fit.code, `${fit.message}; or let scheme be bfv, which computes it as it is`);
}

/**
 * Both give the exact result, unlike ckks, which only a task that names it gets, so only the costs differ; where they are equal it is bfv. What bfv cannot compute
 * paillier cannot either: its ciphertexts are smaller and a plan has no more of them.
 */
function cheaper(task: TaskDocument): Choice {
  const bfv = fitBfv(task);
  const paillier = attemptPaillier(task);
  if (paillier instanceof StrongroomError) {
    return { fit: bfv, why: `paillier cannot compute this task: ${paillier.message}` };
  }
  const [fit, other] = totalMs(paillier) < totalMs(bfv) ? [paillier, bfv] : [bfv, paillier];
  const why =
    `it costs all parties together ${duration(totalMs(fit))} of computing and of links of 10 MB/s, ` +
    `and ${other.parameters.scheme} ${duration(totalMs(other))}`;
  return { fit, why };
}

/** What paillier makes of the task, or why it cannot. */
function attemptPaillier(task: TaskDocument): Fit | StrongroomError {
  try {
    return fitPaillier(task);
  } catch (error) {
    if (error instanceof StrongroomError && error.code === 'TASK_IMPOSSIBLE') return error;
    throw error;
  }
}
