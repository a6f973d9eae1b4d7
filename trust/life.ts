/**
 * The life of a task, derived from the signed documents in the log and from nothing else.
 *
 * `TaskLife.admit` is the rule book: whether a document may stand at this place. The aggregator asks it before
 * it appends; everybody else asks it again for every entry, and ignores what should not be there. What only the
 * aggregator could have done wrong (it is the one that orders and seals) ends the task as a violation.
 */
import { StrongroomError, type ErrorCode } from '../proto/errors.ts';
import { milliseconds } from '../statistics/duration.ts';
import { planTask, type Plan } from '../statistics/plan.ts';
import { validateTask, type TaskDocument } from '../statistics/task.ts';
import { checkCommittee } from './committee.ts';
import type { Consortium } from './consortium.ts';
import { canonicalJson, sha256Hex } from './digest.ts';
import { blobsOf, commitTo, type AnySigned, type Blob, type Kind, type Signed } from './documents.ts';

export type Phase =
  | 'PROPOSED'
  | 'APPROVING'
  | 'KEYING'
  | 'COLLECTING'
  | 'SEALED'
  | 'EVALUATED'
  | 'RELEASING'
  | 'DELIVERED'
  | 'SHREDDED'
  | 'REJECTED'
  | 'EXPIRED'
  | 'CANCELLED'
  | 'FAILED';

const OUTCOME_PHASES = {
  rejected: 'REJECTED',
  cancelled: 'CANCELLED',
  expired: 'EXPIRED',
  failed: 'FAILED',
} as const;

const DEADLINE_PHASES = ['approve', 'collect', 'release'] as const;
export type DeadlinePhase = (typeof DEADLINE_PHASES)[number];

const DEADLINE_OF: Partial<Record<Phase, DeadlinePhase>> = {
  PROPOSED: 'approve',
  APPROVING: 'approve',
  KEYING: 'collect',
  COLLECTING: 'collect',
  SEALED: 'release',
  EVALUATED: 'release',
  RELEASING: 'release',
};

/** A document that stands in the log and counts for nothing, and why. */
export interface Ignored {
  readonly index: number;
  readonly kind: Kind;
  readonly by: string;
  readonly code: ErrorCode;
  readonly why: string;
}

/** Why a task ended without a result. */
export interface Ending {
  readonly phase: 'REJECTED' | 'EXPIRED' | 'CANCELLED' | 'FAILED';
  readonly by: string;
  readonly code: ErrorCode;
  readonly detail: string;
}

export class TaskLife {
  readonly id: string;
  readonly proposal: Signed<'proposal'>;
  readonly document: TaskDocument;
  readonly plan: Plan;
  readonly planDigest: string;
  readonly aggregator: string;

  readonly approvals = new Map<string, Signed<'approval'>>();
  /** By round, then by holder. */
  readonly contributions: Map<string, Signed<'contribution'>>[] = [];
  readonly jointKeys = new Map<string, Signed<'joint-key'>>();
  readonly manifests = new Map<string, Signed<'manifest'>>();
  seal: Signed<'seal'> | undefined;
  evaluation: Signed<'evaluation'> | undefined;
  readonly releases = new Map<string, Signed<'release'>>();
  delivery: Signed<'delivery'> | undefined;
  readonly shreds = new Map<string, Signed<'shred'>>();
  ending: Ending | undefined;
  readonly ignored: Ignored[] = [];
  /** The objects that the documents of this task name, by digest, with the kind of the document. */
  readonly blobs = new Map<string, Kind>();
  /** Log indices of everything that counts, in order. */
  readonly entries: number[] = [];
  /** The sizes of the log that the signers of those had seen. */
  readonly seenSizes: number[] = [];

  /**
   * Opens a task from its proposal. Throws TASK_INVALID, TASK_IMPOSSIBLE or COMMITTEE_INVALID where the task
   * must not exist: every follower of the log checks this for itself.
   */
  constructor(proposal: Signed<'proposal'>, consortium: Consortium) {
    if (proposal.payload.consortium !== consortium.digest) {
      throw new StrongroomError('DOCUMENT_INVALID', 'The proposal was made for another consortium document');
    }
    this.proposal = proposal;
    this.id = proposal.payloadDigest;
    this.document = validateTask(proposal.payload.document);
    checkCommittee(this.document, consortium);
    this.plan = planTask(this.document);
    this.planDigest = planDigest(this.plan);
    this.aggregator = consortium.aggregator.party;
  }

  get holders(): readonly string[] {
    return this.document.parties.processing;
  }

