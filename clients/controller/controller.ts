/**
 * A controller: it believes nobody, and writes nothing but its own records.
 *
 * Every entry of the log is verified and judged by the rules when it is read (`trust/book.ts`). What remains in a task:
 * `judge` makes evidence for entries that should not be there, and `recompute` does again what rests on the objects.
 */
import { join } from 'node:path';
import type { Logger } from 'pino';
import { StrongroomError } from '../../proto/errors.ts';
import type { Board } from '../../transport/board.ts';
import { requireTimelySeal, type FetchAll } from '../../trust/evaluation.ts';
import type { Evidence } from '../../trust/evidence.ts';
import { isFalseSeal } from '../../trust/evidence/broken-rule.ts';
import type { Ignored, TaskLife } from '../../trust/life.ts';
import { firstWording, recomputations, type Recomputation } from './checks.ts';
import { brokenRule, draftOf, twoWordings, type Draft } from './compose.ts';
import { EvidenceFolder } from './evidence-folder.ts';
import { Examiner } from './examiner.ts';
import type { Fault } from './thread-calls.ts';
import type { Check, ControllerState, Finding } from './state.ts';

/** When an object that could not be had is asked for again. */
const RETRY_MS = 30_000;

export interface ControllerOptions {
  /** The party's name: which tasks it may look into. */
  readonly name: string;
  readonly board: Pick<Board, 'book' | 'entry' | 'pinned' | 'splitHistory' | 'foreignHistory'>;
  readonly fetchAll: FetchAll;
  readonly state: ControllerState;
  /** Where this controller keeps its state, and evidence in the folder `evidence`. */
  readonly folder: string;
  readonly log: Logger;
  readonly onChecked: (check: Check, findings: readonly Finding[], ms: number) => void;
  /** To be called when a task is due again. */
  readonly again: (task: TaskLife) => void;
}

export class Controller implements Disposable {
  readonly #options: ControllerOptions;
  readonly #examiner: Examiner;
  readonly #evidence: EvidenceFolder;
  /** How much of a task had been said when nothing was left to judge in it, or to recompute. */
  readonly #judged = new Map<string, string>();
  readonly #recomputed = new Map<string, string>();
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(options: ControllerOptions) {
    this.#options = options;
    this.#examiner = new Examiner(options.fetchAll);
    this.#evidence = new EvidenceFolder(join(options.folder, 'evidence'));
  }

