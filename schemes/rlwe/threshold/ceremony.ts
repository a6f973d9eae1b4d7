/**
 * The key ceremony of BFV, and of CKKS, where sums are opened: two rounds. Round 0 carries the key contributions b_i (`joint-key.ts`), round 1 the
 * shares of the public self-test of the key (`key-test.ts`). The messages of round 1 need no commitment: each is
 * checked against its own holder's b_i alone.
 */
import { StrongroomError } from '../../../proto/errors.ts';
import { attributed } from '../../attributed.ts';
import type { Ring } from '../ring.ts';
import { invalid } from '../validation.ts';
import type { Words } from '../words.ts';
import type { Ceremony, CeremonyProgress, RlweParameters, SchemeContext } from '../../scheme.ts';
import { bind, type Binding } from './binding.ts';
import { readRlweContribution } from './contribution.ts';
import { combineContributions, commonReference } from './joint-key.ts';
import { testJointKey } from './key-test.ts';
import { openKeyRing } from './engine.ts';
import { requireSound } from '../../sound.ts';

type Context = SchemeContext<RlweParameters>;

const ROUNDS = 2;

/** See `Ceremony`. */
export function openRlweCeremony(context: Context): Promise<Ceremony> {
  return Promise.try(() => {
    requireSound(context.parameters);
    return new RlweCeremony(context, openKeyRing(context.parameters));
  });
}

export class RlweCeremony implements Ceremony {
  protected readonly parameters: RlweParameters;
  protected readonly binding: Binding;
  protected readonly ring: Ring;
  #contributions: Words[] | undefined;
  #key: Uint8Array | undefined;

  constructor(context: Context, ring: Ring) {
    this.parameters = context.parameters;
    this.binding = bind(context);
    this.ring = ring;
  }

  get round(): number {
    if (this.#contributions === undefined) return 0;
    return this.#key === undefined ? 1 : ROUNDS;
  }

  get finished(): boolean {
    return this.#key !== undefined;
  }

  get progress(): CeremonyProgress {
    const steps = ['contributions to the joint key', 'self-test of the joint key', 'the joint key is made'];
    return { step: steps[this.round] ?? '' };
  }

  take(messages: readonly Uint8Array[]): Promise<void> {
    const { holders } = this.parameters;
    if (messages.length !== holders) {
      throw invalid('the key ceremony', 'number of messages', `${messages.length} of ${holders} key holders`);
    }
    const words = messages.map((bytes, holder) =>
      attributed(holder, () => readRlweContribution(this.binding, this.parameters, this.round, bytes)),
    );
    this.takeWords(messages, words);
    return Promise.resolve();
  }

  protected takeWords(_messages: readonly Uint8Array[], words: Words[]): void {
    if (this.#contributions === undefined) {
      this.#contributions = words;
      return;
    }
    testJointKey(this.ring, this.parameters, this.#contributions, words);
    const reference = commonReference(this.binding, this.parameters);
    this.#key = combineContributions(this.ring, this.parameters, this.#contributions, reference);
  }

  jointKey(): Uint8Array {
    if (this.#key !== undefined) return this.#key;
    throw new StrongroomError('INTERNAL', 'the key ceremony is not finished');
  }

  [Symbol.dispose](): void {
    this.ring[Symbol.dispose]();
  }
}
