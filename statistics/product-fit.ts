/** The bfv parameters of a task whose statistics multiply columns of two parties. */
import { chooseBfvProductParameters, type BfvProductParameters } from '../schemes/bfv/products/parameters.ts';
import { productOutputs } from '../schemes/bfv/products/layout.ts';
import { layOut, type Layout } from './layout.ts';
import { layOutLinked, needsProducts, productTask, type LinkedProducts } from './product-layout.ts';
import { StrongroomError } from '../proto/errors.ts';
import { intersectionOf } from './domain.ts';
import type { TaskDocument } from './task.ts';

export interface ProductFit {
  readonly layout: Layout;
  readonly products: LinkedProducts;
  readonly parameters: BfvProductParameters;
  /** Output ciphertexts. */
  readonly ciphertexts: number;
}

/** No value is split: several plain moduli hold what one does not. */
const NO_LIMBS = 1n << 400n;

/** Undefined where sums of single parties' columns are all that is asked for. Throws TASK_IMPOSSIBLE. */
export function fitProducts(task: TaskDocument): ProductFit | undefined {
  if (intersectionOf(task) === undefined) return undefined;
  const layout = layOut(task, NO_LIMBS);
  if (layout === undefined || !needsProducts(layout)) return undefined;
  if (task.scheme === 'paillier' || task.scheme === 'ckks') {
    const why = task.scheme === 'ckks' ? 'ckks is for sums only here' : 'paillier cannot';
    throw new StrongroomError(
      'TASK_IMPOSSIBLE',
      `The statistics multiply columns of several parties: ${why}. The smallest change is to let scheme be bfv`,
    );
  }
  const products = layOutLinked(task, layout);
  const parameters = chooseBfvProductParameters({
    ...productTask(task, layout, products),
    holders: task.parties.processing.length,
    statisticalBits: task.security['statistical-bits'],
  });
  return { layout, products, parameters, ciphertexts: productOutputs(parameters.products).length };
}

/** (∏t_l − 1)/2: what a value may be in absolute terms. */
export const plainRange = ({ plainModuli }: BfvProductParameters): bigint =>
  (plainModuli.reduce((product, modulus) => product * BigInt(modulus), 1n) - 1n) / 2n;
