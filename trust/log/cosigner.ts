/**
 * A witness of one log (c2sp.org/tlog-witness, add-checkpoint): it cosigns a checkpoint only where the log's
 * signature verifies and a consistency proof leads there from the last one that it has cosigned.
 */
import { StrongroomError } from '../../proto/errors.ts';
import { base64, equalBytes, sha256, unbase64 } from '../digest.ts';
import type { Signer } from '../ed25519.ts';
import type { WitnessStore } from '../storage/witness-store.ts';
import { type Checkpoint, type LogIdentity, openCheckpoint } from './checkpoint.ts';
import { cosignatureLine } from './cosignature.ts';
import { verifyConsistency } from './merkle.ts';

/** What tlog-witness calls an add-checkpoint request. */
interface Addition {
  /** The size of the checkpoint that the witness cosigned last, 0 for none. */
  readonly oldSize: number;
  /** PROOF(oldSize) in the tree of the checkpoint, RFC 6962 §2.1.2; empty where `oldSize` is 0. */
  readonly proof: readonly Uint8Array[];
  readonly checkpoint: string;
}

export class Cosigner {
  readonly #log: LogIdentity;
  readonly #signer: Signer;
  readonly #store: WitnessStore;

  constructor(log: LogIdentity, signer: Signer, store: WitnessStore) {
    this.#log = log;
    this.#signer = signer;
    this.#store = store;
  }

  /** The size that was cosigned last; 0 before the first. */
  get size(): number {
    return this.#store.last?.size ?? 0;
  }

  /** The checkpoint that was cosigned last, with the log's signature; undefined before the first. */
  get last(): string | undefined {
    return this.#store.last?.checkpoint;
  }

  /**
   * The checkpoint with this witness's cosignature on it. That it has been cosigned is durable before the
   * signature exists, so that a process that is killed anywhere never signs two histories.
   *
   * Throws SIGNATURE_INVALID or DOCUMENT_INVALID where it is no checkpoint of the log, and LOG_INCONSISTENT where
   * `oldSize` is not the size cosigned last (`check` is `stale`), or where the checkpoint does not extend it
   * (`split-view`; `held` and `shown` are then the two checkpoints).
   */
  add({ oldSize, proof, checkpoint }: Addition): string {
    const shown = openCheckpoint(checkpoint, this.#log.origin, this.#log.keys);
    this.#store.advance((last) => {
      if (oldSize !== (last?.size ?? 0)) throw this.#stale(oldSize, last?.size ?? 0);
      if (!extendsTree(oldSize, last?.root, shown, proof)) {
        throw new StrongroomError(
          'LOG_INCONSISTENT',
          `A checkpoint of ${shown.size} entries does not extend the one of ${oldSize} that was cosigned.`,
          { details: { check: 'split-view', held: last?.checkpoint ?? '', shown: checkpoint } },
        );
      }
      return { size: shown.size, root: base64(shown.root), checkpoint };
    });
    const time = Math.floor(Date.now() / 1000);
    return checkpoint + cosignatureLine(checkpoint, this.#log.origin, this.#signer, time);
  }

  #stale(oldSize: number, size: number): StrongroomError {
    return new StrongroomError(
      'LOG_INCONSISTENT',
      `The size cosigned last is ${size}, and not ${oldSize} as the request says.`,
      { details: { check: 'stale', size } },
    );
  }
}

function extendsTree(
  oldSize: number,
  oldRoot: string | undefined,
  { size, root }: Checkpoint,
  proof: readonly Uint8Array[],
): boolean {
  if (size === 0 && !equalBytes(root, sha256(new Uint8Array()))) return false;
  if (oldSize === 0) return proof.length === 0;
  return oldRoot !== undefined && verifyConsistency(oldSize, size, proof, unbase64(oldRoot), root);
}
