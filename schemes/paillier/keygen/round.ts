/**
 * A round of the ceremony: what each holder says in it, and what everybody makes of what all said. A round is
 * immutable and holds the public state; taking in its messages gives the next one. The course:
 *
 *     key contribution → key test share                                        `key-rounds.ts`
 *     → batch: candidates → products → openings                                `candidate-rounds.ts`
 *            → screen of the survivors; where none passes, the next batch      `screen-round.ts`
 *     → acceptance: proof for the first that passes, all others opened         `acceptance-round.ts`
 *     → decryption key product → opening, which gives W and θ                  `decryption-key-rounds.ts`
 *     → verification keys, and the self-test of the finished key               `verification-key-round.ts`
 *
 * Wherever the public values do not fit together, `Inconsistency` leads to the blame round instead (`blame.ts`).
 */
import { StrongroomError } from '../../../proto/errors.ts';
import type { Context } from '../binding.ts';
import type { RoundName, CeremonyBinding } from './binding.ts';
import type { CandidateForm } from './candidate-form.ts';
import type { HolderSecrets } from './holder-secrets.ts';
import type { CeremonyPlan } from './plan.ts';
import type { ProductKey } from './products/key.ts';
import type { Products } from './products/products.ts';

/** What all rounds share. */
export interface CeremonySetting {
  readonly context: Context;
  readonly plan: CeremonyPlan;
  readonly form: CandidateForm;
  readonly binding: CeremonyBinding;
  readonly products: Products;
}

export interface Round {
  readonly name: RoundName;
  /** Batches before this one. */
  readonly batch: number;
  /** What is being done, for people. */
  readonly step: string;
  /** Bytes of a message, without its tag. */
  readonly bodyBytes: number;
  contribution(secrets: HolderSecrets): Uint8Array;
  /**
   * The next round, or the finished joint key. Bodies have the right length, and no two are the same. Throws
   * CIPHERTEXT_INVALID or KEY_TEST_FAILED naming the holder at fault, or Inconsistency where that is open.
   */
  take(bodies: readonly Uint8Array[]): Round | FinishedKey;
}

export interface FinishedKey {
  readonly jointKey: Uint8Array;
}

/** A batch whose candidates are committed to. */
export interface Batch {
  readonly setting: CeremonySetting;
  readonly key: ProductKey;
  readonly index: number;
  /** One of each holder to the seeds of its candidates. */
  readonly commitments: readonly Uint8Array[];
  /** The round that goes on without this batch. Throws KEY_TEST_FAILED where it was the last. */
  next(judged: JudgedBatch): Round;
}

/** What the holders found out about a batch together. */
export interface JudgedBatch {
  readonly commitments: readonly Uint8Array[];
  /** N of each candidate. */
  readonly moduli: readonly bigint[];
  /** The survivors of the sieve that were found not to be products of two primes. */
  readonly rejected: readonly number[];
}

/** The public values do not fit together, and they alone do not tell whose fault that is. */
export class Inconsistency extends Error {
  /** The candidate that showed it, where it was one. */
  readonly candidate: number | undefined;

  constructor(why: string, candidate?: number) {
    super(why);
    this.name = 'Inconsistency';
    this.candidate = candidate;
  }
}

/** Shares that do not decrypt were made wrong by somebody, or are of something that was. */
export function openedOrInconsistent<T>(open: () => T): T {
  try {
    return open();
  } catch (error) {
    const named = error instanceof StrongroomError && error.details['holder'] !== undefined;
    if (!(error instanceof StrongroomError) || error.code !== 'SHARE_INVALID' || named) throw error;
    throw new Inconsistency('the partial decryptions do not decrypt');
  }
}

/** Depth of the tree of candidate seeds. */
export function treeDepth({ candidatesPerBatch }: CeremonyPlan): number {
  return Math.log2(candidatesPerBatch);
}
