/**
 * Everything that the log says, verified: who is in the consortium, and the life of every task.
 *
 * Every process keeps its own book. It is fed with the log's entries and signed checkpoints, and believes
 * none of them before the entries hash to the checkpoint and every document verifies under its signer's key.
 */
import { StrongroomError, type ErrorCode } from '../proto/errors.ts';
import { openSuccessor, type Consortium } from './consortium.ts';
import { hex, sha256Hex } from './digest.ts';
import { headsOf, openDocument, payloadType, type AnySigned, type Seen } from './documents.ts';
import { parseEnvelope } from './envelope.ts';
import { TaskLife } from './life.ts';
import { LogFollower } from './log/follower.ts';
import { admit, readDocument } from './rules.ts';
import { checkCertificates } from './tls-certificate.ts';

/** An entry of the log that belongs to no task, and why. */
export interface Stray {
  readonly index: number;
  readonly code: ErrorCode;
  readonly why: string;
}

export class TaskBook {
  readonly tasks = new Map<string, TaskLife>();
  readonly strays: Stray[] = [];
  readonly follower: LogFollower;
  #consortium: Consortium;
  /** Where each version of the consortium document stands in the log, by its digest, the first version first. */
  readonly #versions = new Map<string, { readonly index: number; readonly consortium: Consortium }>();
  /** Documents that have been opened, under the keys of which consortium: what is admitted is read right after. */
  readonly #opened = new WeakMap<Uint8Array, { by: Consortium; document: AnySigned }>();

  /** Starts with the consortium document that this process has pinned; the log's first entry must be that document. */
  constructor(pinned: Consortium) {
    this.#consortium = pinned;
    this.follower = new LogFollower(pinned);
  }

  get consortium(): Consortium {
    return this.#consortium;
  }

  /** How much of the log this process has verified: what it signs into every document. */
  get seen(): Seen {
    return { size: this.follower.size, root: hex(this.follower.root) };
  }

  /** The log index of the consortium document under which a task was proposed. */
  consortiumIndexOf(task: TaskLife): number {
    return this.#versions.get(task.proposal.payload.consortium)?.index ?? 0;
  }

