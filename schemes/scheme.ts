/**
 * What every threshold scheme offers, one interface for each capability, so that the import graph shows who
 * can do what: the aggregator opens an `Evaluator` and nothing else.
 *
 * | capability         | opened by                                   | file                   |
 * | ------------------ | ------------------------------------------- | ---------------------- |
 * | `Ceremony`         | anybody: key holder, controller             | `schemes/ceremony.ts`  |
 * | `Evaluator`        | anybody: aggregator, key holder, controller | `schemes/evaluator.ts` |
 * | `Encryptor`        | input party                                 | `schemes/encryptor.ts` |
 * | `HolderCeremony`   | key holder                                  | `schemes/key-share.ts` |
 * | `KeyShare`         | key holder                                  | `schemes/key-share.ts` |
 * | `Combiner`         | output party                                | `schemes/combiner.ts`  |
 *
 * Everything that travels is bytes in the scheme's own canonical form. Every method that takes bytes made by
 * somebody else validates them first and throws CIPHERTEXT_INVALID naming the check that failed.
 */
import type { BfvParameters } from './bfv/parameters.ts';
import type { BfvProductParameters } from './bfv/products/parameters.ts';
import type { CkksParameters } from './ckks/parameters.ts';
import type { PaillierParameters } from './paillier/parameters.ts';

/**
 * A union over the schemes, told apart by `scheme`, and with `bfv` by `products`: what is opened are sums of input
 * ciphertexts, or inner products of encrypted columns. JSON-able, integers beyond 2^53 as decimal strings.
 */
export type Parameters = SumParameters | BfvProductParameters;

/** Parameters of tasks whose outputs are sums of input ciphertexts. */
export type SumParameters = RlweParameters | PaillierParameters;

/** Parameters of sums over one ring and one kind of key. */
export type RlweParameters = BfvParameters | CkksParameters;

/** What binds every public random choice and every share to one task. */
export interface SchemeContext<P extends Parameters = Parameters> {
  readonly parameters: P;
  /** The task's id: SHA-256 of the signed proposal, 64 hexadecimal digits. */
  readonly task: string;
}

/** How far a ceremony is, for people to look at. */
export interface CeremonyProgress {
  /** What is being done, in a few words. */
  readonly step: string;
  /** Candidates tried, and how many are tried on average, where the ceremony is a search. */
  readonly tried?: number;
  readonly expected?: number;
}

/**
 * The making of the joint key, as a state machine over the rounds of its public messages: in each round every
 * holder says one thing, in the order of the task document. The same messages lead every party to the same
 * state. The messages of round 0 are committed to by the approvals; those of the later rounds are committed to
 * before any is opened where `commitsEveryRound` says so.
 */
export interface Ceremony extends Disposable {
  /** Rounds taken in so far. */
  readonly round: number;
  /** Whether the last round is taken in: the key is made. */
  readonly finished: boolean;
  readonly progress: CeremonyProgress;
  /**
   * Takes in the messages of the next round. Throws CIPHERTEXT_INVALID where one is malformed and
   * KEY_TEST_FAILED where the key does not pass its public test, naming the holder (`details.holder`).
   */
  take(messages: readonly Uint8Array[]): Promise<void>;
  /** The joint public key. Throws INTERNAL before the ceremony is finished. */
  jointKey(): Uint8Array;
}

/**
 * A key holder's own part in it. Its whole secret is one 32-byte seed from `node:crypto`: everything that it says
 * is a function of the seed and of the messages taken in, so a process that dies anywhere says the same again.
 */
export interface HolderCeremony extends Ceremony {
  /** This holder's message of the next round. Throws INTERNAL where the ceremony is finished. */
  contribution(): Promise<Uint8Array>;
}

/** An input ciphertext, and the party that made it. */
export interface Input {
  readonly ciphertext: Uint8Array;
  readonly party: string;
}

