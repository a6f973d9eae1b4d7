/** What anybody can tell of a message of the key ceremony by itself, without the messages before it. */
import { validateBfvContribution } from './bfv/contribution.ts';
import { validatePaillierContribution } from './paillier/keygen/contribution.ts';
import { byScheme, type Parameters, type SchemeContext } from './scheme.ts';

/**
 * Whether each round must be committed to before it is opened, or only the first. With BFV nothing can be gained
 * by speaking last in round 1; with Paillier the last to open could choose the modulus.
 */
export function commitsEveryRound({ scheme }: Parameters): boolean {
  return scheme === 'paillier';
}

/** Throws CIPHERTEXT_INVALID unless the bytes are a well-formed message; `Ceremony.take` checks the rest. */
export function validateContribution(context: SchemeContext, round: number, bytes: Uint8Array): void {
  byScheme(context, {
    bfv: (bfv) => validateBfvContribution(bfv, round, bytes),
    paillier: (paillier) => validatePaillierContribution(paillier, bytes),
  });
}
