/**
 * Validates the inputs of many parties together: of a hundred proofs in a batch each costs a seventh of what it
 * costs alone. Who comes alone, or brings a batch along, waits for nobody.
 */
import type { Evaluator, Input } from '../schemes/scheme.ts';
import type { Blob } from '../trust/documents.ts';

/** For how long inputs are gathered after a batch. */
const GATHER_MS = 1_000;
/** Larger batches are hardly faster, and block all else for longer. */
const BATCH_BYTES = 256 * 1024;

interface Waiting {
  readonly inputs: readonly Input[];
  readonly accept: () => void;
  readonly refuse: (error: Error) => void;
}

export class InputChecks {
  readonly #evaluator: Evaluator;
  /** By party, the sizes of the ciphertexts that were found valid when they came, by digest. */
  readonly #valid = new Map<string, Map<string, number>>();
  #waiting: Waiting[] = [];
  #timer: NodeJS.Timeout | undefined;
  #lastBatch = -Infinity;

  constructor(evaluator: Evaluator) {
    this.#evaluator = evaluator;
  }

  /** A ciphertext of the party is durable, and still in memory. What is wrong with it is said once a manifest names it. */
  arrived(party: string, digest: string, bytes: Uint8Array): void {
    if (this.#refusal([{ ciphertext: bytes, party }]) !== undefined) return;
    const valid = this.#valid.get(party) ?? new Map<string, number>();
    this.#valid.set(party, valid.set(digest, bytes.length));
  }

  /**
   * Throws CIPHERTEXT_INVALID unless every ciphertext is a well-formed input of the party, and what `fetch` throws where
   * one is not there. Keeps one batch in memory.
   */
  async check(
    party: string,
    ciphertexts: readonly Blob[],
    fetch: (blob: Blob) => Promise<Uint8Array>,
  ): Promise<void> {
    const valid = this.#valid.get(party);
    let inputs: Input[] = [];
    for (const blob of ciphertexts) {
      if (valid?.get(blob.digest) === blob.size) continue;
      inputs.push({ ciphertext: await fetch(blob), party });
      if (bytesOf(inputs) < BATCH_BYTES) continue;
      this.#evaluator.validateInputs(inputs);
      inputs = [];
    }
    this.#valid.delete(party);
    if (inputs.length === 0) return;
    await new Promise<void>((accept, refuse) => this.#add({ inputs, accept, refuse }));
  }

  #add(party: Waiting): void {
    this.#waiting.push(party);
    if (bytesOf(inputsOf(this.#waiting)) >= BATCH_BYTES) this.#validate();
    else this.#timer ??= setTimeout(() => this.#validate(), this.#lastBatch + GATHER_MS - performance.now());
  }

  #validate(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const batch = this.#waiting;
    this.#waiting = [];
    // Where one of them is wrong, each is judged by itself.
    const sound = this.#refusal(inputsOf(batch)) === undefined;
    for (const { inputs, accept, refuse } of batch) {
      const refusal = sound ? undefined : this.#refusal(inputs);
      if (refusal === undefined) accept();
      else refuse(refusal);
    }
    this.#lastBatch = performance.now();
  }

  #refusal(inputs: readonly Input[]): Error | undefined {
    try {
      this.#evaluator.validateInputs(inputs);
      return undefined;
    } catch (error) {
      return error as Error;
    }
  }
}

function inputsOf(waiting: readonly Waiting[]): Input[] {
  return waiting.flatMap(({ inputs }) => inputs);
}

function bytesOf(inputs: readonly Input[]): number {
  return inputs.reduce((bytes, { ciphertext }) => bytes + ciphertext.length, 0);
}
