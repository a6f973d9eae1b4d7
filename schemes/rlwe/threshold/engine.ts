/** What SEAL needs to know of the parameters. */
import type { ContextShape } from '../engine.ts';
import { Ring } from '../ring.ts';
import { keyPrimes, schemeNumber, type Moduli } from './levels.ts';

/** What SEAL needs to encrypt and to add; it refuses moduli below 128-bit security. */
export function contextShape(parameters: Moduli): ContextShape {
  const { ringDegree, plainModulus = 0 } = parameters;
  return {
    scheme: schemeNumber(parameters),
    ringDegree,
    primes: keyPrimes(parameters),
    plainModulus: BigInt(plainModulus),
    secure: true,
  };
}

/** The ring modulo q·P, for everything done with key polynomials. */
export function openKeyRing(parameters: Moduli): Ring {
  return new Ring(parameters.ringDegree, keyPrimes(parameters));
}