  get inputs(): readonly string[] {
    return this.document.parties.input;
  }

  get phase(): Phase {
    if (this.shreds.size === this.holders.length && this.delivery !== undefined) return 'SHREDDED';
    if (this.ending !== undefined) return this.ending.phase;
    if (this.delivery !== undefined) return 'DELIVERED';
    if (this.releases.size > 0) return 'RELEASING';
    if (this.evaluation !== undefined) return 'EVALUATED';
    if (this.seal !== undefined) return 'SEALED';
    if (this.jointKeys.size === this.holders.length) return 'COLLECTING';
    if (this.approvals.size === this.holders.length) return 'KEYING';
    return this.approvals.size > 0 ? 'APPROVING' : 'PROPOSED';
  }

  /** The joint key that all K holders have signed; undefined before that, and where they signed different ones. */
  get jointKey(): Blob | undefined {
    const signed = [...this.jointKeys.values()].map(({ payload }) => payload.key);
    const [key] = signed;
    if (key === undefined || signed.length < this.holders.length) return undefined;
    return signed.every(({ digest, size }) => digest === key.digest && size === key.size) ? key : undefined;
  }

  /** Rounds of the key ceremony in which all K holders have spoken. */
  get completeRounds(): number {
    return this.contributions.filter((round) => round.size === this.holders.length).length;
  }

  /** The manifests that count, in log order, which is the order of evaluation. */
  get inputSet(): readonly Signed<'manifest'>[] {
    return [...this.manifests.values()];
  }

  /** When a phase must be over: the proposal's time plus the declared lengths of all phases up to it. */
  deadline(phase: DeadlinePhase): Date {
    const lengths = DEADLINE_PHASES.slice(0, DEADLINE_PHASES.indexOf(phase) + 1).map(
      (name) => milliseconds(this.document.deadlines[name]) ?? 0,
    );
    return new Date(lengths.reduce((time, length) => time + length, Date.parse(this.proposal.payload.at)));
  }

  /** The deadline that the present phase runs against; undefined once nothing is due any more. */
  get currentDeadline(): DeadlinePhase | undefined {
    return DEADLINE_OF[this.phase];
  }

  /** Throws the reason why this document must not stand here. */
  admit(document: AnySigned): void {
    const { kind, payload } = document;
    if (kind === 'proposal') throw refuse('DOCUMENT_CONFLICT', 'The task has been proposed already');
    if (kind === 'shred') return this.#admitShred(document);
    if (this.ending !== undefined) {
      throw refuse('TASK_ENDED', `The task is ${this.ending.phase}: ${this.ending.detail}`);
    }
    switch (kind) {
      case 'approval':
        this.#speaker(kind, payload.by, this.holders);
        this.#once(kind, payload.by, this.approvals);
        if (payload.plan !== this.planDigest) {
          throw refuse('DOCUMENT_INVALID', 'The approval is for another plan of this task');
        }
        return this.#before('approve', payload.at);
      case 'contribution':
        return this.#admitContribution(document);
      case 'joint-key':
        this.#speaker(kind, payload.by, this.holders);
        if (this.completeRounds === 0) throw refuse('NOT_APPROVED', 'Not every key holder has contributed');
        return this.#once(kind, payload.by, this.jointKeys);
      case 'manifest':
        return this.#admitManifest(document);
      case 'seal':
        return this.#admitSeal(document);
      case 'evaluation':
        this.#speaker(kind, payload.by, [this.aggregator]);
        this.#phase(kind, ['SEALED']);
        if (payload.seal !== this.seal?.digest)
          throw refuse('SEAL_INVALID', 'The evaluation is of another seal');
        if (payload.outputs.length !== this.plan.ciphertexts) {
          throw refuse('EVALUATION_MISMATCH', 'The evaluation has another number of outputs than the plan');
        }
        return;
      case 'release':
        return this.#admitRelease(document);
      case 'delivery':
        this.#speaker(kind, payload.by, [this.document.parties.output]);
        this.#phase(kind, ['RELEASING']);
        if (
          !sameSet(
            payload.releases,
            [...this.releases.values()].map((release) => release.digest),
          )
        ) {
          throw refuse('DOCUMENT_INVALID', 'The delivery does not name the releases of all key holders');
        }
        if (this.releases.size < this.holders.length)
          throw refuse('PHASE_CLOSED', 'Not every key holder has released');
        return;
      case 'abort':
        return this.#admitAbort(document);
    }
  }

