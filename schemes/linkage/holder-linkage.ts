/**
 * The key holder's side of linkage: kᵢ·C for every blinded point C of a request, with the proof against Kᵢ = kᵢ·G.
 * kᵢ and the nonces are expanded from the seed of the task, so an answer is a function of the seed and the request,
 * and the key is destroyed with the seed.
 */
import { Xof } from '../rlwe/xof.ts';
import { batchesOf } from './batches.ts';
import { prove } from './equality-proof.ts';
import { requirePoints, writePoints, type Point } from './p256.ts';
import { drawScalar, SecretScalar } from './secret-scalar.ts';

export class HolderLinkage {
  readonly #k: bigint;
  readonly #scalar: SecretScalar;
  readonly #nonces: Uint8Array;

  /** The caller wipes the seed. */
  constructor(task: string, seed: Uint8Array) {
    const stream = new Xof('strongroom/linkage-key/v1', Buffer.from(task), seed);
    this.#k = drawScalar(stream);
    this.#scalar = new SecretScalar(this.#k);
    this.#nonces = Uint8Array.from(stream.read(32));
    stream.wipe();
  }

  /** The bytes of Kᵢ. */
  get publicKey(): Uint8Array {
    return writePoints([this.#scalar.point]);
  }

  /**
   * The answers to the batches of a request (`batches.ts`), one after the other. Throws LINKAGE_INVALID, naming the
   * party, where a point is none.
   */
  answer(party: string, request: Uint8Array): Uint8Array {
    const asked = requirePoints(party, request);
    const parts: Uint8Array[] = [];
    for (const [from, to] of batchesOf(asked.length)) {
      const inputs = asked.slice(from, to);
      const outputs = this.#scalar.times(inputs);
      parts.push(writePoints(outputs), this.#prove(inputs, outputs));
    }
    return Buffer.concat(parts);
  }

  /** The nonce is hashed from a secret and the whole statement (as in RFC 8032, section 5.1.6): never one for two. */
  #prove(inputs: readonly Point[], outputs: readonly Point[]): Uint8Array {
    const publicKey = this.#scalar.point;
    const stream = new Xof(
      'strongroom/linkage-nonce/v1',
      this.#nonces,
      writePoints(inputs),
      writePoints(outputs),
    );
    const nonce = drawScalar(stream);
    stream.wipe();
    return prove({ publicKey, inputs, outputs }, this.#k, nonce);
  }

  [Symbol.dispose](): void {
    this.#nonces.fill(0);
  }
}
