/**
 * What the aggregator does of its own accord: it fixes the input set, evaluates f, and says when a deadline has
 * passed. It holds no key that opens anything; whatever it says, every key holder checks before it releases.
 */
import type { Logger } from 'pino';
import { StrongroomError } from '../proto/errors.ts';
import { validateContribution } from '../schemes/contribution.ts';
import { openEvaluator } from '../schemes/evaluator.ts';
import { requirePoints } from '../schemes/linkage/p256.ts';
import { PSEUDONYM_BYTES } from '../schemes/linkage/sizes.ts';
import type { Evaluator } from '../schemes/scheme.ts';
import { requireSorted } from '../statistics/match.ts';
import { InputChecks } from './input-checks.ts';
import { checkReader } from './readers.ts';
import { WholeObject, type BlobStore } from '../trust/storage/blob-store.ts';
import { isConsortium, type TaskBook } from '../trust/book.ts';
import { signStep, type Blob, type Content, type Kind } from '../trust/documents.ts';
import { inputSetOf, type FetchAll, type InputSet } from '../trust/evaluation.ts';
import { signerOf, type Identity } from '../trust/identity.ts';
import type { DeadlinePhase, TaskLife } from '../trust/life.ts';
import { matchingOf, matchOf } from '../trust/match.ts';
import type { EvaluationCalls } from '../trust/threads/evaluation.ts';
import { ThreadPool } from '../trust/threads/pool.ts';

const EVALUATION_THREAD = new URL('../trust/threads/evaluation.ts', import.meta.url);

export interface AggregatorOptions {
  readonly identity: Identity;
  readonly book: TaskBook;
  readonly blobs: BlobStore;
  /** Appends to the log, durably. */
  readonly append: (envelope: Uint8Array) => void;
  readonly log: Logger;
}

export class Aggregator implements Disposable {
  readonly book: TaskBook;
  protected readonly blobs: BlobStore;
  protected readonly log: Logger;
  readonly #identity: Identity;
  readonly #append: (envelope: Uint8Array) => void;
  readonly #evaluators = new Map<string, Promise<Evaluator>>();
  readonly #checks = new Map<string, InputChecks>();
  readonly #threads = new ThreadPool<EvaluationCalls>(EVALUATION_THREAD);

  constructor({ identity, book, blobs, append, log }: AggregatorOptions) {
    this.#identity = identity;
    this.book = book;
    this.blobs = blobs;
    this.#append = append;
    this.log = log;
  }

  get name(): string {
    return this.#identity.card.party;
  }

  /** Whether a document of `caller` may be the next entry of the log. Throws the reason why not. */
  admit(envelope: Uint8Array, caller: string): void {
    this.book.admit(envelope, caller);
  }

  /**
   * What must hold before a document is put in the log, beyond the rules of the task: everything that it
   * refers to has arrived, and inputs and contributions are well-formed. This spares the key holders a task
   * that cannot end well; they check it all again.
   */
  async examine(envelope: Uint8Array): Promise<void> {
    if (isConsortium(envelope)) return;
    const { kind, payload } = this.book.open(envelope);
    if (kind === 'contribution') {
      const { context } = this.book.task(payload.task);
      validateContribution(context, payload.round, await this.fetch(payload.message));
    } else if (kind === 'manifest') {
      const checks = await this.#checksOf(this.book.task(payload.task));
      await checks.check(payload.by, payload.ciphertexts, (blob) => this.fetch(blob));
    } else if (kind === 'linkage-request') {
      requirePoints(payload.by, await this.fetch(payload.points));
    } else if (kind === 'linkage-answer') {
      await this.fetch(payload.answer);
    } else if (kind === 'pseudonyms') {
      requireSorted(payload.by, await this.fetch(payload.list), PSEUDONYM_BYTES);
    } else if (kind === 'joint-key') {
      await this.fetch(payload.key);
    } else if (kind === 'release') {
      await this.fetch(payload.box);
    }
  }

