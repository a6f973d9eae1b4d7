/**
 * The rule book: which signed document may stand at which place in the life of a task. The aggregator asks it
 * before it appends; everybody else asks it again for every entry of the log, and ignores what should not be
 * there. What only the aggregator can have done wrong (it orders and seals) ends the task as a violation.
 */
import { StrongroomError, type ErrorCode } from '../proto/errors.ts';
import { commitsEveryRound } from '../schemes/scheme.ts';
import { inputCiphertexts } from '../statistics/plan.ts';
import { commitTo, type AnySigned, type Signed } from './documents.ts';
import { admitLinkage, type LinkageDocument } from './linkage-rules.ts';
import type { DeadlinePhase, Phase, TaskLife } from './life.ts';
import { requireWitnessed } from './witnessing.ts';

/** Throws the reason why this document must not stand here. */
export function admit(task: TaskLife, document: AnySigned): void {
  const { kind, payload } = document;
  if (kind === 'proposal') throw refuse('DOCUMENT_CONFLICT', 'The task has been proposed already');
  if (kind === 'shred') return admitShred(task, document);
  if (task.ending !== undefined) {
    throw refuse('TASK_ENDED', `The task is ${task.ending.phase}: ${task.ending.detail}`);
  }
  switch (kind) {
    case 'approval':
      requireSpeaker(kind, payload.by, task.holders);
      requireOnce(kind, payload.by, task.approvals);
      if (payload.plan !== task.planDigest) {
        throw refuse('DOCUMENT_INVALID', 'The approval is for another plan of this task');
      }
      return requireBefore(task, 'approve', payload.at);
    case 'commitment':
      return admitCommitment(task, document);
    case 'contribution':
      return admitContribution(task, document);
    case 'joint-key':
      requireSpeaker(kind, payload.by, task.holders);
      if (task.completeRounds === 0) throw refuse('NOT_APPROVED', 'Not every key holder has contributed');
      return requireOnce(kind, payload.by, task.jointKeys);
    case 'linkage-key':
    case 'linkage-answer':
      requireSpeaker(kind, payload.by, task.holders);
      return admitCollecting(task, document);
    case 'linkage-request':
    case 'pseudonyms':
      requireSpeaker(kind, payload.by, task.inputs);
      return admitCollecting(task, document);
    case 'match':
      requireSpeaker(kind, payload.by, [task.aggregator]);
      return admitCollecting(task, document);
    case 'manifest':
      return admitManifest(task, document);
    case 'seal':
      return admitSeal(task, document);
    case 'evaluation':
      requireSpeaker(kind, payload.by, [task.aggregator]);
      requirePhase(task, kind, ['SEALED']);
      if (payload.seal !== task.seal?.digest)
        throw refuse('SEAL_INVALID', 'The evaluation is of another seal');
      if (payload.outputs.length !== task.plan.ciphertexts) {
        throw refuse('EVALUATION_MISMATCH', 'The evaluation has another number of outputs than the plan');
      }
      return;
    case 'release':
      return admitRelease(task, document);
    case 'delivery':
      return admitDelivery(task, document);
    case 'abort':
      return admitAbort(task, document);
  }
}

/**
 * Takes in what stands in the log: what is admitted counts, what is not is noted and counts for nothing,
 * and what only a lying aggregator can have put there ends the task.
 */
export function readDocument(task: TaskLife, document: AnySigned, index: number): void {
  try {
    admit(task, document);
  } catch (error) {
    if (!(error instanceof StrongroomError)) throw error;
    const { kind, payload } = document;
    task.ignore(document, index, error);
    if (payload.by === task.aggregator && (kind === 'seal' || kind === 'evaluation' || kind === 'match')) {
      task.violate(payload.by, error.code, error.message);
    }
    return;
  }
  task.apply(document, index);
}

function admitCommitment(task: TaskLife, document: Signed<'commitment'>): void {
  const { by, round } = document.payload;
  requireCeremony(task, 'commitment', by, round);
  if (!commitsEveryRound(task.plan.parameters)) {
    throw refuse('DOCUMENT_INVALID', 'Only the first round is committed to in this task, by the approvals');
  }
  requireOnce(`commitment to round ${round}`, by, task.commitments[round] ?? new Map<string, never>());
}

