/**
 * Inputs are fetched, verified and added up while they come in, so that little is left to do once the evaluation
 * stands in the log. It is work done early and no decision: a release compares f of exactly the sealed inputs with
 * what is claimed, and where these sums are not that, all is evaluated anew from the log.
 *
 * Work and memory are bounded by the plan: `admit` counts one manifest of each input party, with as many ciphertexts
 * of one size as the plan says; each is fetched once, one manifest after the other for all tasks. Other parties may be
 * uploading meanwhile: while there are inputs to come in a task, what has come is fetched in a lull.
 */
import type { Logger } from 'pino';
import { StrongroomError } from '../proto/errors.ts';
import type { Signed } from '../trust/documents.ts';
import { inputSet, type FetchAll, type InputSet } from '../trust/evaluation.ts';
import type { TaskLife } from '../trust/life.ts';
import { canRun, RunningEvaluation, runningBytes } from '../trust/running-evaluation.ts';
import { Lull, type Pace } from './lull.ts';

/** Of the sums of all tasks together. A task for which there is no room is evaluated once it is sealed. */
const SUMS_BYTES = 128 * 1024 * 1024;
/** Parties of a task that submit on the same day seldom do so within a second; a stream of thousands does. */
const PACE: Pace = { quietMs: 1_000, patienceMs: 10_000 };

export interface EarlySumsOptions {
  /** Objects as their parties signed them. */
  readonly fetchAll: FetchAll;
  readonly log: Logger;
  readonly mostBytes?: number;
  readonly pace?: Pace;
}

/** The sums of one task. */
interface Sums {
  bytes: number;
  /** Inputs that stand in the log, as far as is known here. */
  inputs: number;
  running: RunningEvaluation | undefined;
  /** What is being added at present; never rejects. */
  adding: Promise<void>;
  /** Nothing is added any more: something failed, or the task is over. */
  closed: boolean;
}

export class EarlySums implements Disposable {
  readonly #fetchAll: FetchAll;
  readonly #log: Logger;
  readonly #mostBytes: number;
  readonly #tasks = new Map<string, Sums>();
  /** Tasks with inputs that may not have been added. */
  readonly #due = new Map<string, TaskLife>();
  readonly #lull: Lull;
  #bytes = 0;
  #working = false;
  #timer: NodeJS.Timeout | undefined;

  constructor({ fetchAll, log, mostBytes = SUMS_BYTES, pace = PACE }: EarlySumsOptions) {
    this.#fetchAll = fetchAll;
    this.#log = log;
    this.#mostBytes = mostBytes;
    this.#lull = new Lull(pace);
  }

  /** Sees to it that what the log holds of the inputs of a task is added, soon; waits for nothing. */
  follow(task: TaskLife): void {
    if (task.jointKey === undefined || task.manifests.size === 0 || !canRun(task.plan)) return;
    const sums = this.#tasks.get(task.id) ?? this.#begin(task);
    if (sums === undefined || sums.closed || sums.running?.added.size === task.manifests.size) return;
    if (sums.inputs < task.manifests.size) this.#lull.stir();
    sums.inputs = task.manifests.size;
    this.#due.set(task.id, task);
    void this.#work();
  }

  /**
   * f of these inputs, from the sums of the task where they are of no others; what is missing is added first. Undefined
   * where it must be evaluated anew: also where anything failed, so that the error is met there.
   */
  async outputs({ id }: TaskLife, set: InputSet): Promise<Uint8Array[] | undefined> {
    const sums = this.#tasks.get(id);
    this.#due.delete(id);
    try {
      await sums?.adding;
      if (sums === undefined || sums.closed) return undefined;
      return await sums.running?.outputs(set, this.#fetchAll);
    } catch (error) {
      this.#warn(id, error);
      return undefined;
    } finally {
      this.forget(id);
    }
  }

  /** Gives back what is kept for a task. */
  forget(id: string): void {
    const sums = this.#tasks.get(id);
    this.#tasks.delete(id);
    this.#due.delete(id);
    if (sums !== undefined) this.#close(sums);
  }

  /** Undefined where there is no room; there may be later. */
  #begin({ id, plan }: TaskLife): Sums | undefined {
    const bytes = runningBytes(plan);
    if (this.#bytes + bytes > this.#mostBytes) return undefined;
    this.#bytes += bytes;
    const sums = { bytes, inputs: 0, running: undefined, adding: Promise.resolve(), closed: false };
    this.#tasks.set(id, sums);
    return sums;
  }

  #close(sums: Sums): void {
    this.#bytes -= sums.bytes;
    sums.bytes = 0;
    sums.closed = true;
    sums.running?.[Symbol.dispose]();
    sums.running = undefined;
  }

  /** One input after the other, each task in its turn. */
  async #work(): Promise<void> {
    if (this.#working) return;
    this.#working = true;
    for (let task = this.#next(); task !== undefined; task = this.#next()) {
      this.#due.delete(task.id);
      const sums = this.#tasks.get(task.id);
      if (sums === undefined || sums.closed) continue;
      const next = task.inputSet.find(({ payload }) => sums.running?.added.has(payload.by) !== true);
      if (next === undefined) {
        this.#log.info({ task: task.id, inputs: task.manifests.size }, 'the inputs so far are added up');
        continue;
      }
      this.#due.set(task.id, task);
      sums.adding = this.#add(task, sums, next);
      await sums.adding;
    }
    this.#working = false;
  }

  /** The task whose turn it is: one whose inputs are all there; others in a lull, until which a timer waits. */
  #next(): TaskLife | undefined {
    clearTimeout(this.#timer);
    const due = [...this.#due.values()];
    if (due.length === 0) this.#lull.settle();
    const whole = due.find(
      ({ seal, manifests, inputs }) => seal !== undefined || manifests.size === inputs.length,
    );
    const { left } = this.#lull;
    if (whole !== undefined || due.length === 0 || left <= 0) return whole ?? due[0];
    this.#timer = setTimeout(() => void this.#work(), left);
    return undefined;
  }

  async #add(task: TaskLife, sums: Sums, manifest: Signed<'manifest'>): Promise<void> {
    try {
      const set = inputSet(task, task.requireJointKey(), [manifest]);
      const running = sums.running ?? (await RunningEvaluation.open(set, this.#fetchAll));
      if (sums.closed) running[Symbol.dispose]();
      else sums.running = running;
      for (const input of set.inputs) if (!sums.closed) await running.add(input, this.#fetchAll);
    } catch (error) {
      if (sums.closed) return;
      this.#close(sums);
      this.#warn(task.id, error);
    }
  }

  #warn(task: string, error: unknown): void {
    const code = error instanceof StrongroomError ? error.code : 'INTERNAL';
    const why = error instanceof Error ? error.message : '';
    this.#log.warn({ task, code, why }, 'no sums of what has come in; the task is evaluated from the log');
  }

  /** What is under way stops at its next ciphertext. */
  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    for (const id of this.#tasks.keys()) this.forget(id);
  }
}
