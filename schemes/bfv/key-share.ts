import { StrongroomError } from '../../proto/errors.ts';
import { loadEngine } from '../rlwe/engine.ts';
import { writePolynomial } from '../rlwe/message.ts';
import type { Ring } from '../rlwe/ring.ts';
import { parseCiphertext } from '../rlwe/validation.ts';
import type { KeyShare, SchemeContext, Transcript } from '../scheme.ts';
import { bind, type Binding } from './binding.ts';
import { commonReference } from './joint-key.ts';
import { expandSecret, keyContribution } from './key-contribution.ts';
import { ciphertextShape, openKeyRing, toDataLevel, toKeyLevel } from './levels.ts';
import { requireSound, type BfvParameters } from './parameters.ts';
import { partialDecryption, type Secret } from './partial-decryption.ts';
import { writeShare } from './share-message.ts';

const SEED_BYTES = 32;

/** See `KeyShare`. Everything it says is a function of the seed, the task and the parameters. */
export async function openBfvKeyShare(context: SchemeContext, seed: Uint8Array): Promise<KeyShare> {
  requireSound(context.parameters);
  if (seed.length !== SEED_BYTES) {
    throw new StrongroomError('INTERNAL', `the seed of a key share has ${SEED_BYTES} bytes`);
  }
  const engine = await loadEngine();
  return new BfvKeyShare(context, openKeyRing(engine, context.parameters), seed);
}

class BfvKeyShare implements KeyShare {
  readonly #parameters: BfvParameters;
  readonly #binding: Binding;
  readonly #ring: Ring;
  readonly #secret: Secret;
  #open = true;

  constructor(context: SchemeContext, ring: Ring, seed: Uint8Array) {
    this.#parameters = context.parameters;
    this.#binding = bind(context);
    this.#ring = ring;
    this.#secret = expandSecret(ring, this.#binding, seed);
  }

  contribution(holder: number, transcript: Transcript): Uint8Array | undefined {
    this.#requireOpen();
    if (transcript.length >= 2) return undefined;
    const reference = commonReference(this.#binding, this.#parameters);
    const b = keyContribution(this.#ring, this.#binding, this.#secret, reference);
    const contribution = writePolynomial(this.#binding.tag('key-contribution'), b);
    const [opened] = transcript;
    if (opened === undefined) return contribution;
    requireOwn(opened[holder], contribution, holder);
    const a = this.#ring.fromNtt(reference);
    return writePolynomial(this.#binding.tag('key-test-share'), this.#decryptPartially(a));
  }

  partialDecryption(ciphertext: Uint8Array): Uint8Array {
    this.#requireOpen();
    const [, c1] = parseCiphertext(
      'the ciphertext to decrypt',
      ciphertextShape(this.#parameters),
      ciphertext,
    );
    const share = this.#decryptPartially(toKeyLevel(c1, this.#parameters));
    return writeShare(this.#binding, c1, toDataLevel(share, this.#parameters));
  }

  [Symbol.dispose](): void {
    if (!this.#open) return;
    this.#open = false;
    this.#secret.seed.fill(0);
    this.#secret.share.fill(0n);
    this.#ring[Symbol.dispose]();
  }

  #decryptPartially(c1: BigUint64Array<ArrayBuffer>): BigUint64Array<ArrayBuffer> {
    return partialDecryption(this.#ring, this.#binding, this.#parameters, this.#secret, c1);
  }

  /** A wiped seed would still give shares: those of an all-zero secret. */
  #requireOpen(): void {
    if (!this.#open)
      throw new StrongroomError('INTERNAL', 'the key share was wiped and cannot be used again');
  }
}

/** A holder says nothing more about a key that is not the one it contributed to. */
function requireOwn(opened: Uint8Array | undefined, own: Uint8Array, holder: number): void {
  if (opened && Buffer.compare(opened, own) === 0) return;
  throw new StrongroomError(
    'COMMITMENT_MISMATCH',
    `the transcript shows another key contribution for key holder ${holder + 1} than this one made`,
    { details: { holder } },
  );
}
