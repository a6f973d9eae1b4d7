/** A product of two primes that was passed over in the search for a key is found by everybody, at the size of real primes. */
import { checkPrimeSync, createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { candidateExpander, type CandidatePart } from '../../schemes/paillier/keygen/candidate.ts';
import { verifyWholeBatch } from '../../schemes/paillier/keygen/opened-candidates.ts';
import {
  Inconsistency,
  treeDepth,
  type CeremonySetting,
  type JudgedBatch,
} from '../../schemes/paillier/keygen/round.ts';
import { commitToLeaves, expandTree } from '../../schemes/paillier/keygen/seed-tree.ts';
import { openSetting } from '../../schemes/paillier/keygen/setting.ts';
import { smallContext } from '../fixtures/paillier-keygen.ts';

const HOLDERS = [0, 1, 2];

/** A batch of honest candidates of 1024 bits, judged as it should be, and which are products of two primes. */
function honestBatch(
  setting: CeremonySetting,
  name: string,
): { roots: Uint8Array[]; batch: JudgedBatch; good: number[] } {
  const roots = HOLDERS.map((holder) => createHash('sha256').update(`${name} ${holder}`).digest());
  const leaves = roots.map((root) => expandTree(root, treeDepth(setting.plan)));
  const expanders = HOLDERS.map((holder) => candidateExpander(setting.form, holder));
  const candidates = Array.from({ length: setting.plan.candidatesPerBatch }, (_, i) =>
    HOLDERS.reduce<CandidatePart>(
      (sum, holder) => {
        const part = expanders[holder]?.(leaves[holder]?.[i] ?? new Uint8Array());
        return { p: sum.p + (part?.p ?? 0n), q: sum.q + (part?.q ?? 0n) };
      },
      { p: 0n, q: 0n },
    ),
  );
  const isGood = ({ p, q }: CandidatePart) => checkPrimeSync(p) && checkPrimeSync(q);
  const good = candidates.flatMap((candidate, i) => (isGood(candidate) ? [i] : []));
  const rejected = candidates.flatMap((_, i) => (good.includes(i) ? [] : [i]));
  const moduli = candidates.map(({ p, q }) => p * q);
  return { roots, good, batch: { commitments: leaves.map(commitToLeaves), moduli, rejected } };
}

test('a product of two primes that was rejected is found, and nothing else is', () => {
  const setting = openSetting(smallContext('passed over', { modulusBits: 1024 }));
  using _products = setting.products;
  let made = honestBatch(setting, 'batch 0');
  // Two batches of three hold one.
  for (let i = 1; made.good.length === 0; i += 1) made = honestBatch(setting, `batch ${i}`);
  const { roots, batch, good } = made;
  expect(() => verifyWholeBatch(setting, batch, roots)).not.toThrow();
  for (const candidate of good) {
    const passedOver = { ...batch, rejected: [...batch.rejected, candidate] };
    expect(() => verifyWholeBatch(setting, passedOver, roots)).toThrow(Inconsistency);
  }
});