function admitContribution(task: TaskLife, document: Signed<'contribution'>): void {
  const { by, round, message } = document.payload;
  requireCeremony(task, 'contribution', by, round);
  requireOnce(`contribution of round ${round}`, by, task.contributions[round] ?? new Map<string, never>());
  if (!task.isCommitted(round)) {
    const missing = task.holders.filter((holder) => task.commitment(round, holder) === undefined);
    throw refuse(
      'PHASE_CLOSED',
      `Round ${round} is opened once all have committed; missing: ${missing.join(', ')}`,
    );
  }
  const commitment = task.commitment(round, by);
  if (commitment !== undefined && commitment !== commitTo(task.id, by, round, message.digest)) {
    throw refuse(
      'COMMITMENT_MISMATCH',
      `The contribution of ${by} to round ${round} is not the one that it has committed to`,
      by,
    );
  }
}

/** Nothing of a key is said before all K approve, nor once it is made, nor of a round before the last is complete. */
function requireCeremony(task: TaskLife, kind: string, by: string, round: number): void {
  requireSpeaker(kind, by, task.holders);
  if (task.approvals.size < task.holders.length) {
    const missing = task.holders.filter((holder) => !task.approvals.has(holder));
    throw refuse(
      'NOT_APPROVED',
      `Nothing is opened before all key holders approve; missing: ${missing.join(', ')}`,
    );
  }
  if (task.jointKeys.size > 0) throw refuse('PHASE_CLOSED', 'The key ceremony is over');
  if (round > task.completeRounds) throw refuse('PHASE_CLOSED', `Round ${round - 1} is not complete`);
}

/** Records are linked once there is a joint key, and before the inputs are due. */
function admitCollecting(task: TaskLife, document: LinkageDocument): void {
  const { kind, payload } = document;
  if (task.jointKey === undefined) throw refuse('NOT_APPROVED', 'The task has no joint key yet');
  requirePhase(task, kind, ['COLLECTING']);
  admitLinkage(task, document);
  requireBefore(task, 'collect', payload.at);
}

function admitManifest(task: TaskLife, document: Signed<'manifest'>): void {
  const { by, at, key, match, ciphertexts } = document.payload;
  requireSpeaker('manifest', by, task.inputs);
  if (task.jointKey === undefined) throw refuse('NOT_APPROVED', 'The task has no joint key yet');
  requirePhase(task, 'manifest', ['COLLECTING']);
  requireOnce('manifest', by, task.manifests);
  if (key !== task.jointKey.digest)
    throw refuse('JOINT_KEY_MISMATCH', `${by} encrypted under another key`, by);
  if (task.linkage !== undefined && task.linkage.match === undefined) {
    throw refuse('PHASE_CLOSED', 'The records have not been matched yet');
  }
  if (match !== task.linkage?.match?.digest) {
    throw refuse('LINKAGE_INVALID', `${by} encrypted the records of another match`, by);
  }
  const { ciphertextBytes } = task.plan.parameters;
  const count = inputCiphertexts(task.plan, by, task.linkage?.match?.payload.records ?? 0);
  if (ciphertexts.length !== count || ciphertexts.some((blob) => blob.size !== ciphertextBytes)) {
    throw refuse(
      'CIPHERTEXT_INVALID',
      `${by} must send ${count} ciphertexts of ${ciphertextBytes} bytes`,
      by,
    );
  }
  const own = new Set(ciphertexts.map((blob) => blob.digest));
  if (own.size < ciphertexts.length || ciphertexts.some((blob) => task.submitted.has(blob.digest))) {
    throw refuse('DOCUMENT_CONFLICT', `${by} sends a ciphertext that has been sent before`, by);
  }
  requireBefore(task, 'collect', at);
}

function admitSeal(task: TaskLife, document: Signed<'seal'>): void {
  const { by, at, manifests } = document.payload;
  requireSpeaker('seal', by, [task.aggregator]);
  if (task.seal !== undefined) throw refuse('SEAL_INVALID', 'The input set was sealed before');
  requirePhase(task, 'seal', ['COLLECTING']);
  const submitted = task.inputSet.map((manifest) => manifest.digest);
  if (manifests.length !== submitted.length || manifests.some((digest, i) => digest !== submitted[i])) {
    throw refuse('SEAL_INVALID', 'The sealed set is not exactly the manifests in the log, in their order');
  }
  const minimum = task.document.disclosure['minimum-contributors'];
  if (submitted.length < minimum) {
    throw refuse(
      'SEAL_INVALID',
      `${submitted.length} input parties have submitted, the task demands ${minimum}`,
    );
  }
  if (submitted.length < task.inputs.length && Date.parse(at) < task.deadline('collect').getTime()) {
    throw refuse('SEAL_INVALID', 'Input parties are missing and the deadline has not passed');
  }
}

