/** What anybody can tell of a message of the key ceremony by itself, without the messages before it. */
import { validateRlweContribution } from './rlwe/threshold/contribution.ts';
import { validateBfvProductContribution } from './bfv/products/contribution.ts';
import { validatePaillierContribution } from './paillier/keygen/contribution.ts';
import { byScheme, type SchemeContext } from './scheme.ts';

/** Throws CIPHERTEXT_INVALID unless the bytes are a well-formed message; `Ceremony.take` checks the rest. */
export function validateContribution(context: SchemeContext, round: number, bytes: Uint8Array): void {
  byScheme(context, {
    bfv: (bfv) => validateRlweContribution(bfv, round, bytes),
    ckks: (ckks) => validateRlweContribution(ckks, round, bytes),
    bfvProducts: (products) => validateBfvProductContribution(products, round, bytes),
    paillier: (paillier) => validatePaillierContribution(paillier, bytes),
  });
}
