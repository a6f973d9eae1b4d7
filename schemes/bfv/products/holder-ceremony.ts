import { sha256 } from '#primitives';
import { StrongroomError } from '../../../proto/errors.ts';
import { loadEngine, type Engine } from '../../rlwe/engine.ts';
import type { Ring } from '../../rlwe/ring.ts';
import type { HolderCeremony, SchemeContext } from '../../scheme.ts';
import { bind } from '../../rlwe/threshold/binding.ts';
import { expandSecret } from '../../rlwe/threshold/key-contribution.ts';
import { openKeyRing } from '../../rlwe/threshold/engine.ts';
import { wipeSecret, type Secret } from '../../rlwe/threshold/partial-decryption.ts';
import { BfvProductCeremony } from './ceremony.ts';
import { messageOf } from './holder-messages.ts';
import { firstLane, requireSoundProducts, type BfvProductParameters } from './parameters.ts';

type Context = SchemeContext<BfvProductParameters>;

/** See `HolderCeremony`. The ceremony keeps what the seed expands to, wiped when it is disposed of. */
export async function openBfvProductHolderCeremony(
  context: Context,
  seed: Uint8Array,
  holder: number,
): Promise<HolderCeremony> {
  requireSoundProducts(context.parameters);
  const engine = await loadEngine();
  const ring = openKeyRing(firstLane(context.parameters));
  const secret = expandSecret(ring, bind(context), seed);
  return new BfvProductHolderCeremony(context, engine, ring, secret, holder);
}

class BfvProductHolderCeremony extends BfvProductCeremony implements HolderCeremony {
  readonly #secret: Secret;
  readonly #holder: number;
  #open = true;
  /** What this holder says in the present round, once computed. */
  #message: Uint8Array | undefined;

  constructor(context: Context, engine: Engine, ring: Ring, secret: Secret, holder: number) {
    super(context, engine, ring);
    this.#secret = secret;
    this.#holder = holder;
  }

  contribution(): Promise<Uint8Array> {
    return Promise.try(() => this.#own());
  }

  /** A holder says nothing more about a key to which it has not contributed what the transcript shows. */
  override take(said: readonly Uint8Array[]): Promise<void> {
    const opened = said[this.#holder];
    if (opened && Buffer.compare(opened, this.#own()) === 0) {
      this.#message = undefined;
      return super.take(said);
    }
    throw new StrongroomError(
      'COMMITMENT_MISMATCH',
      `the transcript shows another message of round ${this.round} for key holder ${this.#holder + 1} than this one made`,
      { details: { holder: this.#holder } },
    );
  }

  protected override blame(seeds: readonly Uint8Array[]): void {
    const { ring, binding } = this.setting;
    seeds.forEach((seed, holder) => {
      const secret = expandSecret(ring, binding, seed);
      const round = this.transcript.digests.findIndex((ofRound, r) => {
        const digest = sha256(messageOf(this.setting, this.transcript, r, secret));
        return Buffer.compare(digest, ofRound[holder] ?? new Uint8Array()) !== 0;
      });
      wipeSecret(secret);
      if (round < 0) return;
      throw new StrongroomError(
        'KEY_TEST_FAILED',
        `key holder ${holder + 1} did not keep to the key ceremony: its message of round ${round} is not the one that follows from its seed`,
        { details: { holder, round } },
      );
    });
  }

  override [Symbol.dispose](): void {
    if (!this.#open) return;
    this.#open = false;
    wipeSecret(this.#secret);
    super[Symbol.dispose]();
  }

  #own(): Uint8Array {
    if (!this.#open || this.finished) {
      throw new StrongroomError('INTERNAL', 'the key ceremony is finished, or its secret was wiped');
    }
    return (this.#message ??= messageOf(this.setting, this.transcript, this.round, this.#secret));
  }
}
