/**
 * A processing party: what it says in the life of a task, and what it checks before it says it.
 *
 * `attend` is called whenever a task has changed, after every start, and from time to time. It looks at what
 * the log says and does the one thing that is this key holder's turn, or nothing. Every act is written to the
 * journal before it is sent, and sent again byte for byte until it stands in the log.
 */
import { randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import { StrongroomError, type ErrorCode } from '../proto/errors.ts';
import { openKeyShare } from '../schemes/key-share.ts';
import type { Board } from '../transport/board.ts';
import { sha256Hex } from '../trust/digest.ts';
import { sealingKeyOf, type SealingKey } from '../trust/card.ts';
import { commitTo, signStep, type Content, type Kind, type Payload } from '../trust/documents.ts';
import {
  evaluate,
  inputSetOf,
  type FetchAll,
  requireSameAsClaimed,
  requireTimelySeal,
} from '../trust/evaluation.ts';
import { ThreadPool } from '../trust/threads/pool.ts';
import { signerOf, type Identity } from '../trust/identity.ts';
import type { TaskLife } from '../trust/life.ts';
import { requireTrueMatch } from '../trust/match.ts';
import { packShares, shareBinding } from '../trust/release.ts';
import { sealTo } from '../trust/sealed-box.ts';
import { requireWitnessed } from '../trust/witnessing.ts';
import { HOLDER_THREAD, takesSeconds, type HolderThreads } from './ceremony.ts';
import { EarlySums } from './early-sums.ts';
import { describeProgress, type KeyMaking } from './key-making.ts';
import { KeyMakings } from './key-makings.ts';
import { link, linkingThreads } from './linking.ts';
import type { Decision, Journal, Said } from './journal.ts';
import { decide, requireRelease, type Policy } from './policy.ts';
import { Speech } from './speech.ts';
import { commitmentStep, contributionStep } from './steps.ts';

/** How long a release waits for the cosignatures of the other key holders before it is tried again. */
const WITNESS_WAIT_MS = 10_000;

/** How a task ends that a rule stops; as failed where it is not here. */
const OUTCOMES: Partial<Record<ErrorCode, Payload<'abort'>['outcome']>> = {
  DEADLINE_PASSED: 'expired',
  POLICY_REFUSED: 'rejected',
};

export interface KeyHolderOptions {
  readonly board: Board;
  readonly identity: Identity;
  readonly journal: Journal;
  readonly policy: Policy;
  readonly log: Logger;
}

export class KeyHolder implements Disposable {
  readonly #board: Board;
  readonly #identity: Identity;
  readonly #journal: Journal;
  readonly #policy: Policy;
  readonly #log: Logger;
  readonly #threads: HolderThreads = new ThreadPool(HOLDER_THREAD);
  readonly #ceremonies: KeyMakings;
  readonly #fetchAll: FetchAll = (signed) => this.#board.getAll(signed);
  readonly #sums: EarlySums;
  readonly #linkingThreads = linkingThreads();
  readonly #speech: Speech;

  constructor({ board, identity, journal, policy, log }: KeyHolderOptions) {
    this.#board = board;
    this.#identity = identity;
    this.#journal = journal;
    this.#policy = policy;
    this.#log = log;
    this.#ceremonies = new KeyMakings(this.name, this.#threads);
    this.#sums = new EarlySums({ fetchAll: this.#fetchAll, log });
    this.#speech = new Speech({
      name: this.name,
      board,
      journal,
      log,
      sign: (task, kind, content, blob) => this.sign(task, kind, content, blob),
    });
  }

  get name(): string {
    return this.#identity.card.party;
  }

  /**
   * Writes down the operator's decision on a task that waits for it; it is acted upon when the task is attended
   * to. Throws PHASE_CLOSED where it comes too late, or contradicts an earlier one.
   */
  decide(task: TaskLife, decision: Decision): void {
    if ((task.phase !== 'PROPOSED' && task.phase !== 'APPROVING') || task.approvals.has(this.name)) {
      const why = task.approvals.has(this.name) ? 'approved already' : task.phase;
      throw new StrongroomError('PHASE_CLOSED', `The task is ${why}; there is nothing left to decide`);
    }
    const earlier = this.#journal.decision(task.id);
    if (earlier !== undefined && earlier.verdict !== decision.verdict) {
      throw new StrongroomError('PHASE_CLOSED', `The decision to ${earlier.verdict} this task has been made`);
    }
    this.#journal.decide(task.id, decision);
  }

  /** Whose turn it is: does this key holder's next act in the task, if there is one. */
  async attend(task: TaskLife): Promise<void> {
    if (!task.holders.includes(this.name) || task.shreds.has(this.name)) return;
    if (task.phase !== 'KEYING' && task.phase !== 'APPROVING') this.#ceremonies.leave(task);
    if (task.ending !== undefined || task.delivery !== undefined) return this.#shred(task);
    const abort = this.#journal.said(task.id, 'abort');
    if (abort !== undefined) return this.#speech.send(task, 'abort', abort);
    try {
      this.#speech.requireWhole(task);
      this.#checkDeadline(task);
      switch (task.phase) {
        case 'PROPOSED':
        case 'APPROVING':
          await this.#approve(task);
          break;
        case 'KEYING':
          await this.#makeKey(task);
          break;
        case 'COLLECTING':
          this.#sums.follow(task);
          await link(task, {
            holder: this.name,
            threads: this.#linkingThreads,
            seed: () => this.#seedOf(task),
            fetch: (request) => this.#board.get(request.payload.points, request.payload.by),
            say: (step, kind, compose) => this.#speech.say(task, step, kind, compose),
          });
          break;
        case 'SEALED':
          this.#sums.follow(task);
          break;
        case 'EVALUATED':
        case 'RELEASING':
          await this.#release(task);
          break;
        default:
          break;
      }
    } catch (error) {
      if (!(error instanceof StrongroomError) || error.kind !== 'refused') throw error;
      this.#log.warn({ task: task.id, code: error.code }, error.message);
      // The others may cosign yet; the deadline ends the task where they do not.
      if (error.code === 'NOT_WITNESSED') return;
      await this.#abort(task, OUTCOMES[error.code] ?? 'failed', error.code, error.message);
    }
  }

  /**
   * Rule 1, first half. A yes is signed over the task's id and the plan, and binds the key contribution that
   * will be opened when all K have said yes: nobody can choose a contribution after seeing another's.
   */
  async #approve(task: TaskLife): Promise<void> {
    if (task.approvals.has(this.name)) return;
    const verdict = decide(this.#policy, task, this.#journal.decision(task.id));
    if (verdict === undefined) return;
    if (verdict.verdict === 'reject') return this.#abort(task, 'rejected', 'POLICY_REFUSED', verdict.reason);
    await this.#speech.say(task, 'approval', 'approval', async () => {
      const seed = this.#journal.seed(task.id) ?? this.#freshSeed(task);
      const ceremony = await this.#ceremonies.begin(task, seed);
      const commitment = commitTo(task.id, this.name, 0, sha256Hex(await ceremony.message()));
      return { content: { plan: task.planDigest, commitment } };
    });
  }

  #freshSeed(task: TaskLife): Uint8Array {
    const seed = Uint8Array.from(randomBytes(32));
    this.#journal.keepSeed(task.id, seed);
    return seed;
  }

  /**
   * Rule 1, second half. All K commitments stand in the log, so contributions are opened, round by round, each only
   * when all K are bound to theirs; the joint key is signed only after this key holder has combined and tested it
   * from the K contributions itself.
   */
  async #makeKey(task: TaskLife): Promise<void> {
    if (task.jointKeys.has(this.name)) {
      this.#ceremonies.leave(task);
      return;
    }
    try {
      const ceremony = await this.#ceremonies.enter(task, () => this.#seedOf(task));
      await ceremony.catchUp(task, this.#board);
      await (ceremony.finished
        ? this.#sayJointKey(task, ceremony.jointKey())
        : this.#contribute(task, ceremony));
    } catch (error) {
      // It begins anew from the seed and the log.
      this.#ceremonies.leave(task);
      throw error;
    }
  }

  /** Commits where this round asks for it, then opens once all K are bound. */
  async #contribute(task: TaskLife, ceremony: KeyMaking): Promise<void> {
    const { round } = ceremony;
    if (task.contributions[round]?.has(this.name) === true) return;
    const message = await ceremony.message();
    const digest = sha256Hex(message);
    if (!task.isCommitted(round)) {
      if (task.commitment(round, this.name) !== undefined) return;
      const commitment = commitTo(task.id, this.name, round, digest);
      return this.#speech.say(task, commitmentStep(round), 'commitment', () =>
        Promise.resolve({ content: { round, commitment } }),
      );
    }
    const about = describeProgress(ceremony.progress);
    this.#log.info({ task: task.id, round, ...ceremony.progress }, 'key ceremony');
    const content = { round, about, message: { digest, size: message.length } };
    await this.#speech.say(
      task,
      contributionStep(round),
      'contribution',
      () => Promise.resolve({ content }),
      message,
    );
  }

  async #sayJointKey(task: TaskLife, key: Uint8Array): Promise<void> {
    await this.#speech.say(task, 'joint-key', 'joint-key', (put) =>
      Promise.resolve({ content: { key: put(key) }, blob: key }),
    );
  }

  /** Ends what runs beside the daemon. */
  [Symbol.dispose](): void {
    this.#ceremonies[Symbol.dispose]();
    this.#threads[Symbol.dispose]();
    this.#sums[Symbol.dispose]();
    this.#linkingThreads[Symbol.dispose]();
  }

  /**
   * Rules 2 to 4. The only path by which anything that depends on the key share leaves this process: nothing
   * proves that the log has two histories, the evaluation stands in one that all K have cosigned, and the inputs
   * as their parties signed them, evaluated here, give what the aggregator claims; then one share for this one
   * output, sealed to the one receiver that the approved document names, journalled, sent.
   */
  async #release(task: TaskLife): Promise<void> {
    if (task.releases.has(this.name)) return;
    this.#board.requireOneHistory();
    requireTimelySeal(task, new Date());
    await this.#speech.say(task, 'release', 'release', async (put) => {
      requireRelease(this.#policy, task, this.#journal.decision(task.id));
      if (task.linkage !== undefined)
        await requireTrueMatch(task, (party, blob) => this.#board.get(blob, party));
      const checkpoint = await this.#witnessed(task);
      const outputs = await this.#evaluate(task);
      const digests = requireSameAsClaimed(task, outputs);
      const shares = await this.shares(task, outputs);
      const packed = packShares(shares);
      const receiver = task.document.parties.output;
      const binding = shareBinding(task.id, task.evaluation?.digest ?? '', this.name);
      const box = await sealTo(this.#sealingKeyOf(receiver), packed, binding.info, binding.aad);
      const opened = sha256Hex(packed);
      packed.fill(0);
      shares.forEach((share) => share.fill(0));
      const evaluation = task.evaluation?.digest ?? '';
      return {
        content: { evaluation, outputs: digests, receiver, box: put(box), opened, checkpoint },
        blob: box,
      };
    });
  }

  /** The cosigned checkpoint on which a release of the task relies. Throws NOT_WITNESSED where not all have cosigned. */
  async #witnessed(task: TaskLife): Promise<string> {
    const from = performance.now();
    const checkpoint = await this.#board.cosigned(task.evaluatedSize ?? 0, task.holders, WITNESS_WAIT_MS);
    const { size } = requireWitnessed(task, checkpoint);
    const milliseconds = Math.round(performance.now() - from);
    this.#log.info({ task: task.id, size, milliseconds }, 'all key holders have cosigned the log');
    return checkpoint;
  }

  async #evaluate(task: TaskLife): Promise<Uint8Array[]> {
    const set = inputSetOf(task);
    if (takesSeconds(task.plan.parameters)) return this.#threads.call('evaluate', set, this.#fetchAll);
    return (await this.#sums.outputs(task, set)) ?? evaluate(set, this.#fetchAll);
  }

  /** The partial decryptions of the outputs; the caller wipes them. */
  protected async shares(task: TaskLife, outputs: readonly Uint8Array[]): Promise<Uint8Array[]> {
    const jointKey = await this.#board.get(task.requireJointKey(), task.aggregator);
    const seed = this.#seedOf(task);
    try {
      const { context } = task;
      const holder = task.holders.indexOf(this.name);
      if (takesSeconds(context.parameters)) {
        return await this.#threads.call('shares', { context, seed, holder, jointKey, outputs });
      }
      using share = await openKeyShare(context, seed, holder, jointKey);
      return share.partialDecryptions(outputs);
    } finally {
      seed.fill(0);
    }
  }

  /** Rule 5. The seed is destroyed first and the statement made after, so that the statement is never false. */
  async #shred(task: TaskLife): Promise<void> {
    this.#sums.forget(task.id);
    if (!task.approvals.has(this.name) && !this.#journal.hasSeed(task.id)) return;
    this.#journal.shred(task.id);
    if (!task.approvals.has(this.name)) return;
    await this.#speech.say(task, 'shred', 'shred', () => Promise.resolve({ content: {} }));
  }

  async #abort(
    task: TaskLife,
    outcome: Payload<'abort'>['outcome'],
    code: ErrorCode,
    detail: string,
  ): Promise<void> {
    if (task.ending !== undefined || task.delivery !== undefined) return;
    await this.#speech.say(task, 'abort', 'abort', () =>
      Promise.resolve({ content: { outcome, code, detail: detail.slice(0, 1000) } }),
    );
  }

  /**
   * At the deadline to collect it is for the aggregator to seal what has come, where that is enough: a key
   * holder that ended the task then would race it, and ends it only where nothing is sealed in time to release.
   */
  #checkDeadline(task: TaskLife): void {
    const phase = task.phase === 'COLLECTING' ? 'release' : task.currentDeadline;
    if (phase === undefined || Date.now() <= task.deadline(phase).getTime()) return;
    throw new StrongroomError('DEADLINE_PASSED', `The deadline to ${phase} has passed`);
  }

  #seedOf(task: TaskLife): Uint8Array {
    const seed = this.#journal.seed(task.id);
    if (seed !== undefined) return seed;
    throw new StrongroomError(
      'JOURNAL_ROLLED_BACK',
      `${this.name} no longer has its key share for this task`,
    );
  }

  #sealingKeyOf(receiver: string): SealingKey {
    const card = this.#board.book.consortium.party(receiver);
    if (card === undefined)
      throw new StrongroomError('COMMITTEE_INVALID', `${receiver} is no party any more`);
    return sealingKeyOf(card);
  }

  /** The words of a step, signed as of now, with the blob that they refer to. Signing sends nothing. */
  protected sign<K extends Kind>(
    task: TaskLife,
    kind: K,
    content: Content<K>,
    blob: Uint8Array | undefined,
  ): Said {
    const speaker = { signer: signerOf(this.#identity), seen: this.#board.book.seen };
    return { envelope: signStep(kind, task.id, content, speaker), blob };
  }
}
