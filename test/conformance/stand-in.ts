/**
 * Everything around the candidate in one process: the aggregator's log and store on a port, and the keys of all
 * other parties. It lets into the log whatever a play wants there, and hears everything that the candidate says.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { BlobClaims } from '../../aggregator/blob-service-claims.ts';
import { blobService } from '../../aggregator/blob-service.ts';
import { boardService, checkpointsOf } from '../../aggregator/board-service.ts';
import { Cosignatures } from '../../aggregator/cosignatures.ts';
import { PartyLimits } from '../../aggregator/limits.ts';
import { LogStore } from '../../aggregator/log-store.ts';
import { witnessService } from '../../aggregator/witness-service.ts';
import { StrongroomError } from '../../proto/errors.ts';
import { BOARD, type BoardMethods } from '../../transport/contract.ts';
import { serve, service, type Handlers, type RunningServer, type Service } from '../../transport/server.ts';
import { identifyBy, serverCredentials } from '../../transport/tls.ts';
import { TaskBook } from '../../trust/book.ts';
import { sha256Hex } from '../../trust/digest.ts';
import {
  signStep,
  type AnySigned,
  type Blob,
  type Content,
  type Kind,
  type Seen,
} from '../../trust/documents.ts';
import type { TaskLife } from '../../trust/life.ts';
import { openBlobStore, WholeObject, type BlobStore } from '../../trust/storage/blob-store.ts';
import { cosignatureLine } from '../../trust/log/cosignature.ts';
import { AGGREGATOR, type Parties } from './parties.ts';
import { Broken } from './verdict.ts';

/** A document that the candidate wants in the log. */
export interface Attempt {
  readonly envelope: Uint8Array;
  readonly document: AnySigned;
  /** Why the rules refuse it; undefined where they do not. */
  readonly refused: StrongroomError | undefined;
}

/** What a party may run into that does nothing wrong: the task moved on while it spoke. */
const RACES = ['TASK_ENDED', 'PHASE_CLOSED', 'DEADLINE_PASSED', 'NOT_FOUND'];

const POLL_MS = 20;
/** A candidate that is killed in a call comes back before the call is known to be over. */
const GENEROUS = { 'proposals-per-hour': 1, 'open-streams': 1000, 'unfinished-uploads': 1000 };

export class StandIn implements AsyncDisposable {
  readonly parties: Parties;
  readonly book: TaskBook;
  readonly blobs: BlobStore;
  /** Everything that the candidate has tried to say, in order. */
  readonly attempts: Attempt[] = [];
  /** May hold up or refuse what the candidate says; the document stands in `attempts` already. */
  onAttempt: (attempt: Attempt) => Promise<void> | void = () => undefined;
  readonly #folder: string;
  /** How long a step may take that must come. */
  readonly patienceMs: number;
  /** By which factor the play that is on may take longer. */
  slowness = 1;
  readonly #store: LogStore;
  readonly #claims: BlobClaims;
  readonly #cosignatures: Cosignatures;
  readonly #limits = new PartyLimits(GENEROUS, () => false);
  #board: Service;
  #server: RunningServer | undefined;
  #address = '';