  [Symbol.dispose](): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#examiner[Symbol.dispose]();
  }

  /** Whether the objects of a task are open to this controller; if not, its documents are all that it checks. */
  looksInto(task: TaskLife): boolean {
    return task.document.parties.controllers.includes(this.#options.name);
  }

  /** Does every check of a task's documents that is due and has not been done. */
  async judge(task: TaskLife): Promise<void> {
    const said = saidIn(task);
    if (this.#judged.get(task.id) === said) return;
    this.#checkSealTime(task);
    for (const ignored of task.ignored) await this.#judgeIgnored(task, ignored);
    this.#judged.set(task.id, said);
  }

  /** Does every recomputation of a task that is due and has not been done. */
  async recompute(task: TaskLife): Promise<void> {
    const said = saidIn(task);
    if (this.#recomputed.get(task.id) === said) return;
    let settled = true;
    for (const due of this.looksInto(task) ? recomputations(task) : []) {
      settled = (await this.#recompute(task, due)) && settled;
    }
    if (settled) this.#recomputed.set(task.id, said);
  }

  /** Entries that belong to no task at all. */
  async attendStrays(): Promise<void> {
    for (const { index, code, why } of this.#options.board.book.strays) {
      const check: Check = { task: '', check: 'entry', subject: String(index) };
      await this.#do(check, async () => [await this.#brokenRule('', { index, code, why })]);
    }
  }

  /** The aggregator has shown another history than this controller has verified: the board has kept what proves it. */
  attendSplit({ code, message }: StrongroomError): void {
    const { book, splitHistory } = this.#options.board;
    const accused = book.consortium.aggregator.party;
    const check: Check = { task: '', check: 'history', subject: String(book.follower.size) };
    const plain = { task: '', accused, code, says: message } as const;
    // Judged anew at every start: what was a shorter log then may be another one now.
    const finding: Finding =
      splitHistory === undefined
        ? { ...plain, kind: 'unproven', evidence: null }
        : { ...plain, kind: 'split-history', evidence: splitHistory };
    this.#keep(check, [finding], 0);
  }

  /** An entry that counts for nothing is the aggregator's fault, which let it in; and perhaps its author's too. */
  async #judgeIgnored(task: TaskLife, ignored: Ignored): Promise<void> {
    const subject = String(ignored.index);
    await this.#do({ task: task.id, check: 'entry', subject }, async () => [
      this.#foreignHistory(task, ignored) ?? (await this.#brokenRule(task.id, ignored)),
    ]);
    await this.#do({ task: task.id, check: 'wordings', subject }, async () => {
      const { board } = this.#options;
      const first = firstWording(task, ignored, (index) => board.book.open(board.entry(index)));
      if (first === undefined) return [];
      const says = `${ignored.by} signed two different documents as its ${ignored.kind}`;
      const evidence = twoWordings(board, task, ignored.by, [first, ignored.index]);
      const fault = { kind: 'two-wordings', accused: ignored.by, code: 'DOCUMENT_CONFLICT', says } as const;
      return [await this.#finding(task.id, fault, subject, { evidence, objects: [] })];
    });
  }

  /** The board has kept what proves that the signer of an entry had seen another log. */
  #foreignHistory(task: TaskLife, { index, code, why: says }: Ignored): Finding | undefined {
    const evidence = this.#options.board.foreignHistory(task, index);
    if (evidence === undefined) return undefined;
    return { task: task.id, kind: 'foreign-history', accused: task.aggregator, code, says, evidence };
  }

  #brokenRule(
    task: string,
    { index, code, why, kind, by }: Pick<Ignored, 'index' | 'code' | 'why'> & Partial<Ignored>,
  ): Promise<Finding> {
    const { board, state } = this.#options;
    const accused = board.book.consortium.aggregator.party;
    const refused = { ...(kind === undefined ? {} : { kind }), ...(by === undefined ? {} : { by }) };
    const broken = isFalseSeal(refused, accused) ? 'false-seal' : 'rule-broken';
    const evidence = brokenRule(board, state, broken, index);
    const fault = { kind: broken, accused, code, says: why } as const;
    return this.#finding(task, fault, String(index), evidence && { evidence, objects: [] });
  }

  /** The date on a seal that leaves parties out is compared with the clock when the seal is first seen. */
  #checkSealTime(task: TaskLife): void {
    const { state } = this.#options;
    const check: Check = { task: task.id, check: 'seal-time', subject: task.seal?.digest ?? '' };
    if (task.seal === undefined || state.isDone(check)) return;
    try {
      requireTimelySeal(task, new Date());
      this.#keep(check, [], 0);
    } catch (error) {
      if (!(error instanceof StrongroomError)) throw error;
      this.#keep(check, [unproven(task.id, task.aggregator, error)], 0);
    }
  }

  /** Whether it could be done; if not, because an object cannot be had, the task is due again later. */
  async #recompute(task: TaskLife, { check, job }: Recomputation): Promise<boolean> {
    const objects: Check = { ...check, check: 'objects' };
    try {
      await this.#do(check, async () => {
        const faults = await this.#examiner.faults(job);
        const findings: Finding[] = [];
        for (const fault of faults) {
          const draft = draftOf(this.#options.board, this.#options.state, task, fault);
          findings.push(await this.#finding(task.id, fault, task.id, draft));
        }
        return findings;
      });
      if (this.#options.state.isDone(objects)) this.#keep(objects, [], 0);
      return true;
    } catch (error) {
      if (!(error instanceof StrongroomError) || error.kind === 'unreachable' || error.kind === 'internal') {
        throw error;
      }
      // Whoever stores the objects cannot be shown to have sent others: nobody signs what it serves.
      const accused = this.#options.board.book.consortium.aggregator.party;
      if (!this.#options.state.isDone(objects)) this.#keep(objects, [unproven(task.id, accused, error)], 0);
      this.#tryLater(task);
      return false;
    }
  }

  /** Composes, completes, verifies and writes evidence. Where it does not hold, what was found stays unproven. */
  async #finding(task: string, fault: Fault, subject: string, draft: Draft | undefined): Promise<Finding> {
    const { kind, accused, code, says } = fault;
    const plain = { task, accused, code, says, kind: 'unproven', evidence: null } as const;
    if (draft === undefined) return plain;
    const { fetchAll, log } = this.#options;
    try {
      const evidence: Evidence = await this.#evidence.complete(draft, fetchAll);
      const claim = await this.#examiner.prove(evidence, this.#options.board.pinned, draft.objects);
      const about = [task.slice(0, 16), subject === task ? '' : subject].filter((part) => part !== '');
      const name = [kind, accused, ...about].join('-');
      const file = await this.#evidence.write(name, evidence, draft.objects, fetchAll);
      return { ...plain, kind, says: claim.says, evidence: file };
    } catch (error) {
      if (!(error instanceof StrongroomError) || error.code !== 'EVIDENCE_INVALID') throw error;
      log.warn({ task, kind, accused, err: error }, 'what was found cannot be shown to others');
      return plain;
    }
  }

  /** Does a check that has not been done, and writes it down. */
  async #do(check: Check, work: () => Promise<readonly Finding[]>): Promise<void> {
    if (this.#options.state.isDone(check)) return;
    const start = performance.now();
    const findings = await work();
    this.#keep(check, findings, performance.now() - start);
  }

  #keep(check: Check, findings: readonly Finding[], ms: number): void {
    this.#options.state.keep(check, findings, ms);
    for (const finding of findings) this.#options.log.warn({ ...finding, check: check.check }, 'found');
    this.#options.onChecked(check, findings, ms);
  }

  #tryLater(task: TaskLife): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#options.again(task);
    }, RETRY_MS);
    this.#timers.add(timer);
  }
}

function saidIn({ phase, entries, ignored }: TaskLife): string {
  return `${phase} ${entries.length} ${ignored.length}`;
}

function unproven(task: string, accused: string, { code, message }: StrongroomError): Finding {
  return { task, accused, code, says: message, kind: 'unproven', evidence: null };
}
