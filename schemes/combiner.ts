import { openBfvCombiner } from './bfv/combination.ts';
import type { Combiner, SchemeContext } from './scheme.ts';

/** Opens decryption from partial decryptions. Throws TASK_IMPOSSIBLE where the parameters are unsound. */
export function openCombiner(context: SchemeContext): Promise<Combiner> {
  return openBfvCombiner(context);
}