  /** Every version of the consortium document so far, the first one first. */
  get consortia(): readonly Consortium[] {
    return [...this.#versions.values()].map(({ consortium }) => consortium);
  }

  /** The log indices of the versions from the first to the one under which a task was proposed. */
  consortiumIndicesOf(task: TaskLife): number[] {
    const last = this.consortiumIndexOf(task);
    return [...this.#versions.values()].map(({ index }) => index).filter((index) => index <= last);
  }

  /** The task with this id, or with an id that starts so and is the only one. Throws NOT_FOUND. */
  task(id: string): TaskLife {
    const exact = this.tasks.get(id);
    if (exact !== undefined) return exact;
    const found = [...this.tasks.values()].filter((task) => task.id.startsWith(id));
    const [only] = found;
    if (only === undefined || id === '')
      throw new StrongroomError('NOT_FOUND', `No task ${id} is in the log`);
    if (found.length > 1)
      throw new StrongroomError('NOT_FOUND', `Several tasks start with ${id}; give more digits`);
    return only;
  }

  /**
   * Takes in a batch of entries with the checkpoint that covers exactly them. Returns the tasks that changed.
   * Throws LOG_INCONSISTENT where the batch does not extend what was verified before.
   */
  read(entries: readonly Uint8Array[], checkpoint: string): Set<TaskLife> {
    const first = this.follower.size;
    this.follower.extend(entries, checkpoint);
    const changed = new Set<TaskLife>();
    entries.forEach((entry, offset) => {
      const task = this.#readEntry(entry, first + offset);
      if (task !== undefined) changed.add(task);
    });
    return changed;
  }

  /**
   * Whether a document may be appended next: the signature, the speaker's view of the log, and the rules of
   * the task. `caller` is the party that the transport authenticated. Throws the reason for a refusal.
   */
  admit(bytes: Uint8Array, caller: string): void {
    if (isConsortium(bytes)) {
      // Whoever hands it in: all standing key holders of both versions have signed it.
      this.#openSuccessor(bytes);
      return;
    }
    const document = this.open(bytes);
    if (document.payload.by !== caller) {
      throw new StrongroomError(
        'NOT_AUTHORISED',
        `${caller} cannot append a document of ${document.payload.by}`,
      );
    }
    this.#checkSeen(document);
    if (document.kind === 'proposal') {
      if (this.tasks.has(document.payloadDigest)) {
        throw new StrongroomError('DOCUMENT_CONFLICT', 'This task has been proposed before');
      }
      new TaskLife(document, this.#consortium);
      return;
    }
    admit(this.task(document.payload.task), document);
  }

  /** A task document, verified under the keys of the consortium as it is now. Throws as `openDocument` does. */
  open(bytes: Uint8Array): AnySigned {
    const known = this.#opened.get(bytes);
    if (known?.by === this.#consortium) return known.document;
    const document = openDocument(bytes, this.#consortium.signingKeys);
    this.#opened.set(bytes, { by: this.#consortium, document });
    return document;
  }

  #readEntry(entry: Uint8Array, index: number): TaskLife | undefined {
    try {
      if (isConsortium(entry)) {
        this.#readConsortium(entry, index);
        return undefined;
      }
      const document = this.open(entry);
      return document.kind === 'proposal'
        ? this.#propose(document, index)
        : this.#readDocument(document, index);
    } catch (error) {
      if (!(error instanceof StrongroomError)) throw error;
      if (index === 0) throw error;
      this.strays.push({ index, code: error.code, why: error.message });
      return undefined;
    }
  }

  /** Entry 0 is the pinned document itself; later ones must succeed it with the signatures of all its key holders. */
  #readConsortium(entry: Uint8Array, index: number): void {
    if (index > 0) {
      this.#consortium = this.#openSuccessor(entry);
    } else if (sha256Hex(parseEnvelope(entry).payload) !== this.#consortium.digest) {
      throw new StrongroomError(
        'IDENTITY_INVALID',
        'The log begins with another consortium document than the pinned one',
      );
    }
    this.#versions.set(this.#consortium.digest, { index, consortium: this.#consortium });
  }

  #openSuccessor(bytes: Uint8Array): Consortium {
    const successor = openSuccessor(bytes, this.#consortium);
    checkCertificates(successor.parties);
    return successor;
  }

  #propose(document: AnySigned & { kind: 'proposal' }, index: number): TaskLife {
    this.#checkSeen(document);
    const known = this.tasks.get(document.payloadDigest);
    if (known !== undefined)
      throw new StrongroomError('DOCUMENT_CONFLICT', 'This task has been proposed before');
    const task = new TaskLife(document, this.#consortium);
    task.apply(document, index);
    this.tasks.set(task.id, task);
    return task;
  }

  #readDocument(document: Exclude<AnySigned, { kind: 'proposal' }>, index: number): TaskLife {
    const task = this.task(document.payload.task);
    try {
      this.#checkSeen(document);
    } catch (error) {
      // An honest aggregator refuses such a document, so the log itself is evidence of a split view.
      if (!(error instanceof StrongroomError)) throw error;
      task.ignore(document, index, error);
      task.violate(document.payload.by, error.code, error.message);
      return task;
    }
    readDocument(task, document, index);
    return task;
  }

  #checkSeen(document: AnySigned): void {
    const { by } = document.payload;
    for (const { size, root } of headsOf(document)) {
      const own = size <= this.follower.size ? this.follower.rootAt(size) : undefined;
      if (own !== undefined && hex(own) === root) continue;
      throw new StrongroomError('LOG_INCONSISTENT', `${by} has seen another log of ${size} entries`, {
        details: { party: by, size },
      });
    }
  }
}

/** Whether an entry is a version of the consortium document, before anything is verified. Throws DOCUMENT_INVALID. */
export function isConsortium(bytes: Uint8Array): boolean {
  return parseEnvelope(bytes).payloadType === payloadType('consortium');
}
