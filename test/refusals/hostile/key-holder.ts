/**
 * A lying key holder: the honest one, except for one thing that it signs in a task whose title names an attack.
 */
import { KeyHolder } from '../../../keyholders/key-holder.ts';
import type { Said } from '../../../keyholders/journal.ts';
import { runKeyHolder } from '../../../keyholders/service.ts';
import { POINT_BYTES } from '../../../schemes/linkage/sizes.ts';
import { runDaemon } from '../../../transport/daemon.ts';
import { sha256Hex } from '../../../trust/digest.ts';
import type { Kind, Payload } from '../../../trust/documents.ts';
import type { TaskLife } from '../../../trust/life.ts';
import { attackOf } from './attacks.ts';

type Content<K extends Kind> = Omit<Payload<K>, 'task' | 'by' | 'at' | 'seen'>;

class HostileKeyHolder extends KeyHolder {
  protected override async shares(task: TaskLife, outputs: readonly Uint8Array[]): Promise<Uint8Array[]> {
    const shares = await super.shares(task, outputs);
    if (task.document.title === 'releases a wrong share') shares.forEach(swapLastWords);
    if (task.document.title === 'releases a share for another ciphertext') {
      // The tag before the words says for which ciphertext a share is.
      for (const share of shares) share[0] = (share[0] ?? 0) ^ 1;
    }
    return shares;
  }

  protected override sign<K extends Kind>(
    task: TaskLife,
    kind: K,
    content: Content<K>,
    blob: Uint8Array | undefined,
  ): Said {
    const lie = (changes: object, other = blob): Said =>
      super.sign(task, kind, { ...content, ...changes }, other);
    const attack = attackOf(task.document.title);
    if (attack === 'opens another contribution' && kind === 'contribution' && blob !== undefined) {
      // Well-formed, chosen after the others' contributions were there to see, and not what was committed to.
      const message = Uint8Array.from(blob);
      message.set([(message.at(-8) ?? 0) ^ 1], message.length - 8);
      return lie({ message: { digest: sha256Hex(message), size: message.length } }, message);
    }
    if (attack === 'copies a commitment' && kind === 'approval') {
      const victim = [...task.approvals.values()][0];
      if (victim === undefined) throw new Error('nobody has committed yet');
      return lie({ commitment: victim.payload.commitment });
    }
    if (attack === 'copies a commitment' && kind === 'contribution') {
      const commitment = task.approvals.get(this.name)?.payload.commitment;
      const victim = task.holders.find(
        (holder) => holder !== this.name && task.approvals.get(holder)?.payload.commitment === commitment,
      );
      const opened = task.contributions[0]?.get(victim ?? '');
      if (opened === undefined) throw new Error('the other has not opened its commitment yet');
      return lie({ message: opened.payload.message }, undefined);
    }
    if (attack === 'signs another joint key' && kind === 'joint-key' && blob !== undefined) {
      const key = Uint8Array.from(blob);
      key.set([(key.at(-8) ?? 0) ^ 1], key.length - 8);
      return lie({ key: { digest: sha256Hex(key), size: key.length } }, key);
    }
    if (attack === 'answers the linkage wrongly' && kind === 'linkage-answer' && blob !== undefined) {
      // Points of the curve, each of them a product by its key, but of each other's.
      const answer = Uint8Array.from(blob);
      answer.copyWithin(0, POINT_BYTES, 2 * POINT_BYTES);
      answer.set(blob.subarray(0, POINT_BYTES), POINT_BYTES);
      return lie({ answer: { digest: sha256Hex(answer), size: answer.length } }, answer);
    }
    if (
      attack === 'fails the key test' &&
      kind === 'contribution' &&
      'round' in content &&
      blob !== undefined
    ) {
      // Well-formed, but no partial decryption under the key that it has contributed to.
      if (content.round !== 1) return super.sign(task, kind, content, blob);
      const message = Uint8Array.from(blob);
      swapLastWords(message);
      return lie({ message: { digest: sha256Hex(message), size: message.length } }, message);
    }
    if (attack === 'names another receiver' && kind === 'release') return lie({ receiver: 'north' });
    return super.sign(task, kind, content, blob);
  }
}

/** Puts the last two words in each other's place: they are residues still, and far outside any noise. */
function swapLastWords(share: Uint8Array): void {
  const last = share.slice(-8);
  share.copyWithin(share.length - 8, share.length - 16, share.length - 8);
  share.set(last, share.length - 16);
}

await runDaemon('key-holder', (profile, log, stop, ready) =>
  runKeyHolder(profile, log, stop, ready, (options) => new HostileKeyHolder(options)),
);
