/**
 * What the operations of the schemes take on one core, rounded up, for estimates. Measured by `npm run bench` on
 * one of two shared cores of an AMD EPYC.
 *
 * They decide which scheme `auto` picks, and plans are compared by digest: where they change, so does the version
 * of the plan (`plan.ts`).
 */

/** Microseconds for each word (coefficient × data prime) of one ciphertext; node-seal 7.0.0 at N = 8192. */
export const BFV_MICROSECONDS = {
  /** Once for each task and holder, with the check of the others’ messages. */
  ceremony: 16,
  encrypt: 1,
  add: 0.25,
  release: 3,
  combine: 1.5,
};

/**
 * As above, at N = 16384, for each plain modulus; the ceremony makes and tests the relinearisation key too. Processor time
 * of what `npm run bench -- products --quick` runs, at load 14, rounded up from 14.3, 0.37, 2.02, 0.22 and 0.09. They
 * and those of linkage decide nothing: products are for `bfv` alone.
 */
export const PRODUCT_MICROSECONDS = {
  ceremony: 20,
  encrypt: 0.5,
  multiply: 2.5,
  release: 0.3,
  combine: 0.1,
};

/**
 * Microseconds for each record: processor time of what `npm run bench -- linkage --quick` runs in batches of 2,000 records,
 * at load 14 to 23 on two threads of one core, mean of two runs; on a machine that does little else about 0.6 of it.
 */
export const LINKAGE_MICROSECONDS = {
  /** To blind its key and unblind the answers. */
  blind: 650,
  /** To check the answer of one key holder. */
  verify: 140,
  /** To answer, with the proof. */
  answer: 430,
};

interface PaillierSpeed {
  /** Mean of the whole key ceremony of one of three holders. */
  readonly ceremony: number;
  readonly encrypt: number;
  readonly proveKnowledge: number;
  /** Of one ciphertext among many that are verified at once. */
  readonly verifyKnowledge: number;
  readonly add: number;
  readonly share: number;
  /** Of all shares of one holder together. */
  readonly proveShares: number;
  readonly verifyShares: number;
  readonly combine: number;
}

/** Milliseconds, for each ciphertext where nothing else is said, by the bits of the modulus. */
export const PAILLIER_MILLISECONDS: Readonly<Record<2048 | 3072, PaillierSpeed>> = {
  2048: {
    ceremony: 12_000,
    encrypt: 3,
    proveKnowledge: 10,
    verifyKnowledge: 3,
    add: 0.02,
    share: 20,
    proveShares: 45,
    verifyShares: 30,
    combine: 2,
  },
  3072: {
    ceremony: 25_000,
    encrypt: 10,
    proveKnowledge: 33,
    verifyKnowledge: 10,
    add: 0.05,
    share: 66,
    proveShares: 150,
    verifyShares: 100,
    combine: 7,
  },
};

/** 10 MB/s, an office's line. */
export const LINK_BYTES_PER_MILLISECOND = 10_000;
