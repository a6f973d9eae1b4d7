/**
 * The parameters of a threshold Paillier task, chosen from its size. With |N| bits of modulus, K holders and
 * λ = `statisticalBits`, everything that travels has one width:
 *
 *     W < 2^w,   |d_j| < 2^B,   w = B = 2·|N| + λ + 2·bits(K) + 1   (`decryption-exponent.ts`),
 *     slots = ⌊|N|/slotBits⌋,   slotBits = bits(magnitude) + 1 sign + 2 guard   (`packing.ts`).
 *
 * Pure; the same on every machine.
 */
import { StrongroomError } from '../../proto/errors.ts';
import { sameParameters } from '../same-parameters.ts';
import { CANDIDATES_PER_BATCH, ceremonySizes } from './ceremony-sizes.ts';
import { bitLength, byteLength } from './integers.ts';
import { expectedCandidates } from './keygen/candidate-form.ts';

/** JSON-able; integers that may pass 2^53 are decimal strings. */
export interface PaillierParameters {
  readonly scheme: 'paillier';
  /** |N|, exactly. */
  readonly modulusBits: 2048 | 3072;
  /** Security against classical computers by NIST SP 800-57 part 1, table 2. */
  readonly securityBits: 112 | 128;
  /** K. */
  readonly holders: number;
  /** R: the most ciphertexts that one sum may have. */
  readonly contributors: number;
  /** Output ciphertexts that will be decrypted under this key. */
  readonly decryptions: number;
  /** λ: what the key ceremony opens says about secrets at most 2^−λ (statistical distance) more than its results. */
  readonly statisticalBits: number;
  /** Values packed into one ciphertext. */
  readonly slots: number;
  /** Width of one slot in bits, guard bits included. */
  readonly slotBits: number;
  /** The largest |sum| that a slot may reach. */
  readonly magnitude: string;
  /** r of |N|/2 bits (Damgård, Jurik, Nielsen 2010), or r uniform modulo N. */
  readonly randomness: 'short' | 'full';
  /** Pairs that the key ceremony tries at once, on average, and at most. */
  readonly candidatesPerBatch: number;
  readonly expectedCandidates: number;
  readonly mostCandidates: number;
  /** Sizes of what travels: the largest message of the ceremony, and all messages of one holder on average. */
  readonly contributionBytes: number;
  readonly ceremonyBytes: number;
  readonly jointKeyBytes: number;
  /** An input ciphertext with its proof of plaintext knowledge. */
  readonly ciphertextBytes: number;
  /** An output ciphertext. */
  readonly outputBytes: number;
  /** One partial decryption, and the proof of all that one holder makes. */
  readonly shareBytes: number;
  readonly shareProofBytes: number;
}

/** What a task asks of its parameters. */
export interface PaillierTask {
  readonly modulusBits: 2048 | 3072;
  /** K, from 3 to 255. */
  readonly holders: number;
  /** R: ciphertexts in one sum, from 1 to 10^6. */
  readonly contributors: number;
  /** Output ciphertexts that will be decrypted, from 1 to 10^6. */
  readonly decryptions: number;
  /** λ, from 60 to 128. */
  readonly statisticalBits: number;
  /** The largest |sum| that a slot may reach. */
  readonly magnitude: bigint;
  /** `short` unless said otherwise. */
  readonly randomness?: 'short' | 'full';
}

/** Challenges of the proofs, and what masks add to what they hide. */
export const CHALLENGE_BITS = 128;
export const MASK_BITS = 2 * CHALLENGE_BITS;
/** A joint key starts with a digest of what it is for. */
export const KEY_TAG_BYTES = 32;
/** Of the digest of Enc(φ) in the joint key. */
export const TOTIENT_BYTES = 32;

const SECURITY_BITS = { 2048: 112, 3072: 128 } as const;
const SIGN_AND_GUARD_BITS = 3;
/** A ceremony that is not done after this many times the mean gives up: with probability e^−5. */
const PATIENCE = 5;
const RANGES = {
  holders: [3, 255],
  contributors: [1, 1_000_000],
  decryptions: [1, 1_000_000],
  statisticalBits: [60, 128],
} as const;

/** How many sums of up to ±magnitude one ciphertext holds; 0 where not even one fits. */
export function paillierSlots(modulusBits: number, magnitude: bigint): number {
  return Math.floor(modulusBits / slotBitsFor(magnitude));
}

