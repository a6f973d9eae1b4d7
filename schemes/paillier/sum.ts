/** Σ of plaintexts: ∏ c mod N², of input ciphertexts whose proofs hold. */
import { sha256 } from '#primitives';
import { StrongroomError } from '../../proto/errors.ts';
import { invalid } from '../rlwe/validation.ts';
import type { CiphertextSum, Input } from '../scheme.ts';
import { readRange } from './elements.ts';
import { fromBytes, toBytes } from './integers.ts';
import type { PaillierJointKey } from './joint-key.ts';
import { parseInput, verifyKnowledge, type InputCiphertext } from './plaintext-proof.ts';

/** Proofs verified together: a larger batch is hardly faster, and this one blocks for about a second. */
const BATCH = 1024;
/** Of the digest by which a ciphertext is known again: nobody finds another one with the same. */
const NAME_BYTES = 16;

/** What has been verified before. */
export interface Proved {
  /** Whether the input is valid: form, party and proof. */
  isProved(input: Input): boolean;
}

/** Holds one batch of ciphertexts, and a digest of each that was added. */
export class PaillierSum implements CiphertextSum {
  readonly #key: PaillierJointKey;
  readonly #seen = new Set<string>();
  readonly #proved: Proved;
  #waiting: InputCiphertext[] = [];
  #product = 1n;
  #sound = true;

  constructor(key: PaillierJointKey, proved: Proved) {
    this.#key = key;
    this.#proved = proved;
  }

  /**
   * Throws CIPHERTEXT_INVALID where the ciphertext is already in the sum, and QUOTA_EXCEEDED beyond the number of
   * ciphertexts for which the guard bits of the plan hold.
   */
  add(ciphertext: Uint8Array, party: string): void {
    const { contributors, outputBytes } = this.#key.context.parameters;
    const c = ciphertext.subarray(0, outputBytes);
    const proved = this.#proved.isProved({ ciphertext, party });
    const input = proved ? undefined : parseInput(this.#key, party, ciphertext);
    if (this.#seen.size === contributors) {
      throw new StrongroomError('QUOTA_EXCEEDED', `the plan allows ${contributors} ciphertexts in a sum`);
    }
    const digest = sha256(c);
    const name = Buffer.from(digest.subarray(0, NAME_BYTES)).toString('latin1');
    if (this.#seen.has(name)) {
      throw invalid(`an input ciphertext of ${party}`, 'duplicate', 'it is already in the sum');
    }
    this.#seen.add(name);
    if (input === undefined) {
      this.#multiply(fromBytes(c));
      return;
    }
    this.#waiting.push(input);
    if (this.#waiting.length === BATCH) this.#takeWaiting();
  }

  bytes(): Uint8Array {
    this.#takeWaiting();
    if (this.#seen.size === 0) throw new StrongroomError('INTERNAL', 'a sum of no ciphertexts has no bytes');
    const { outputBytes } = this.#key.context.parameters;
    const bytes = toBytes(this.#product, outputBytes);
    readRange('the sum of the inputs', bytes, this.#key.modulus, outputBytes);
    return new Uint8Array(bytes);
  }

  [Symbol.dispose](): void {
    this.#waiting = [];
    this.#seen.clear();
  }

  /** A sum that refused a proof stays refused: its earlier batches are in the product, its later ones are not. */
  #takeWaiting(): void {
    if (!this.#sound) throw new StrongroomError('INTERNAL', 'the sum has refused an input and has no bytes');
    this.#sound = false;
    verifyKnowledge(this.#key, this.#waiting);
    this.#sound = true;
    for (const { ciphertext } of this.#waiting) this.#multiply(ciphertext);
    this.#waiting = [];
  }

  #multiply(ciphertext: bigint): void {
    this.#product = (this.#product * ciphertext) % this.#key.ring.value;
  }
}
