/**
 * A proof that whoever made c = (1 + m·N)·ρ knows m and ρ, so that nobody re-submits a ciphertext of somebody else
 * (the protocol of Cramer, Damgård and Nielsen, EUROCRYPT 2001, section 8.1, made non-interactive):
 *
 *     a = (1 + μ·N)·σ,   e = H(task, parameters, joint key, party, c, a) of 128 bits,   z_m = μ + e·m mod N,
 *     short: ρ = h_s^r, σ = h_s^s, z_ρ = s + e·r over the integers, never reduced;   full: z_ρ = s·r^e mod N.
 *
 * It holds if ((1 + z_m·N)·P(z_ρ))² = (a·c^e)², with P(z) = h_s^z or z^N. Many are verified together as the product
 * of all these equations, each to a random power of 80 bits: one that does not hold passes with probability 2^−80
 * (Bellare, Garay and Rabin, EUROCRYPT '98). The squares remove −1, the one element of small order that anybody
 * knows; a factor of −1 in c does not change its plaintext.
 */
import { randomBytes } from 'node:crypto';
import { StrongroomError } from '../../proto/errors.ts';
import { invalid, requireLength } from '../rlwe/validation.ts';
import { lengthPrefixed } from '../rlwe/xof.ts';
import { bind } from './binding.ts';
import { readElement, readRange } from './elements.ts';
import { byteLength, fromBytes, gcd, toBytes } from './integers.ts';
import type { PaillierJointKey } from './joint-key.ts';
import { multiPower } from './multi-power.ts';
import { CHALLENGE_BITS } from './parameters.ts';
import { drawMask, mask, uniformBelow, type Randomness } from './randomness.ts';

const WEIGHT_BYTES = 10;

/** What the maker of a ciphertext knows; 0 ≤ m < N. */
export interface Opening {
  readonly plaintext: bigint;
  readonly randomness: Randomness;
}

/** An input ciphertext with its proof, every integer in range. */
export interface InputCiphertext {
  readonly party: string;
  /** c. */
  readonly ciphertext: bigint;
  /** a, e, z_m, z_ρ. */
  readonly first: bigint;
  readonly challenge: bigint;
  readonly plaintext: bigint;
  readonly randomness: bigint;
}

/** a ‖ z_m ‖ z_ρ in fixed width, for the bytes of c. */
export function proveKnowledge(
  key: PaillierJointKey,
  party: string,
  ciphertext: Uint8Array,
  { plaintext, randomness }: Opening,
): Uint8Array {
  const { outputBytes, ciphertextBytes, modulusBits } = key.context.parameters;
  const n = byteLength(modulusBits);
  const hidden = uniformBelow(key.modulus);
  const hiding = drawMask(key);
  const first = toBytes(mask(key.modulus, hidden, hiding), outputBytes);
  const e = challengeFor(key, party, ciphertext, first);
  const response = (hidden + e * plaintext) % key.modulus;
  const randomnessBytes = ciphertextBytes - 2 * outputBytes - n;
  const parts = [first, toBytes(response, n), toBytes(respond(key, hiding, e, randomness), randomnessBytes)];
  return new Uint8Array(Buffer.concat(parts));
}

/** z_ρ. */
function respond(key: PaillierJointKey, hiding: Randomness, e: bigint, randomness: Randomness): bigint {
  if ('exponent' in hiding && 'exponent' in randomness) return hiding.exponent + e * randomness.exponent;
  if ('root' in hiding && 'root' in randomness) {
    return (hiding.root * key.residues.power(randomness.root, e)) % key.modulus;
  }
  throw new StrongroomError('INTERNAL', 'two forms of randomness in one proof');
}