  /** Takes in a document that `admit` has let pass. */
  apply(document: AnySigned, index: number): void {
    const { kind, payload } = document;
    this.entries.push(index);
    this.seenSizes.push(payload.seen.size);
    for (const blob of blobsOf(document)) this.blobs.set(blob.digest, kind);
    switch (kind) {
      case 'proposal':
        return;
      case 'approval':
        this.approvals.set(payload.by, document);
        return;
      case 'contribution':
        (this.contributions[payload.round] ??= new Map()).set(payload.by, document);
        return;
      case 'joint-key':
        this.jointKeys.set(payload.by, document);
        if (this.jointKeys.size === this.holders.length && this.jointKey === undefined) {
          this.#fail(payload.by, 'JOINT_KEY_MISMATCH', 'The key holders computed different joint keys');
        }
        return;
      case 'manifest':
        this.manifests.set(payload.by, document);
        return;
      case 'seal':
        this.seal = document;
        return;
      case 'evaluation':
        this.evaluation = document;
        return;
      case 'release':
        this.releases.set(payload.by, document);
        return;
      case 'delivery':
        this.delivery = document;
        return;
      case 'shred':
        this.shreds.set(payload.by, document);
        return;
      case 'abort':
        this.ending = {
          phase: OUTCOME_PHASES[payload.outcome],
          by: payload.by,
          code: payload.code,
          detail: payload.detail,
        };
    }
  }

  /**
   * Takes in what stands in the log: what is admitted counts, what is not is noted and counts for nothing,
   * and what only a lying aggregator can have put there ends the task.
   */
  read(document: AnySigned, index: number): void {
    try {
      this.admit(document);
    } catch (error) {
      if (!(error instanceof StrongroomError)) throw error;
      const { kind, payload } = document;
      this.ignored.push({ index, kind, by: payload.by, code: error.code, why: error.message });
      if (payload.by === this.aggregator && (kind === 'seal' || kind === 'evaluation')) {
        this.#fail(payload.by, error.code, error.message);
      }
      return;
    }
    this.apply(document, index);
  }

  /** Ends the task because the log itself shows a violation. */
  violate(by: string, code: ErrorCode, detail: string): void {
    this.#fail(by, code, detail);
  }

