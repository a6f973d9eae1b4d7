/**
 * Follows one log and believes nothing that does not hash to a signed checkpoint (RFC 6962 §2.1: a log is
 * append-only where each later tree extends each earlier one).
 */
import { StrongroomError } from '../../proto/errors.ts';
import { equalBytes } from '../digest.ts';
import { openCheckpoint, type Checkpoint, type LogIdentity } from './checkpoint.ts';
import { leafOf } from './entry.ts';
import { MerkleTree } from './merkle.ts';

export class LogFollower {
  readonly #log: LogIdentity;
  readonly #tree = new MerkleTree();
  #checkpoint: string | undefined;

  constructor(consortium: { readonly log: LogIdentity }) {
    this.#log = consortium.log;
  }

  /** How many entries have been verified. */
  get size(): number {
    return this.#tree.size;
  }

  get root(): Uint8Array {
    return this.#tree.root();
  }

  /** The last checkpoint that was verified, as the log signed it; undefined before the first. */
  get checkpoint(): string | undefined {
    return this.#checkpoint;
  }

  /** The root when the log had `size` entries, for every size from 0 to its present one. */
  rootAt(size: number): Uint8Array {
    return this.#tree.root(size);
  }

  /** The hash of an entry, for storing, or for looking for it. */
  leafHashAt(index: number): Uint8Array {
    return this.#tree.leaf(index);
  }

  /** PATH(index) in the present tree, RFC 6962 §2.1.1: proves to others that the entry stands there. */
  inclusionProof(index: number): Uint8Array[] {
    return this.#tree.inclusionProof(index);
  }

  /** PROOF(from, D[0:to]), RFC 6962 §2.1.2, for 0 < from ≤ to ≤ size: proves that nothing before changed. */
  consistencyProof(from: number, to: number = this.size): Uint8Array[] {
    return this.#tree.consistencyProof(from, to);
  }

  /**
   * Takes in the envelopes that follow those verified before, with the checkpoint that covers exactly them.
   * Throws SIGNATURE_INVALID or DOCUMENT_INVALID where the checkpoint is not one of this log, and
   * LOG_INCONSISTENT where it is but does not extend what was verified before: then both checkpoints stand in
   * the error's details as evidence. After an error the follower is as it was.
   */
  extend(envelopes: readonly Uint8Array[], checkpoint: string): void {
    const shown = openCheckpoint(checkpoint, this.#log.origin, this.#log.keys);
    const before = this.size;
    if (shown.size < before) throw this.#older(shown, checkpoint);
    if (shown.size !== before + envelopes.length) {
      throw this.#inconsistent(
        'entries',
        checkpoint,
        `covers ${shown.size} entries, not the ${before + envelopes.length} sent`,
      );
    }
    for (const envelope of envelopes) this.#tree.append(leafOf(envelope));
    if (!equalBytes(this.root, shown.root)) {
      this.#tree.truncate(before);
      const check = envelopes.length === 0 && this.#checkpoint !== undefined ? 'split-view' : 'root';
      throw this.#inconsistent(check, checkpoint, `is not the root of its ${shown.size} entries`);
    }
    this.#checkpoint = checkpoint;
  }

  /** An older checkpoint is stale where it agrees with ours at its size, and proof of a second history where not. */
  #older(shown: Checkpoint, checkpoint: string): StrongroomError {
    return equalBytes(this.rootAt(shown.size), shown.root)
      ? this.#inconsistent('stale', checkpoint, `is older than the ${this.size} entries verified before`)
      : this.#inconsistent(
          'split-view',
          checkpoint,
          `is of another history of the first ${shown.size} entries`,
        );
  }

  /** `held` is the last checkpoint verified (empty before the first), `shown` the one that contradicts it. */
  #inconsistent(check: string, shown: string, why: string): StrongroomError {
    return new StrongroomError('LOG_INCONSISTENT', `A signed checkpoint of ${this.#log.origin} ${why}.`, {
      details: { check, held: this.#checkpoint ?? '', shown, size: this.size },
    });
  }
}