/** What the public can do with a joint key: check, evaluate. Needs no secret and is deterministic. */
export interface Evaluator extends Disposable {
  /** Throws CIPHERTEXT_INVALID unless the bytes are a well-formed input ciphertext of this party. */
  validateInput(ciphertext: Uint8Array, party: string): void;
  /** The same for many, which may cost less together; throws the first refusal. */
  validateInputs(inputs: readonly Input[]): void;
  /** Starts a sum of input ciphertexts. Throws INTERNAL where the outputs of the task are products. */
  sum(): CiphertextSum;
  /** Starts a sum of products of input ciphertexts. Throws INTERNAL where the outputs of the task are sums. */
  productSum(): ProductSum;
}

/** Σ of ciphertexts, one at a time, in constant memory. */
export interface CiphertextSum extends Disposable {
  /** Adds the input ciphertext of a party. It is validated now, or in a batch with others in `bytes` at the latest. */
  add(ciphertext: Uint8Array, party: string): void;
  /** The canonical bytes of the sum; the same inputs in the same order give the same bytes on every machine. */
  bytes(): Uint8Array;
}

/** Σ of products of pairs of ciphertexts, one pair at a time, in constant memory. */
export interface ProductSum extends Disposable {
  /** Adds left·right. Throws CIPHERTEXT_INVALID where one is malformed, QUOTA_EXCEEDED beyond the terms of the plan. */
  add(left: Input, right: Input): void;
  /** The canonical bytes of the sum, relinearised; the same on every machine, as with `CiphertextSum`. */
  bytes(): Uint8Array;
}

/** What an input party does. */
export interface Encryptor extends Disposable {
  /** Values per ciphertext. */
  readonly slots: number;
  /**
   * One ciphertext of at most `slots` centred integers; fewer are filled with zeros. With CKKS a real number v of
   * [−1, 1] is given as the integer nearest to v·2^scaleBits.
   */
  encrypt(values: readonly bigint[] | BigInt64Array): Uint8Array;
}

/** What a key holder does with its share of a finished key: nothing but this. */
export interface KeyShare extends Disposable {
  /**
   * The partial decryptions of the output ciphertexts of the task, one for each, and after them a proof of all
   * where the scheme has one. For one ciphertext there is only one partial decryption, however often it is asked.
   */
  partialDecryptions(outputs: readonly Uint8Array[]): Uint8Array[];
}

/** What the output party does. */
export interface Combiner {
  /**
   * The values of the output ciphertexts, as centred integers (with CKKS, scaled and with an error), from what `partialDecryptions` gave each of the K
   * holders. Throws SHARE_INVALID, naming the holder where the scheme can tell (`details.holder`).
   */
  combine(outputs: readonly Uint8Array[], shares: readonly (readonly Uint8Array[])[]): bigint[][];
}

/**
 * Whether each round must be committed to before it is opened, or only the first. With a BFV or CKKS key for sums nothing can
 * be gained by speaking last in round 1; with one for products the last to open could choose the relinearisation key,
 * and with Paillier the modulus.
 */
export function commitsEveryRound(parameters: Parameters): boolean {
  return parameters.scheme === 'paillier' || parameters.products !== undefined;
}

/** The one place where the schemes are told apart: each factory says what each of them does. */
export function byScheme<T>(
  { parameters, task }: SchemeContext,
  on: {
    readonly bfv: (context: SchemeContext<BfvParameters>) => T;
    readonly bfvProducts: (context: SchemeContext<BfvProductParameters>) => T;
    readonly ckks: (context: SchemeContext<CkksParameters>) => T;
    readonly paillier: (context: SchemeContext<PaillierParameters>) => T;
  },
): T {
  if (parameters.scheme === 'paillier') return on.paillier({ parameters, task });
  if (parameters.scheme === 'ckks') return on.ckks({ parameters, task });
  return parameters.products ? on.bfvProducts({ parameters, task }) : on.bfv({ parameters, task });
}
