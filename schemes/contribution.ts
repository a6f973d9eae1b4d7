/** What anybody can tell of a message of the key ceremony by itself, without the messages before it. */
import { validateBfvContribution } from './bfv/contribution.ts';
import { validateBfvProductContribution } from './bfv/products/contribution.ts';
import { validatePaillierContribution } from './paillier/keygen/contribution.ts';
import { byScheme, type Parameters, type SchemeContext } from './scheme.ts';

/**
 * Whether each round must be committed to before it is opened, or only the first. With a BFV key for sums nothing can
 * be gained by speaking last in round 1; with one for products the last to open could choose the relinearisation key,
 * and with Paillier the modulus.
 */
export function commitsEveryRound(parameters: Parameters): boolean {
  return parameters.scheme === 'paillier' || parameters.products !== undefined;
}

/** Throws CIPHERTEXT_INVALID unless the bytes are a well-formed message; `Ceremony.take` checks the rest. */
export function validateContribution(context: SchemeContext, round: number, bytes: Uint8Array): void {
  byScheme(context, {
    bfv: (bfv) => validateBfvContribution(bfv, round, bytes),
    bfvProducts: (products) => validateBfvProductContribution(products, round, bytes),
    paillier: (paillier) => validatePaillierContribution(paillier, bytes),
  });
}