/** Throws CIPHERTEXT_INVALID naming check and party unless the integers are in range; no proof is verified here. */
export function parseInput(key: PaillierJointKey, party: string, bytes: Uint8Array): InputCiphertext {
  const { outputBytes, ciphertextBytes, modulusBits } = key.context.parameters;
  const n = byteLength(modulusBits);
  return ofParty(party, (what) => {
    requireLength(what, bytes, ciphertextBytes);
    const c = bytes.subarray(0, outputBytes);
    const a = bytes.subarray(outputBytes, 2 * outputBytes);
    const plaintext = fromBytes(bytes.subarray(2 * outputBytes, 2 * outputBytes + n));
    const randomness = fromBytes(bytes.subarray(2 * outputBytes + n));
    const full = key.context.parameters.randomness === 'full';
    if (plaintext >= key.modulus || (full && randomness >= key.modulus)) {
      throw invalid(what, 'range', 'a response of its proof is not below N');
    }
    return {
      party,
      ciphertext: readRange(what, c, key.modulus, outputBytes),
      first: readRange(what, a, key.modulus, outputBytes),
      challenge: challengeFor(key, party, c, a),
      plaintext,
      randomness,
    };
  });
}

/** Throws CIPHERTEXT_INVALID naming the first party whose proof does not hold; halves the batch until it is found. */
export function verifyKnowledge(key: PaillierJointKey, inputs: readonly InputCiphertext[]): void {
  const [first] = inputs;
  if (first === undefined || holdTogether(key, inputs)) return;
  if (inputs.length > 1) {
    const half = inputs.length >> 1;
    verifyKnowledge(key, inputs.slice(0, half));
    verifyKnowledge(key, inputs.slice(half));
    return;
  }
  ofParty(first.party, (what) => {
    const { outputBytes } = key.context.parameters;
    for (const element of [first.ciphertext, first.first]) {
      readElement(what, toBytes(element, outputBytes), key.modulus, outputBytes);
    }
    throw invalid(
      what,
      'plaintext proof',
      'it was made by another party or for another key or task, or altered',
    );
  });
}

function holdTogether(key: PaillierJointKey, inputs: readonly InputCiphertext[]): boolean {
  const { modulus, ring } = key;
  const weights = inputs.map(() => fromBytes(randomBytes(WEIGHT_BYTES)) + 1n);
  const weighted = inputs.map(({ challenge }, i) => challenge * (weights[i] ?? 0n));
  const [firsts, ciphertexts] = [inputs.map(({ first }) => first), inputs.map((input) => input.ciphertext)];
  const right = (multiPower(firsts, weights, ring) * multiPower(ciphertexts, weighted, ring)) % ring.value;
  // No factor of it is a multiple of p or q, since no exponent is 0.
  if (gcd(right % modulus, modulus) !== 1n) return false;
  const plaintext = inputs.reduce((sum, { plaintext: z }, i) => sum + z * (weights[i] ?? 0n), 0n) % modulus;
  const left = mask(modulus, plaintext, { unit: randomnessOf(key, inputs, weights), log: 0n });
  return (left * left - right * right) % ring.value === 0n;
}

/** ∏ P(z_ρ)^weight. */
function randomnessOf(
  key: PaillierJointKey,
  inputs: readonly InputCiphertext[],
  weights: readonly bigint[],
): bigint {
  const responses = inputs.map(({ randomness }) => randomness);
  if (key.context.parameters.randomness === 'full') {
    return key.ring.power(multiPower(responses, weights, key.residues), key.modulus);
  }
  const exponent = responses.reduce((sum, z, i) => sum + z * (weights[i] ?? 0n), 0n);
  return key.ring.power(key.bases.encryption, exponent);
}

/** e, from fixed-width encodings, each after its length. */
function challengeFor(
  key: PaillierJointKey,
  party: string,
  ciphertext: Uint8Array,
  first: Uint8Array,
): bigint {
  const statement = lengthPrefixed(key.digest, Buffer.from(party), ciphertext, first);
  const digest = bind(key.context).tag('plaintext-proof', statement);
  return fromBytes(digest.subarray(0, byteLength(CHALLENGE_BITS)));
}

/** A refusal then names the party. */
function ofParty<T>(party: string, check: (what: string) => T): T {
  try {
    return check(`an input ciphertext of ${party}`);
  } catch (error) {
    if (!(error instanceof StrongroomError) || error.kind !== 'refused') throw error;
    throw new StrongroomError(error.code, error.message, {
      details: { ...error.details, party },
      cause: error,
    });
  }
}
