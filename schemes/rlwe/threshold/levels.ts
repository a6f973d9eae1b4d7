/** The two levels of the scheme: keys live modulo q·P, ciphertexts modulo q. */
import { parmsId } from '../parms-id.ts';
import type { CiphertextShape } from '../wire.ts';
import type { Words } from '../words.ts';

/** The number of a scheme inside SEAL. */
export const BFV = 1;
export const CKKS = 2;

/** What the two levels follow from. */
export interface Moduli {
  readonly ringDegree: number;
  readonly dataPrimes: readonly string[];
  readonly specialPrime: string;
  /** t of BFV; CKKS has none. */
  readonly plainModulus?: string | undefined;
  /** log2 of the scale Δ of CKKS; BFV has none. */
  readonly scaleBits?: number;
}

export interface BfvModuli extends Moduli {
  readonly plainModulus: string;
}

/** The form of an input or output ciphertext: coefficients, modulo q. */
export function ciphertextShape(parameters: Moduli): CiphertextShape {
  const { scaleBits = 0 } = parameters;
  return { ...shapeOf(parameters, dataPrimes(parameters), false), scale: 2 ** scaleBits };
}

/** The form of the joint public key: points of the transform, modulo q·P. */
export function publicKeyShape(parameters: Moduli): CiphertextShape {
  return shapeOf(parameters, keyPrimes(parameters), true);
}

/** What SEAL calls the scheme of these moduli. */
export function schemeNumber({ plainModulus }: Moduli): typeof BFV | typeof CKKS {
  return plainModulus === undefined ? CKKS : BFV;
}

function dataPrimes(parameters: Moduli): bigint[] {
  return parameters.dataPrimes.map(BigInt);
}

/** A polynomial modulo q·P taken modulo q: P is the last prime, so its words are dropped. */
export function toDataLevel(
  words: Words,
  { ringDegree, dataPrimes: primes }: Pick<Moduli, 'ringDegree' | 'dataPrimes'>,
): Words {
  return words.slice(0, ringDegree * primes.length);
}

/**
 * A polynomial modulo q as one modulo q·P that agrees with it modulo q and is 0 modulo P. Since the primes do
 * not mix, ring operations on it followed by `toDataLevel` are ring operations modulo q.
 */
export function toKeyLevel(words: Words, { ringDegree }: Pick<Moduli, 'ringDegree'>): Words {
  const padded = new BigUint64Array(words.length + ringDegree);
  padded.set(words);
  return padded;
}

/** Of the level of keys: P is the last. */
export function keyPrimes(parameters: Moduli): bigint[] {
  return [...dataPrimes(parameters), BigInt(parameters.specialPrime)];
}

function shapeOf(parameters: Moduli, primes: bigint[], isNtt: boolean): CiphertextShape {
  const { ringDegree, plainModulus = 0 } = parameters;
  const id = parmsId(schemeNumber(parameters), ringDegree, primes, BigInt(plainModulus));
  return { parmsId: id, isNtt, ringDegree, primes };
}
