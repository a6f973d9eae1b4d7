import { openRlweEvaluator } from './rlwe/threshold/evaluator.ts';
import { openBfvProductEvaluator } from './bfv/products/evaluator.ts';
import { openPaillierEvaluator } from './paillier/evaluator.ts';
import { byScheme, type Evaluator, type SchemeContext } from './scheme.ts';

/**
 * Opens what the public can do with the joint key of a task. Throws CIPHERTEXT_INVALID where the key is malformed or
 * not one of this task, and TASK_IMPOSSIBLE where its parameters are unsound.
 */
export function openEvaluator(context: SchemeContext, jointKey: Uint8Array): Promise<Evaluator> {
  return byScheme(context, {
    bfv: openRlweEvaluator,
    ckks: openRlweEvaluator,
    bfvProducts: (products) => openBfvProductEvaluator(products, jointKey),
    paillier: (paillier) => openPaillierEvaluator(paillier, jointKey),
  });
}
