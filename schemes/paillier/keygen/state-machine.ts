import { sha256 } from '#primitives';
import { StrongroomError } from '../../../proto/errors.ts';
import type { Ceremony, CeremonyProgress } from '../../scheme.ts';
import { blameRound } from './blame.ts';
import { expectedCandidates } from './candidate-form.ts';
import { keyContributionRound } from './key-rounds.ts';
import { readMessages } from './message.ts';
import { candidatesTried } from './plan.ts';
import { Inconsistency, type CeremonySetting, type FinishedKey, type Round } from './round.ts';

/**
 * The key ceremony as everybody follows it: see `round.ts`. Memory does not grow with the number of batches: of past
 * messages only digests are kept. Calls must not overlap.
 */
export class PaillierCeremony implements Ceremony {
  protected readonly setting: CeremonySetting;
  readonly #digests: Uint8Array[][] = [];
  #state: Round | FinishedKey;

  /** Owns the products of the setting. */
  constructor(setting: CeremonySetting) {
    this.setting = setting;
    this.#state = keyContributionRound(setting);
  }

  get round(): number {
    return this.#digests.length;
  }

  get finished(): boolean {
    return 'jointKey' in this.#state;
  }

  get progress(): CeremonyProgress {
    const { plan } = this.setting;
    const expected = expectedCandidates(plan.modulusBits);
    if ('jointKey' in this.#state) return { step: 'the joint key is made' };
    const { name, step, batch } = this.#state;
    const drawn = name === 'key-contribution' || name === 'key-test-share' ? 0 : 1;
    return { step, tried: candidatesTried(plan, batch + drawn), expected };
  }

  async take(messages: readonly Uint8Array[]): Promise<void> {
    await nextTurn();
    this.takeNow(messages);
  }

  jointKey(): Uint8Array {
    if ('jointKey' in this.#state) return this.#state.jointKey;
    throw new StrongroomError('INTERNAL', 'the key ceremony is not finished');
  }

  [Symbol.dispose](): void {
    this.setting.products[Symbol.dispose]();
  }

  protected takeNow(messages: readonly Uint8Array[]): void {
    const round = this.current();
    const bodies = readMessages(this.setting, round, messages);
    const digests = messages.map((message) => sha256(message));
    try {
      this.#state = round.take(bodies);
    } catch (error) {
      if (!(error instanceof Inconsistency)) throw error;
      this.#state = blameRound(this.setting, [...this.#digests, digests], error, round.batch);
    }
    this.#digests.push(digests);
  }

  /** Throws INTERNAL where the ceremony is finished. */
  protected current(): Round {
    if (!('jointKey' in this.#state)) return this.#state;
    throw new StrongroomError('INTERNAL', 'the key ceremony is finished');
  }
}

/** Lets what waits in the event loop go first: what follows blocks for seconds. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