  private constructor(parties: Parties, folder: string, blobs: BlobStore, patienceMs: number) {
    this.parties = parties;
    this.blobs = blobs;
    this.#folder = folder;
    this.patienceMs = patienceMs;
    this.#store = new LogStore(join(folder, 'log.db'));
    this.#claims = new BlobClaims(join(folder, 'claims.db'));
    this.#cosignatures = new Cosignatures(join(folder, 'cosignatures.db'));
    this.book = new TaskBook(parties.consortium);
    this.#store.onEntry((index, envelope) => {
      this.book.read([envelope], this.#checkpoint(this.#store)(index + 1));
    });
    this.#store.append(parties.envelope);
    this.#board = this.#boardOf(this.#store);
  }

  static async open(parties: Parties, patienceMs: number): Promise<StandIn> {
    const folder = mkdtempSync(join(tmpdir(), 'strongroom-conformance-'));
    return new StandIn(parties, folder, await openBlobStore(join(folder, 'blobs')), patienceMs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server?.close(100);
    this.#store[Symbol.dispose]();
    this.#claims[Symbol.dispose]();
    this.#cosignatures[Symbol.dispose]();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Listens; port 0 takes a free one. Returns `host:port`. */
  async listen(address: string): Promise<string> {
    const { consortium } = this.parties;
    const host = address.slice(0, address.lastIndexOf(':'));
    this.#server = await serve({
      address,
      credentials: serverCredentials(this.parties.identity(AGGREGATOR), consortium),
      identify: identifyBy(() => consortium),
      services: [this.#shownBoard(), this.#witnessService(), this.#blobService()],
    });
    this.#address = `${host}:${this.#server.port}`;
    return this.#address;
  }

  /** Cuts every connection, and shows this log to whoever comes back: its own again where none is given. */
  async show(entries?: readonly Uint8Array[]): Promise<void> {
    await this.#server?.close(0);
    const other = entries === undefined ? this.#store : new LogStore(':memory:');
    for (const entry of entries ?? []) other.append(entry);
    this.#board = this.#boardOf(other);
    await this.listen(this.#address);
  }

  /** The log, from entry 0 on. */
  entries(): Uint8Array[] {
    return this.#store.read(0, Infinity);
  }

  #checkpoint(log: LogStore): (size: number) => string {
    return checkpointsOf(log, this.parties.consortium.log.origin, this.parties.signer(AGGREGATOR));
  }

  #boardOf(log: LogStore): Service {
    return boardService({
      log,
      checkpoint: this.#checkpoint(log),
      limits: this.#limits,
      admit: (envelope) => this.book.admit(envelope, this.parties.candidate),
    });
  }

  #shownBoard(): Service {
    const { handlers } = this.#board;
    const { Append, Follow, Prove } = handlers as unknown as Handlers<BoardMethods>;
    return service(BOARD, {
      Append: async (request, context) => {
        await this.#hear(request.envelope);
        return Append(request, context);
      },
      Follow,
      Prove,
    });
  }

  /** Notes what the candidate says, before anything comes of it. */
  async #hear(envelope: Uint8Array): Promise<void> {
    let document = unread(envelope);
    let refused: StrongroomError | undefined;
    try {
      document = this.book.open(envelope);
      if (this.#store.find(envelope) === undefined) this.book.admit(envelope, this.parties.candidate);
    } catch (error) {
      if (!(error instanceof StrongroomError)) throw error;
      refused = error;
    }
    const attempt = { envelope, document, refused };
    this.attempts.push(attempt);
    await this.onAttempt(attempt);
  }

  #witnessService(): Service {
    return witnessService({
      limits: this.#limits,
      log: this.#store,
      cosignatures: this.#cosignatures,
      checkpoint: this.#checkpoint(this.#store),
      consortium: () => this.parties.consortium,
    });
  }

  /** Entries of the log. */
  get size(): number {
    return this.#store.size;
  }

  /** These key holders cosign the log of this size, as all do where an evaluation stands at its end. */
  cosign(holders: readonly string[], size = this.size): void {
    const note = this.#checkpoint(this.#store)(size);
    const { origin } = this.parties.consortium.log;
    for (const holder of holders) {
      const time = Math.floor(Date.now() / 1000);
      this.#cosignatures.add(size, holder, cosignatureLine(note, origin, this.parties.signer(holder), time));
    }
  }

  /** The checkpoint of this size with all cosignatures that have been handed in. */
  cosigned(size: number): string {
    return this.#checkpoint(this.#store)(size) + this.#cosignatures.lines(size);
  }

  #blobService(): Service {
    return blobService({
      blobs: this.blobs,
      claims: this.#claims,
      limits: this.#limits,
      quota: () => Number.MAX_SAFE_INTEGER,
      checkReader: () => undefined,
    });
  }

  /** Puts bytes into the log as they are, whoever said them and whatever they are. */
  append(envelope: Uint8Array): void {
    this.#store.append(envelope);
  }

  /** Says a step of a task as one of the parties that the harness stands in for. */
  say<K extends Kind>(
    task: TaskLife,
    kind: K,
    by: string,
    content: Content<K>,
    { seen = this.book.seen, at = new Date() }: { seen?: Seen; at?: Date } = {},
  ): void {
    this.append(signStep(kind, task.id, content, { signer: this.parties.signer(by), seen, at }));
  }

  async put(bytes: Uint8Array): Promise<Blob> {
    const blob = { digest: sha256Hex(bytes), size: bytes.length };
    await this.blobs.put(new WholeObject(bytes));
    return blob;
  }

  /** Whoever runs a store can change what is in it. */
  async alter({ digest }: Blob): Promise<void> {
    const bytes = await this.blobs.whole(digest);
    const last = bytes.length - 8;
    bytes[last] = (bytes[last] ?? 0) ^ 1;
    const { pack, offset } = await this.blobs.place(digest);
    await using file = await open(pack, 'r+');
    await file.write(bytes, 0, bytes.length, offset);
  }

  /** What the candidate has tried to say in a task. */
  said(task: TaskLife): Attempt[] {
    return this.attempts.filter(
      ({ document }) => 'task' in document.payload && document.payload.task === task.id,
    );
  }

  /**
   * Waits for something of a task. Throws `Broken` where the candidate says what the rules refuse, where the task
   * ends first, or where it does not come.
   */
  until<T>(task: TaskLife, what: string, look: () => T | undefined): Promise<T> {
    return this.#wait(task, what, () => {
      const found = look();
      if (found !== undefined || task.ending === undefined) return found;
      throw new Broken(`${task.ending.by} ended the task with ${task.ending.code}: ${task.ending.detail}`);
    });
  }

  /** `until`, of a task that may have ended. */
  async whenever(task: TaskLife, what: string, holds: () => boolean): Promise<void> {
    await this.#wait(task, what, () => (holds() ? true : undefined));
  }

  async #wait<T>(task: TaskLife, what: string, look: () => T | undefined): Promise<T> {
    const patienceMs = this.patienceMs * this.slowness;
    const late = Date.now() + patienceMs;
    for (;;) {
      this.#requireRules(task);
      const found = look();
      if (found !== undefined) return found;
      if (Date.now() > late) throw new Broken(`within ${patienceMs / 1000} s did not come: ${what}`);
      await sleep(POLL_MS);
    }
  }

  #requireRules(task: TaskLife): void {
    for (const { document, refused } of this.said(task)) {
      if (refused === undefined || RACES.includes(refused.code)) continue;
      throw new Broken(`its ${document.kind} is refused with ${refused.code}: ${refused.message}`);
    }
  }
}

/** What is known of an envelope that does not verify: where it claims to belong. */
function unread(envelope: Uint8Array): AnySigned {
  let payload: unknown;
  try {
    const { payload: text } = JSON.parse(Buffer.from(envelope).toString('utf8')) as { payload: string };
    payload = JSON.parse(Buffer.from(text, 'base64').toString('utf8'));
  } catch {
    payload = {};
  }
  const digest = sha256Hex(envelope);
  return { kind: 'abort', payload, payloadDigest: digest, digest } as AnySigned;
}