  /** An object of a party has come: an input ciphertext is validated while it is in memory, where that is cheap. */
  async stored(taskId: string, { digest, bytes }: WholeObject, party: string): Promise<void> {
    const task = this.book.tasks.get(taskId);
    if (task?.phase !== 'COLLECTING' || task.plan.scheme !== 'bfv' || !task.inputs.includes(party)) return;
    try {
      (await this.#checksOf(task)).arrived(party, digest, bytes);
    } catch (error) {
      // Whoever names the object in a manifest meets it again.
      if (!(error instanceof StrongroomError)) throw error;
    }
  }

  /** How many bytes a party may store for a task: twice what its role needs by the plan. */
  quota(taskId: string, party: string): number {
    const task = this.book.tasks.get(taskId);
    if (task === undefined) throw new StrongroomError('NOT_FOUND', `No task ${taskId} is in the log.`);
    const { inputBytes, holderBytes } = task.plan.upload;
    const asInput = task.inputs.includes(party) ? inputBytes : 0;
    const asHolder = task.holders.includes(party) ? holderBytes : 0;
    if (asInput + asHolder === 0) {
      throw new StrongroomError('NOT_AUTHORISED', `${party} has nothing to upload for this task.`);
    }
    return 2 * (asInput + asHolder);
  }

  /** Throws the reason where a party may not fetch an object. */
  checkReader(digest: string, party: string): void {
    checkReader(this.book.tasks.values(), digest, party);
  }

  /** Does what is due in a task, if anything is. */
  async attend(task: TaskLife): Promise<void> {
    if (task.ending !== undefined || task.evaluation !== undefined) this.#closeEvaluator(task);
    if (task.ending !== undefined) return;
    try {
      await this.act(task);
    } catch (error) {
      if (!(error instanceof StrongroomError) || error.kind !== 'refused') throw error;
      this.log.warn({ task: task.id, code: error.code }, error.message);
      this.say(task, 'abort', { outcome: 'failed', code: error.code, detail: error.message.slice(0, 1000) });
    }
  }

  protected async act(task: TaskLife): Promise<void> {
    switch (task.phase) {
      case 'PROPOSED':
      case 'APPROVING':
        this.expire(task, 'approve');
        break;
      case 'KEYING':
        this.expire(task, 'collect');
        break;
      case 'COLLECTING':
        await this.match(task);
        this.seal(task);
        break;
      case 'SEALED':
        await this.evaluate(task);
        break;
      case 'EVALUATED':
      case 'RELEASING':
        this.expire(task, 'release');
        break;
      default:
        break;
    }
  }

  /** Matches the pseudonyms of all input parties once they are there. */
  protected async match(task: TaskLife): Promise<void> {
    const { linkage } = task;
    if (linkage === undefined || linkage.match !== undefined || linkage.lists.size < task.inputs.length)
      return;
    const { content } = await matchOf(matchingOf(task), (_, blob) => this.fetch(blob));
    this.say(task, 'match', content);
  }

  /** Fixes the input set once everybody has submitted, or the deadline has come and enough have. */
  protected seal(task: TaskLife): void {
    const complete = task.manifests.size === task.inputs.length;
    const late = Date.now() > task.deadline('collect').getTime();
    if (!complete && !late) return;
    if (task.manifests.size < task.document.disclosure['minimum-contributors'])
      return this.expire(task, 'collect');
    this.say(task, 'seal', { manifests: task.inputSet.map((manifest) => manifest.digest) });
  }

  /** Evaluates f: sums of the input ciphertexts, position by position, in the order of the seal, or of their products. */
  protected async evaluate(task: TaskLife): Promise<void> {
    if (task.seal === undefined) return;
    const outputs: Blob[] = [];
    for await (const output of this.outputsOf(task, inputSetOf(task))) {
      const object = new WholeObject(output);
      await this.blobs.put(object, task.id);
      outputs.push({ digest: object.digest, size: output.length });
    }
    this.say(task, 'evaluation', { seal: task.seal.digest, outputs });
  }

  /** Products take seconds, so a thread computes them. */
  protected async *outputsOf(task: TaskLife, set: InputSet): AsyncGenerator<Uint8Array> {
    if (set.products !== null) {
      const fetchAll: FetchAll = (signed) => this.#fetchAll(Iterator.from(signed).map(({ blob }) => blob));
      yield* await this.#threads.call('evaluate', set, fetchAll);
      return;
    }
    for (let index = 0; index < task.plan.ciphertexts; index++) yield await this.sumOf(task, index);
  }

  protected async sumOf(task: TaskLife, index: number): Promise<Uint8Array> {
    const evaluator = await this.evaluator(task);
    using sum = evaluator.sum();
    for (const manifest of task.inputSet) {
      const blob = manifest.payload.ciphertexts[index];
      if (blob === undefined) throw new StrongroomError('INTERNAL', 'A manifest lacks a ciphertext.');
      sum.add(await this.fetch(blob), manifest.payload.by);
    }
    return sum.bytes();
  }

  protected expire(task: TaskLife, phase: DeadlinePhase): void {
    const deadline = task.deadline(phase);
    if (Date.now() <= deadline.getTime()) return;
    const detail = `The deadline to ${phase}, ${deadline.toISOString()}, has passed.`;
    this.say(task, 'abort', { outcome: 'expired', code: 'DEADLINE_PASSED', detail });
  }

  /** The evaluator of a task under its joint key, opened once and kept until the outputs stand in the log. */
  protected evaluator(task: TaskLife): Promise<Evaluator> {
    let opening = this.#evaluators.get(task.id);
    if (opening === undefined) {
      opening = this.fetch(task.requireJointKey()).then((key) => openEvaluator(task.context, key));
      opening.catch(() => this.#evaluators.delete(task.id));
      this.#evaluators.set(task.id, opening);
    }
    return opening;
  }

  async #checksOf(task: TaskLife): Promise<InputChecks> {
    const evaluator = await this.evaluator(task);
    const checks = this.#checks.get(task.id) ?? new InputChecks(evaluator);
    this.#checks.set(task.id, checks);
    return checks;
  }

  #closeEvaluator(task: TaskLife): void {
    this.#checks.delete(task.id);
    const opening = this.#evaluators.get(task.id);
    this.#evaluators.delete(task.id);
    void opening?.then((evaluator) => evaluator[Symbol.dispose]()).catch(() => undefined);
  }

  /** Ends what runs beside the daemon. */
  [Symbol.dispose](): void {
    this.#threads[Symbol.dispose]();
  }

  /** Signs and appends. The log is the only memory: what stands there is never said again. */
  protected say<K extends Kind>(task: TaskLife, kind: K, content: Content<K>): void {
    const speaker = { signer: signerOf(this.#identity), seen: this.book.seen, at: this.now() };
    this.#append(signStep(kind, task.id, content, speaker));
    this.log.info({ task: task.id, kind }, `said ${kind}`);
  }

  protected now(): Date {
    return new Date();
  }

  async *#fetchAll(blobs: Iterable<Blob>): AsyncGenerator<Uint8Array> {
    for (const blob of blobs) yield await this.fetch(blob);
  }

  protected async fetch(blob: Blob): Promise<Uint8Array> {
    const bytes = await this.blobs.whole(blob.digest);
    if (bytes.length !== blob.size) {
      throw new StrongroomError(
        'DIGEST_MISMATCH',
        `The object ${blob.digest} has another size than declared.`,
      );
    }
    return bytes;
  }
}
