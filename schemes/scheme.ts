/**
 * What every threshold scheme offers, one interface for each capability, so that the import graph shows who
 * can do what: the aggregator opens an `Evaluator` and nothing else.
 *
 * | capability   | opened by                                   | file                   |
 * | ------------ | ------------------------------------------- | ---------------------- |
 * | `Evaluator`  | anybody: aggregator, key holder, controller | `schemes/evaluator.ts` |
 * | `Encryptor`  | input party                                 | `schemes/encryptor.ts` |
 * | `KeyShare`   | key holder                                  | `schemes/key-share.ts` |
 * | `Combiner`   | output party                                | `schemes/combiner.ts`  |
 *
 * Everything that travels is bytes in the scheme's own canonical form. Every method that takes bytes made by
 * somebody else validates them first and throws CIPHERTEXT_INVALID naming the check that failed.
 */
import type { BfvParameters } from './bfv/parameters.ts';

/** A union over the schemes, told apart by `scheme`; JSON-able, integers beyond 2^53 as decimal strings. */
export type Parameters = BfvParameters;

/** What binds every public random choice and every share to one task. */
export interface SchemeContext {
  readonly parameters: Parameters;
  /** The task's id: SHA-256 of the signed proposal, 64 hexadecimal digits. */
  readonly task: string;
}

/**
 * The messages of the key ceremony so far: `transcript[round][holder]`, holders in the order in which the
 * task document names them. Only complete rounds are in it. The messages of round 0 must all be committed to
 * before any is opened.
 */
export type Transcript = readonly (readonly Uint8Array[])[];

/** What the public can do: check, combine public values, evaluate. Needs no secret and is deterministic. */
export interface Evaluator extends Disposable {
  /** Throws CIPHERTEXT_INVALID unless the bytes are a well-formed message of this round. */
  validateContribution(round: number, bytes: Uint8Array): void;
  /**
   * The joint public key, from a finished transcript; undefined while rounds are missing.
   * Throws KEY_TEST_FAILED where the key does not pass the public self-test contained in the transcript.
   */
  jointKey(transcript: Transcript): Uint8Array | undefined;
  /** Throws CIPHERTEXT_INVALID unless the bytes are a well-formed input ciphertext. */
  validateInput(bytes: Uint8Array): void;
  /** Starts a sum of input ciphertexts. */
  sum(): CiphertextSum;
}

/** Σ of ciphertexts, one at a time, in constant memory. */
export interface CiphertextSum extends Disposable {
  add(ciphertext: Uint8Array): void;
  /** The canonical bytes of the sum; the same inputs in the same order give the same bytes on every machine. */
  bytes(): Uint8Array;
}

/** What an input party does. */
export interface Encryptor extends Disposable {
  /** Values per ciphertext. */
  readonly slots: number;
  /** One ciphertext of at most `slots` centred integers; fewer are filled with zeros. */
  encrypt(values: readonly bigint[] | BigInt64Array): Uint8Array;
}

/**
 * What a key holder does. Its whole secret is one 32-byte seed from `node:crypto`: the key share, the errors
 * of its contributions and the smudging noise of its partial decryption are all expanded from it, so a
 * process that dies anywhere computes the same bytes again, and no second share with other noise can exist.
 */
export interface KeyShare extends Disposable {
  /**
   * This holder's message of the next round after the transcript; undefined once the ceremony is complete.
   * `holder` is its position in the task document.
   */
  contribution(holder: number, transcript: Transcript): Uint8Array | undefined;
  /** The partial decryption of one output ciphertext; depends on the seed, the task and the ciphertext alone. */
  partialDecryption(ciphertext: Uint8Array): Uint8Array;
}

/** What the output party does. */
export interface Combiner extends Disposable {
  /**
   * The values of one output ciphertext, as centred integers, from the partial decryptions of all K holders.
   * Throws SHARE_INVALID where the residual noise exceeds the bound of the plan.
   */
  combine(ciphertext: Uint8Array, shares: readonly Uint8Array[]): bigint[];
}
