/**
 * The life of a task, derived from the signed documents in the log and from nothing else. Which document may
 * stand where is in `rules.ts`.
 */
import { StrongroomError, type ErrorCode } from '../proto/errors.ts';
import { commitsEveryRound, type SchemeContext } from '../schemes/scheme.ts';
import { milliseconds } from '../statistics/duration.ts';
import { intersectionOf } from '../statistics/domain.ts';
import { planTask, type Plan } from '../statistics/plan.ts';
import { validateTask, type TaskDocument } from '../statistics/task.ts';
import { checkCommittee } from './committee.ts';
import type { Consortium } from './consortium.ts';
import { canonicalJson, sha256Hex } from './digest.ts';
import { LinkageLife } from './linkage-life.ts';
import { blobsOf, headsOf, type AnySigned, type Blob, type Kind, type Signed } from './documents.ts';

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
  /** The consortium as it was when the task was proposed. */
  readonly consortium: Consortium;

  readonly approvals = new Map<string, Signed<'approval'>>();
  /** By round, then by holder. Round 0 is committed to by the approvals. */
  readonly commitments = [new Map<string, Signed<'commitment'>>()];
  /** By round, then by holder. */
  readonly contributions: Map<string, Signed<'contribution'>>[] = [];
  /** The contribution that was opened last, and when the first was: for people who watch. */
  ceremony: { about: string; round: number; startedAt: string; at: string } | undefined;
  readonly jointKeys = new Map<string, Signed<'joint-key'>>();
  /** In a task that links records. */
  readonly linkage: LinkageLife | undefined;
  readonly manifests = new Map<string, Signed<'manifest'>>();
  /** The digests of all ciphertexts of the manifests that count. */
  readonly submitted = new Set<string>();
  seal: Signed<'seal'> | undefined;
  evaluation: Signed<'evaluation'> | undefined;
  /** How many entries the log has up to the evaluation and with it. */
  evaluatedSize: number | undefined;
  readonly releases = new Map<string, Signed<'release'>>();
  delivery: Signed<'delivery'> | undefined;
  readonly shreds = new Map<string, Signed<'shred'>>();
  ending: Ending | undefined;
  readonly ignored: Ignored[] = [];
  /** The objects that the documents of this task name, by digest, with the kind of the document. */
  readonly blobs = new Map<string, Kind>();
  /** Log indices of everything that counts, in order. */
  readonly entries: number[] = [];
  /** The sizes of the log that the signers of those had seen, and that their releases rely on. */
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
    ({ plan: this.plan, digest: this.planDigest } = planned(this.document));
    this.aggregator = consortium.aggregator.party;
    this.linkage = intersectionOf(this.document) === undefined ? undefined : new LinkageLife(this.document);
    this.consortium = consortium;
  }

  /** What binds everything of the scheme to this task. */
  get context(): SchemeContext {
    return { parameters: this.plan.parameters, task: this.id };
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

  /** `jointKey`. Throws JOINT_KEY_MISMATCH where there is none. */
  requireJointKey(): Blob {
    if (this.jointKey !== undefined) return this.jointKey;
    throw new StrongroomError(
      'JOINT_KEY_MISMATCH',
      'The key holders have not signed one and the same joint key',
    );
  }

  /** Rounds of the key ceremony in which all K holders have spoken. */
  get completeRounds(): number {
    return this.contributions.filter((round) => round.size === this.holders.length).length;
  }

  /** What a holder has committed to for a round; undefined before it has, and where no commitment is asked for. */
  commitment(round: number, holder: string): string | undefined {
    if (round === 0) return this.approvals.get(holder)?.payload.commitment;
    return this.commitments[round]?.get(holder)?.payload.commitment;
  }

  /** Whether all K holders have committed to their messages of a round, where that is asked for. */
  isCommitted(round: number): boolean {
    if (round > 0 && !commitsEveryRound(this.plan.parameters)) return true;
    return this.holders.every((holder) => this.commitment(round, holder) !== undefined);
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

  /** Takes in a document that `admit` (`rules.ts`) has let pass. */
  apply(document: AnySigned, index: number): void {
    const { kind, payload } = document;
    this.entries.push(index);
    this.seenSizes.push(...headsOf(document).map(({ size }) => size));
    for (const blob of blobsOf(document)) this.blobs.set(blob.digest, kind);
    this.linkage?.apply(document);
    switch (kind) {
      case 'proposal':
        return;
      case 'approval':
        this.approvals.set(payload.by, document);
        return;
      case 'commitment':
        (this.commitments[payload.round] ??= new Map()).set(payload.by, document);
        return;
      case 'contribution':
        (this.contributions[payload.round] ??= new Map()).set(payload.by, document);
        this.ceremony = {
          about: payload.about,
          round: payload.round,
          startedAt: this.ceremony?.startedAt ?? payload.at,
          at: payload.at,
        };
        return;
      case 'joint-key':
        this.jointKeys.set(payload.by, document);
        if (this.jointKeys.size === this.holders.length && this.jointKey === undefined) {
          this.violate(payload.by, 'JOINT_KEY_MISMATCH', 'The key holders computed different joint keys');
        }
        return;
      case 'manifest':
        this.manifests.set(payload.by, document);
        for (const { digest } of payload.ciphertexts) this.submitted.add(digest);
        return;
      case 'linkage-key':
      case 'linkage-request':
      case 'linkage-answer':
      case 'pseudonyms':
      case 'match':
        // In `linkage`.
        return;
      case 'seal':
        this.seal = document;
        return;
      case 'evaluation':
        this.evaluation = document;
        this.evaluatedSize = index + 1;
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

  /** Notes a document that stands in the log and counts for nothing. */
  ignore({ kind, payload }: AnySigned, index: number, { code, message }: StrongroomError): void {
    this.ignored.push({ index, kind, by: payload.by, code, why: message });
  }

  /** The schemes know key holders by their position (`details.holder`); people know them by name. */
  nameHolder(error: unknown): unknown {
    return nameParty(error, this.holders);
  }

  /** Ends the task because the log itself shows a violation. */
  violate(by: string, code: ErrorCode, detail: string): void {
    if (this.delivery === undefined) this.ending ??= { phase: 'FAILED', by, code, detail };
  }
}

/** See `TaskLife.nameHolder`; `holders` in the order of the task document. */
export function nameParty(error: unknown, holders: readonly string[]): unknown {
  if (!(error instanceof StrongroomError)) return error;
  const { holder } = error.details;
  const party = typeof holder === 'number' ? holders[holder] : undefined;
  if (party === undefined) return error;
  return new StrongroomError(error.code, `${error.message} (${party})`, {
    details: { ...error.details, party },
    cause: error,
  });
}

/** As many plans are kept: a proposal is opened more than once, by whoever admits it, reads it, or checks evidence. */
const KEPT_PLANS = 8;
const plans = new Map<string, { readonly plan: Plan; readonly digest: string }>();

/** The plan of a task, which follows from its document alone and takes tens of milliseconds. */
function planned(document: TaskDocument): { readonly plan: Plan; readonly digest: string } {
  const name = sha256Hex(canonicalJson(document));
  const known = plans.get(name);
  if (known !== undefined) return known;
  const plan = planTask(document);
  const made = { plan, digest: planDigest(plan) };
  plans.set(name, made);
  for (const [oldest] of plans) if (plans.size > KEPT_PLANS) plans.delete(oldest);
  return made;
}

/**
 * What an approval signs of a plan: the SHA-256 of its canonical JSON without the sentences for people, which follow
 * from the rest. So a later version may word them better and still verify what was signed; whatever else changes in
 * how tasks are planned changes `version`.
 */
export function planDigest({ why: _why, circuit: _circuit, leakage: _leakage, ...numbers }: Plan): string {
  return sha256Hex(canonicalJson(numbers));
}