  #fail(by: string, code: ErrorCode, detail: string): void {
    if (this.delivery === undefined) this.ending ??= { phase: 'FAILED', by, code, detail };
  }

  #admitContribution(document: Signed<'contribution'>): void {
    const { by, round, message } = document.payload;
    this.#speaker('contribution', by, this.holders);
    const approval = this.approvals.get(by);
    if (approval === undefined || this.approvals.size < this.holders.length) {
      const missing = this.holders.filter((holder) => !this.approvals.has(holder));
      throw refuse(
        'NOT_APPROVED',
        `Nothing is opened before all key holders approve; missing: ${missing.join(', ')}`,
      );
    }
    if (this.jointKeys.size > 0) throw refuse('PHASE_CLOSED', 'The key ceremony is over');
    if (round > this.completeRounds) throw refuse('PHASE_CLOSED', `Round ${round - 1} is not complete`);
    this.#once(`contribution of round ${round}`, by, this.contributions[round] ?? new Map<string, never>());
    if (round === 0 && approval.payload.commitment !== commitTo(this.id, by, message.digest)) {
      throw refuse(
        'COMMITMENT_MISMATCH',
        `The contribution of ${by} is not the one that its approval commits to`,
        by,
      );
    }
  }

  #admitManifest(document: Signed<'manifest'>): void {
    const { by, at, key, ciphertexts } = document.payload;
    this.#speaker('manifest', by, this.inputs);
    if (this.jointKey === undefined) throw refuse('NOT_APPROVED', 'The task has no joint key yet');
    this.#phase('manifest', ['COLLECTING']);
    this.#once('manifest', by, this.manifests);
    if (key !== this.jointKey.digest)
      throw refuse('JOINT_KEY_MISMATCH', `${by} encrypted under another key`, by);
    const { ciphertexts: count, parameters } = this.plan;
    const { ciphertextBytes } = parameters;
    if (ciphertexts.length !== count || ciphertexts.some((blob) => blob.size !== ciphertextBytes)) {
      throw refuse(
        'CIPHERTEXT_INVALID',
        `${by} must send ${count} ciphertexts of ${ciphertextBytes} bytes`,
        by,
      );
    }
    const used = new Set(
      this.inputSet.flatMap((manifest) => manifest.payload.ciphertexts.map((blob) => blob.digest)),
    );
    const own = new Set(ciphertexts.map((blob) => blob.digest));
    if (own.size < ciphertexts.length || ciphertexts.some((blob) => used.has(blob.digest))) {
      throw refuse('DOCUMENT_CONFLICT', `${by} sends a ciphertext that has been sent before`, by);
    }
    this.#before('collect', at);
  }

  #admitSeal(document: Signed<'seal'>): void {
    const { by, at, manifests } = document.payload;
    this.#speaker('seal', by, [this.aggregator]);
    if (this.seal !== undefined) throw refuse('SEAL_INVALID', 'The input set was sealed before');
    this.#phase('seal', ['COLLECTING']);
    const submitted = this.inputSet.map((manifest) => manifest.digest);
    if (manifests.length !== submitted.length || manifests.some((digest, i) => digest !== submitted[i])) {
      throw refuse('SEAL_INVALID', 'The sealed set is not exactly the manifests in the log, in their order');
    }
    const minimum = this.document.disclosure['minimum-contributors'];
    if (submitted.length < minimum) {
      throw refuse(
        'SEAL_INVALID',
        `${submitted.length} input parties have submitted, the task demands ${minimum}`,
      );
    }
    if (submitted.length < this.inputs.length && Date.parse(at) < this.deadline('collect').getTime()) {
      throw refuse('SEAL_INVALID', 'Input parties are missing and the deadline has not passed');
    }
  }

  #admitRelease(document: Signed<'release'>): void {
    const { by, at, evaluation, outputs, receiver } = document.payload;
    this.#speaker('release', by, this.holders);
    if (this.releases.has(by)) throw refuse('ALREADY_RELEASED', `${by} has released its share`, by);
    this.#phase('release', ['EVALUATED', 'RELEASING']);
    const claimed = this.evaluation?.payload.outputs.map((blob) => blob.digest) ?? [];
    if (evaluation !== this.evaluation?.digest || outputs.some((digest, i) => digest !== claimed[i])) {
      throw refuse('EVALUATION_MISMATCH', `${by} releases for another output than was evaluated`, by);
    }
    if (outputs.length !== claimed.length)
      throw refuse('EVALUATION_MISMATCH', `${by} releases for other outputs`, by);
    if (receiver !== this.document.parties.output) {
      throw refuse('NOT_AUTHORISED', `${receiver} is not the output party of this task`, by);
    }
    this.#before('release', at);
  }

  #admitShred(document: Signed<'shred'>): void {
    const { by } = document.payload;
    this.#speaker('shred', by, this.holders);
    if (this.delivery === undefined && this.ending === undefined) {
      throw refuse('DOCUMENT_INVALID', 'The task is neither delivered nor ended', by);
    }
    this.#once('shred', by, this.shreds);
  }

  #admitAbort(document: Signed<'abort'>): void {
    const { by, outcome } = document.payload;
    if (this.delivery !== undefined) throw refuse('PHASE_CLOSED', 'The result has been delivered');
    const speakers = {
      rejected: this.holders,
      cancelled: [this.proposal.payload.by],
      expired: [...this.holders, this.aggregator],
      failed: [...this.holders, this.aggregator, this.document.parties.output],
    }[outcome];
    this.#speaker(`abort (${outcome})`, by, speakers);
  }

  #speaker(kind: string, by: string, allowed: readonly string[]): void {
    if (!allowed.includes(by))
      throw refuse('NOT_AUTHORISED', `${by} may not sign a ${kind} in this task`, by);
  }

  #once(kind: string, by: string, said: ReadonlyMap<string, unknown>): void {
    if (said.has(by)) throw refuse('DOCUMENT_CONFLICT', `${by} has signed a ${kind} before`, by);
  }

  #phase(kind: string, open: readonly Phase[]): void {
    if (!open.includes(this.phase))
      throw refuse('PHASE_CLOSED', `No ${kind} is accepted while the task is ${this.phase}`);
  }

  #before(phase: DeadlinePhase, at: string): void {
    const deadline = this.deadline(phase);
    if (Date.parse(at) > deadline.getTime()) {
      throw refuse('DEADLINE_PASSED', `The deadline to ${phase} was ${deadline.toISOString()}`);
    }
  }
}

function refuse(code: ErrorCode, message: string, party?: string): StrongroomError {
  return new StrongroomError(code, message, party === undefined ? {} : { details: { party } });
}

function sameSet(a: readonly string[], b: readonly string[]): boolean {
  const set = new Set(a);
  return set.size === a.length && a.length === b.length && b.every((item) => set.has(item));
}

/** What an approval signs of a plan: the SHA-256 of its canonical JSON. */
export function planDigest(plan: Plan): string {
  return sha256Hex(canonicalJson(plan));
}
