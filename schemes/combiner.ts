import { openBfvCombiner } from './bfv/combination.ts';
import { openBfvProductCombiner } from './bfv/products/combination.ts';
import { openCkksCombiner } from './ckks/combination.ts';
import { openPaillierCombiner } from './paillier/combination.ts';
import { byScheme, type Combiner, type SchemeContext } from './scheme.ts';

/** Opens decryption from partial decryptions. Throws TASK_IMPOSSIBLE where the parameters are unsound. */
export function openCombiner(context: SchemeContext, jointKey: Uint8Array): Combiner {
  return byScheme(context, {
    bfv: openBfvCombiner,
    ckks: openCkksCombiner,
    bfvProducts: openBfvProductCombiner,
    paillier: (paillier) => openPaillierCombiner(paillier, jointKey),
  });
}
