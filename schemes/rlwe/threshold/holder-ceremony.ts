import { StrongroomError } from '../../../proto/errors.ts';
import { writePolynomial } from '../message.ts';
import type { Ring } from '../ring.ts';
import type { Words } from '../words.ts';
import type { HolderCeremony, RlweParameters, SchemeContext } from '../../scheme.ts';
import { bind } from './binding.ts';
import { RlweCeremony } from './ceremony.ts';
import { commonReference } from './joint-key.ts';
import { expandSecret, keyContribution } from './key-contribution.ts';
import { openKeyRing } from './engine.ts';
import { requireSound } from '../../sound.ts';
import { partialDecryption, wipeSecret, type Secret } from './partial-decryption.ts';

type Context = SchemeContext<RlweParameters>;

/** See `HolderCeremony`. The ceremony keeps what the seed expands to, wiped when it is disposed of. */
export function openRlweHolderCeremony(
  context: Context,
  seed: Uint8Array,
  holder: number,
): Promise<HolderCeremony> {
  return Promise.try(() => {
    requireSound(context.parameters);
    const ring = openKeyRing(context.parameters);
    return new RlweHolderCeremony(context, ring, expandSecret(ring, bind(context), seed), holder);
  });
}

class RlweHolderCeremony extends RlweCeremony implements HolderCeremony {
  readonly #secret: Secret;
  readonly #holder: number;
  #said: Uint8Array | undefined;
  #open = true;

  constructor(context: Context, ring: Ring, secret: Secret, holder: number) {
    super(context, ring);
    this.#secret = secret;
    this.#holder = holder;
  }

  contribution(): Promise<Uint8Array> {
    if (this.#open && this.round === 0) return Promise.resolve(this.#contribution());
    if (this.#open && this.round === 1) return Promise.resolve(this.#testShare());
    throw new StrongroomError('INTERNAL', 'the key ceremony is finished, or its secret was wiped');
  }

  /** A holder says nothing more about a key that is not the one it contributed to. */
  protected override takeWords(messages: readonly Uint8Array[], words: Words[]): void {
    const opened = messages[this.#holder];
    if (this.round === 0 && (!opened || Buffer.compare(opened, this.#contribution()) !== 0)) {
      throw new StrongroomError(
        'COMMITMENT_MISMATCH',
        `the transcript shows another key contribution for key holder ${this.#holder + 1} than this one made`,
        { details: { holder: this.#holder } },
      );
    }
    super.takeWords(messages, words);
  }

  override [Symbol.dispose](): void {
    if (!this.#open) return;
    this.#open = false;
    wipeSecret(this.#secret);
    super[Symbol.dispose]();
  }

  /** The same bytes each time; whoever asked keeps its own copy. */
  #contribution(): Uint8Array {
    if (this.#said === undefined) {
      const reference = commonReference(this.binding, this.parameters);
      const b = keyContribution(this.ring, this.binding, this.#secret, reference);
      this.#said = writePolynomial(this.binding.tag('key-contribution'), b);
    }
    return this.#said.slice();
  }

  #testShare(): Uint8Array {
    const points = commonReference(this.binding, this.parameters);
    const a = this.ring.fromNtt(points);
    const share = partialDecryption(this.ring, this.binding, this.parameters, this.#secret, a, points);
    return writePolynomial(this.binding.tag('key-test-share'), share);
  }
}