/** Throws TASK_IMPOSSIBLE with the reason where the task is out of range. */
export function choosePaillierParameters(task: PaillierTask): PaillierParameters {
  const { modulusBits, holders, contributors, decryptions, statisticalBits, magnitude } = task;
  if (!(modulusBits in SECURITY_BITS)) throw impossible('a modulus has 2048 or 3072 bits');
  for (const name of ['holders', 'contributors', 'decryptions', 'statisticalBits'] as const) {
    const [least, most] = RANGES[name];
    const value = task[name];
    if (Number.isInteger(value) && value >= least && value <= most) continue;
    throw impossible(`${name} is ${value}; the smallest change is ${value < least ? least : most}`);
  }
  const slots = magnitude > 0n ? paillierSlots(modulusBits, magnitude) : 0;
  if (slots < 1) throw impossible(`sums up to ${magnitude} do not fit a modulus of ${modulusBits} bits`);
  const randomness = task.randomness ?? 'short';
  const n = byteLength(modulusBits);
  const widths = widthsOf({ modulusBits, holders, statisticalBits, randomness });
  const expected = expectedCandidates(modulusBits);
  const batches = Math.ceil((PATIENCE * expected) / CANDIDATES_PER_BATCH);
  const search = {
    candidatesPerBatch: CANDIDATES_PER_BATCH,
    mostCandidates: batches * CANDIDATES_PER_BATCH,
  };
  const sizes = ceremonySizes({ modulusBits, holders, statisticalBits, ...search }, expected);
  return {
    scheme: 'paillier',
    modulusBits,
    securityBits: SECURITY_BITS[modulusBits],
    holders,
    contributors,
    decryptions,
    statisticalBits,
    slots,
    slotBits: slotBitsFor(magnitude),
    magnitude: String(magnitude),
    randomness,
    expectedCandidates: expected,
    ...search,
    ...sizes,
    jointKeyBytes: KEY_TAG_BYTES + n + TOTIENT_BYTES + widths.opened + holders * 2 * n,
    ciphertextBytes: 2 * n + 2 * n + n + widths.randomnessResponse,
    outputBytes: 2 * n,
    shareBytes: 2 * n,
    shareProofBytes: widths.challenge + widths.shareResponse,
  };
}

/**
 * Throws TASK_IMPOSSIBLE unless the parameters are exactly what follows from their own |N|, K, R, D, λ, magnitude
 * and randomness. So a plan made elsewhere cannot weaken the key or smuggle in slots that overflow.
 */
export function requireSound(parameters: PaillierParameters): void {
  const magnitude = /^\d{1,1000}$/.test(parameters.magnitude) ? BigInt(parameters.magnitude) : 0n;
  if (sameParameters(choosePaillierParameters({ ...parameters, magnitude }), parameters)) return;
  throw impossible('the parameters are not those that follow from the size of the task');
}

/** Bytes of the integers that the messages hold, besides those modulo N and N². */
export interface Widths {
  /** W. */
  readonly opened: number;
  readonly challenge: number;
  /** z of the proof of shares, below 2^(B + 256). */
  readonly shareResponse: number;
  /** The response to the randomness in the proof of plaintext knowledge. */
  readonly randomnessResponse: number;
}

export function widthsOf(
  parameters: Pick<PaillierParameters, 'modulusBits' | 'holders' | 'statisticalBits' | 'randomness'>,
): Widths {
  const { modulusBits, randomness } = parameters;
  return {
    opened: byteLength(exponentBits(parameters)),
    challenge: byteLength(CHALLENGE_BITS),
    shareResponse: byteLength(exponentBits(parameters) + MASK_BITS),
    randomnessResponse: byteLength(randomness === 'short' ? modulusBits / 2 + MASK_BITS + 1 : modulusBits),
  };
}

/** B: |d_j| < 2^B for every holder, and W < 2^B. */
export function exponentBits(
  parameters: Pick<PaillierParameters, 'modulusBits' | 'holders' | 'statisticalBits'>,
): number {
  const { modulusBits, holders, statisticalBits } = parameters;
  return 2 * modulusBits + statisticalBits + 2 * bitLength(BigInt(holders)) + 1;
}

function slotBitsFor(magnitude: bigint): number {
  return bitLength(magnitude) + SIGN_AND_GUARD_BITS;
}

function impossible(why: string): StrongroomError {
  return new StrongroomError('TASK_IMPOSSIBLE', why);
}
