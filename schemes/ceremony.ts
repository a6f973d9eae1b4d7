import { openRlweCeremony } from './rlwe/threshold/ceremony.ts';
import { openBfvProductCeremony } from './bfv/products/ceremony.ts';
import { openPaillierCeremony } from './paillier/keygen/ceremony.ts';
import { byScheme, type Ceremony, type SchemeContext } from './scheme.ts';

/** Opens the public side of the key ceremony of a task. Throws TASK_IMPOSSIBLE where its parameters are unsound. */
export function openCeremony(context: SchemeContext): Promise<Ceremony> {
  return byScheme(context, {
    bfv: openRlweCeremony,
    ckks: openRlweCeremony,
    bfvProducts: openBfvProductCeremony,
    paillier: openPaillierCeremony,
  });
}
