/** What a task asks of RLWE parameters, apart from the size of the values. */
import { StrongroomError } from '../../../proto/errors.ts';

export interface RlweTask {
  /** K, from 3 to 255. */
  readonly holders: number;
  /** R: ciphertexts in one sum, from 1 to 10^6. */
  readonly contributors: number;
  /** Output ciphertexts that will be decrypted, from 1 to 10^6; the self-test of the key is counted on top. */
  readonly decryptions: number;
  /** λ, from 40 to 128; 60 unless said otherwise. */
  readonly statisticalBits?: number;
}

/** K, R, D and λ, as they stand in parameters. */
export interface RlweCounts {
  /** K. */
  readonly holders: number;
  /** R: the most ciphertexts that one sum may have. */
  readonly contributors: number;
  /** D: what each holder decrypts under this key: the output ciphertexts and the self-test of the key. */
  readonly decryptions: number;
  /** λ: all shares together say about the keys at most 2^−λ (statistical distance) more than the result does. */
  readonly statisticalBits: number;
}

export const DEFAULT_STATISTICAL_BITS = 60;

/** What each of them may be. */
export const RANGES = {
  holders: [3, 255],
  contributors: [1, 1_000_000],
  decryptions: [1, 1_000_000],
  statisticalBits: [40, 128],
} as const;

/** The counts of a task, with the self-test of the key in D. Throws TASK_IMPOSSIBLE where one is out of range. */
export function countsFor(task: RlweTask): RlweCounts {
  const { holders, contributors, decryptions, statisticalBits = DEFAULT_STATISTICAL_BITS } = task;
  const counts = { holders, contributors, decryptions, statisticalBits };
  for (const name of ['holders', 'contributors', 'decryptions', 'statisticalBits'] as const) {
    const [least, most] = RANGES[name];
    const value = counts[name];
    if (Number.isInteger(value) && value >= least && value <= most) continue;
    throw new StrongroomError(
      'TASK_IMPOSSIBLE',
      `${name} is ${value}; the smallest change is ${value < least ? least : most}`,
    );
  }
  return { ...counts, decryptions: decryptions + 1 };
}
