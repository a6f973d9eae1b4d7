/** The result once more, from the shares that a receipt shows: what the output party did, by anybody. */
import { openCombiner } from '../../schemes/combiner.ts';
import { finishTask } from '../../statistics/finish.ts';
import { canonicalJson, equalBytes, sha256Hex, unbase64 } from '../digest.ts';
import type { TaskLife } from '../life.ts';
import { unpackShares } from '../release.ts';
import { at, broken, type Opened, type ResultStatement } from './form.ts';

/**
 * Checks that ciphertexts, shares and key are those whose digests were signed, combines the shares, decodes, finishes
 * the statistics, and compares with what is stated. With `paillier` the combination verifies each holder's proof.
 * Throws RECEIPT_INVALID, naming the key holder where the scheme can tell whose share is wrong.
 */
export function recompute(task: TaskLife, opened: Opened, stated: ResultStatement): void {
  const outputs = opened.outputs.map((text, i) => at(`opened output ${i}`, () => unbase64(text)));
  const signed = task.evaluation?.payload.outputs ?? [];
  if (outputs.length !== signed.length) throw broken('opened', 'another number of outputs was evaluated');
  outputs.forEach((bytes, i) => requireDigest(`opened output ${i}`, bytes, signed[i]?.digest));
  if (opened.shares.length !== task.holders.length) {
    throw broken('opened', `shares of ${opened.shares.length} of ${task.holders.length} key holders`);
  }
  const shares = task.holders.map((holder, i) => {
    const where = `opened share of ${holder}`;
    const packed = at(where, () => unbase64(opened.shares[i] ?? ''));
    requireDigest(where, packed, task.releases.get(holder)?.payload.opened);
    return at(where, () => unpackShares(packed, holder));
  });
  const key = jointKeyOf(task, opened);
  const vectors = at('combination of the shares', () => {
    try {
      return openCombiner(task.context, key).combine(outputs, shares);
    } catch (error) {
      throw task.nameHolder(error);
    }
  });
  const result = at('finishing', () => finishTask(task.document, task.plan, vectors, task.linkage?.sizes));
  if (equalBytes(canonicalJson(result), canonicalJson(stated.result))) return;
  throw broken('recomputation', 'the shares give another result than the one that is stated');
}

/** Only proofs of shares are about the key. */
export function needsJointKey({ plan }: TaskLife): boolean {
  return plan.scheme === 'paillier';
}

function jointKeyOf(task: TaskLife, { key }: Opened): Uint8Array {
  if (!needsJointKey(task)) {
    if (key !== undefined) throw broken('opened key', 'nothing is checked against it with this scheme');
    return new Uint8Array();
  }
  const bytes = at('opened key', () => unbase64(key ?? ''));
  requireDigest('opened key', bytes, task.jointKey?.digest);
  return bytes;
}

function requireDigest(where: string, bytes: Uint8Array, signed: string | undefined): void {
  if (sha256Hex(bytes) !== signed) throw broken(where, 'it is not what was signed');
}