function admitRelease(task: TaskLife, document: Signed<'release'>): void {
  const { by, at, evaluation, outputs, receiver, checkpoint } = document.payload;
  requireSpeaker('release', by, task.holders);
  if (task.releases.has(by)) throw refuse('ALREADY_RELEASED', `${by} has released its share`, by);
  requirePhase(task, 'release', ['EVALUATED', 'RELEASING']);
  const claimed = task.evaluation?.payload.outputs.map((blob) => blob.digest) ?? [];
  if (evaluation !== task.evaluation?.digest || outputs.some((digest, i) => digest !== claimed[i])) {
    throw refuse('EVALUATION_MISMATCH', `${by} releases for another output than was evaluated`, by);
  }
  if (outputs.length !== claimed.length)
    throw refuse('EVALUATION_MISMATCH', `${by} releases for other outputs`, by);
  if (receiver !== task.document.parties.output) {
    throw refuse('NOT_AUTHORISED', `${receiver} is not the output party of this task`, by);
  }
  requireWitnessed(task, checkpoint);
  requireBefore(task, 'release', at);
}

function admitDelivery(task: TaskLife, document: Signed<'delivery'>): void {
  const { by, releases } = document.payload;
  requireSpeaker('delivery', by, [task.document.parties.output]);
  requirePhase(task, 'delivery', ['RELEASING']);
  if (task.releases.size < task.holders.length) {
    throw refuse('PHASE_CLOSED', 'Not every key holder has released');
  }
  const expected = [...task.releases.values()].map((release) => release.digest);
  if (!sameSet(releases, expected)) {
    throw refuse('DOCUMENT_INVALID', 'The delivery does not name the releases of all key holders');
  }
}

function admitShred(task: TaskLife, document: Signed<'shred'>): void {
  const { by } = document.payload;
  requireSpeaker('shred', by, task.holders);
  if (task.delivery === undefined && task.ending === undefined) {
    throw refuse('DOCUMENT_INVALID', 'The task is neither delivered nor ended', by);
  }
  requireOnce('shred', by, task.shreds);
}

function admitAbort(task: TaskLife, document: Signed<'abort'>): void {
  const { by, outcome } = document.payload;
  if (task.delivery !== undefined) throw refuse('PHASE_CLOSED', 'The result has been delivered');
  const speakers = {
    rejected: task.holders,
    cancelled: [task.proposal.payload.by],
    expired: [...task.holders, task.aggregator],
    // An input party that is answered wrongly can show it to everybody, and without it there is no result.
    failed: [
      ...task.holders,
      task.aggregator,
      task.document.parties.output,
      ...(task.linkage === undefined ? [] : task.inputs),
    ],
  }[outcome];
  requireSpeaker(`abort (${outcome})`, by, speakers);
}

function requireSpeaker(kind: string, by: string, allowed: readonly string[]): void {
  if (!allowed.includes(by)) throw refuse('NOT_AUTHORISED', `${by} may not sign a ${kind} in this task`, by);
}

function requireOnce(kind: string, by: string, said: ReadonlyMap<string, unknown>): void {
  if (said.has(by)) throw refuse('DOCUMENT_CONFLICT', `${by} has signed a ${kind} before`, by);
}

function requirePhase(task: TaskLife, kind: string, open: readonly Phase[]): void {
  if (!open.includes(task.phase))
    throw refuse('PHASE_CLOSED', `No ${kind} is accepted while the task is ${task.phase}`);
}

function requireBefore(task: TaskLife, phase: DeadlinePhase, at: string): void {
  const deadline = task.deadline(phase);
  if (Date.parse(at) > deadline.getTime()) {
    throw refuse('DEADLINE_PASSED', `The deadline to ${phase} was ${deadline.toISOString()}`);
  }
}

function refuse(code: ErrorCode, message: string, party?: string): StrongroomError {
  return new StrongroomError(code, message, party === undefined ? {} : { details: { party } });
}

function sameSet(a: readonly string[], b: readonly string[]): boolean {
  const set = new Set(a);
  return set.size === a.length && a.length === b.length && b.every((item) => set.has(item));
}
