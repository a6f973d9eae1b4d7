import { openBfvEvaluator } from './bfv/evaluator.ts';
import type { Evaluator, SchemeContext } from './scheme.ts';

/** Opens what the public can do for a task. Throws TASK_IMPOSSIBLE where its parameters are unsound. */
export function openEvaluator(context: SchemeContext): Promise<Evaluator> {
  return openBfvEvaluator(context);
}
