/**
 * What makes a ciphertext random, in the two forms of the parameters:
 *
 *     short   h_s^r mod N²,   r of |N|/2 bits   (Damgård, Jurik, Nielsen 2010, section 4)
 *     full    r^N mod N²,     r uniform modulo N   (Paillier, EUROCRYPT '99)
 *
 * The short form rests on the assumption that h_s^r with such r looks like a random N-th power, in a modulus with
 * p ≡ q ≡ 3 (mod 4) and no odd factor of both p − 1 and q − 1 to speak of; the full form on Paillier's alone.
 */
import { randomBytes } from 'node:crypto';
import { FixedBase, type RandomPower, type Residue } from './fixed-base.ts';
import { bitLength, byteLength, fromBytes } from './integers.ts';
import type { PaillierJointKey } from './joint-key.ts';
import type { Modulus } from './modular.ts';
import { MASK_BITS } from './parameters.ts';

/** root^N. */
export interface FullPower extends Residue {
  readonly root: bigint;
}

export type Randomness = RandomPower | FullPower;

/** Randomness for a ciphertext, fresh from `node:crypto`. */
export function drawRandomness(key: PaillierJointKey): Randomness {
  const { randomness, modulusBits } = key.context.parameters;
  return randomness === 'short'
    ? randomPowersOf(key).draw(byteLength(modulusBits / 2))
    : fullPower(key, uniformBelow(key.modulus));
}

/** Randomness that hides that of a ciphertext, times a challenge, up to a statistical distance of 2^−128. */
export function drawMask(key: PaillierJointKey): Randomness {
  const { randomness, modulusBits } = key.context.parameters;
  return randomness === 'short'
    ? randomPowersOf(key).draw(byteLength(modulusBits / 2 + MASK_BITS))
    : fullPower(key, uniformBelow(key.modulus));
}

/** Random powers of h_s, by key: a process makes their table once. */
const randomPowers = new WeakMap<PaillierJointKey, FixedBase>();

function randomPowersOf(key: PaillierJointKey): FixedBase {
  const { modulus, ring, bases, context } = key;
  const longest = byteLength(context.parameters.modulusBits / 2 + MASK_BITS);
  const powers = randomPowers.get(key) ?? new FixedBase(modulus, ring, bases.encryption, longest);
  randomPowers.set(key, powers);
  return powers;
}

/** root^N mod N²; `ring` is that of N². */
export function fullPower(
  key: { readonly modulus: bigint; readonly ring: Modulus },
  root: bigint,
): FullPower {
  return { root, unit: key.ring.power(root, key.modulus), log: 0n };
}

/** (1 + m·N)·unit·(1 + log·N) mod N², for 0 ≤ m < N. */
export function mask(n: bigint, plaintext: bigint, { unit, log }: Residue): bigint {
  return (unit + (((unit % n) * ((plaintext + log) % n)) % n) * n) % (n * n);
}

/** Uniform in 1 … n − 1 but for a statistical distance of 2^−128. */
export function uniformBelow(n: bigint): bigint {
  const bytes = randomBytes(byteLength(bitLength(n) + 128));
  const value = fromBytes(bytes) % (n - 1n);
  bytes.fill(0);
  return value + 1n;
}
