/**
 * Everybody checks the candidates that the holders open: every N was (Σ p_i)·(Σ q_i), and no product of two primes
 * was passed over. So a holder that lies about one candidate is found out, unless that one becomes the key: one
 * in thousands.
 */
import { checkPrimeSync } from 'node:crypto';
import { StrongroomError } from '../../../proto/errors.ts';
import { bitLength } from '../integers.ts';
import { LEAST_BITS, openModulus } from '../modular.ts';
import { candidateExpander, type CandidatePart } from './candidate.ts';
import { Inconsistency, treeDepth, type CeremonySetting, type JudgedBatch } from './round.ts';
import { commitToLeaves, expandAllBut, expandTree } from './seed-tree.ts';

type Leaves = readonly (Uint8Array | undefined)[];

/** Of a batch that was given up: the roots of the holders. */
export function verifyWholeBatch(
  setting: CeremonySetting,
  batch: JudgedBatch,
  roots: readonly Uint8Array[],
): void {
  const leaves = roots.map((root, holder) => {
    const opened = expandTree(root, treeDepth(setting.plan));
    const commitment = batch.commitments[holder] ?? new Uint8Array();
    return requireCommitted(holder, Buffer.compare(commitToLeaves(opened), commitment) === 0, opened);
  });
  verify(setting, batch, leaves);
}

/** Of a batch whose candidate `kept` may become the key: `openAllBut` of each holder. */
export function verifyAllBut(
  setting: CeremonySetting,
  batch: JudgedBatch,
  kept: number,
  openings: readonly Uint8Array[],
): void {
  const leaves = openings.map((opening, holder) => {
    const commitment = batch.commitments[holder] ?? new Uint8Array();
    const opened = expandAllBut(opening, treeDepth(setting.plan), kept, commitment);
    return requireCommitted(holder, opened !== undefined, opened ?? []);
  });
  verify(setting, batch, leaves);
}

function requireCommitted(holder: number, committed: boolean, leaves: Leaves): Leaves {
  if (committed) return leaves;
  throw new StrongroomError(
    'KEY_TEST_FAILED',
    `key holder ${holder + 1} opens other candidates than it committed to`,
    { details: { holder } },
  );
}

function verify(
  { form }: CeremonySetting,
  { moduli, rejected }: JudgedBatch,
  holders: readonly Leaves[],
): void {
  const expanders = holders.map((_, holder) => candidateExpander(form, holder));
  const factorsOf = (candidate: number): CandidatePart | undefined => {
    let [p, q] = [0n, 0n];
    for (const [holder, expand] of expanders.entries()) {
      const leaf = holders[holder]?.[candidate];
      if (!leaf) return undefined;
      const part = expand(leaf);
      p += part.p;
      q += part.q;
    }
    return { p, q };
  };
  const passedOver = new Set(rejected);
  moduli.forEach((modulus, candidate) => {
    const factors = factorsOf(candidate);
    if (!factors) return;
    if (factors.p * factors.q !== modulus) {
      throw new Inconsistency('its opened factors do not multiply to its modulus', candidate);
    }
    if (passedOver.has(candidate) && arePrimes(factors)) {
      throw new Inconsistency('it was rejected though it is a product of two primes', candidate);
    }
  });
}

/** Whether both are primes. OpenSSL tries 64 bases on every prime, and of most pairs only one factor is one. */
function arePrimes({ p, q }: CandidatePart): boolean {
  return passesFermat(p) && checkPrimeSync(q) && checkPrimeSync(p);
}

/** 2^(p − 1) ≡ 1 (mod p), as for every odd prime; not tried on numbers that are too small to cost anything. */
function passesFermat(p: bigint): boolean {
  return bitLength(p) < LEAST_BITS || openModulus(p).power(2n, p - 1n) === 1n;
}
