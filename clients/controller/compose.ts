/** Evidence from what a controller holds: its verified copy of the log, and objects that it fetches. */
import { base64 } from '../../trust/digest.ts';
import type { SignedBlob } from '../../trust/evaluation.ts';
import type { Evidence } from '../../trust/evidence.ts';
import { stripCosignatures } from '../../trust/evidence/bare-checkpoint.ts';
import { statements, statementsAt, type Log } from '../../trust/evidence/compose.ts';
import { transcriptOf } from '../../trust/key-replay.ts';
import { matchingOf } from '../../trust/match.ts';
import type { TaskLife } from '../../trust/life.ts';
import type { ControllerState } from './state.ts';
import type { Fault } from './thread-calls.ts';

/** Evidence whose objects are still to be fetched. */
export interface Draft {
  readonly evidence: Evidence;
  readonly objects: readonly SignedBlob[];
}

/** Evidence for what recomputing has shown; undefined where the log does not hold what it takes. */
export function draftOf(log: Log, state: ControllerState, task: TaskLife, fault: Fault): Draft | undefined {
  const { accused, kind } = fault;
  switch (kind) {
    case 'wrong-evaluation':
      return wrongEvaluation(log, task, accused);
    case 'invalid-input':
      return invalidInput(log, task, fault);
    case 'wrong-match':
      return wrongMatch(log, task, accused);
    case 'wrong-linkage':
      return wrongLinkage(log, task, fault);
    case 'wrong-contribution':
    case 'wrong-joint-key': {
      const context = historyTo(log, state, Math.max(...task.entries));
      if (context === undefined) return undefined;
      const { holders, rounds } = transcriptOf(task);
      const objects = rounds.flatMap((round) =>
        round.map((blob, holder) => ({ party: holders[holder] ?? '', blob })),
      );
      const evidence = {
        ...context,
        strongroom: 'evidence/1',
        kind,
        accused,
        task: task.id,
        objects: {},
      } as const;
      return { evidence, objects };
    }
    default:
      return undefined;
  }
}

function wrongEvaluation(log: Log, task: TaskLife, accused: string): Draft | undefined {
  const { seal, evaluation } = task;
  if (seal === undefined || evaluation === undefined) return undefined;
  const documents = [...task.inputSet, seal, evaluation].map(({ digest }) => digest);
  const objects = task.inputSet.flatMap(({ payload: { by, ciphertexts } }) =>
    ciphertexts.map((blob) => ({ party: by, blob })),
  );
  const key = { party: task.aggregator, blob: task.requireJointKey() };
  return {
    evidence: { ...statements(log, task, documents), kind: 'wrong-evaluation', accused },
    objects: [key, ...objects],
  };
}

function wrongMatch(log: Log, task: TaskLife, accused: string): Draft | undefined {
  const match = task.linkage?.match;
  if (match === undefined) return undefined;
  const { lists } = matchingOf(task);
  const documents = [...lists.map(({ document }) => document), match.digest];
  return {
    evidence: { ...statements(log, task, documents), kind: 'wrong-match', accused },
    objects: lists.map(({ party, list }) => ({ party, blob: list })),
  };
}

/** A request alone where it is wrong itself, else with the answer of the accused and its key. */
function wrongLinkage(log: Log, task: TaskLife, { accused, request = '' }: Fault): Draft | undefined {
  const party = task.linkage?.requesterOf(request);
  const asked = task.linkage?.requests.get(party ?? '');
  if (task.linkage === undefined || party === undefined || asked === undefined) return undefined;
  const { points } = asked.payload;
  const objects: SignedBlob[] = [{ party, blob: points }];
  const documents = [asked.digest];
  if (accused !== party) {
    const key = task.linkage.keys.get(accused);
    const answer = task.linkage.answersTo(party).get(accused);
    if (key === undefined || answer === undefined) return undefined;
    documents.push(key.digest, answer.digest);
    objects.push({ party: accused, blob: answer.payload.answer });
  }
  return { evidence: { ...statements(log, task, documents), kind: 'wrong-linkage', accused }, objects };
}

function invalidInput(log: Log, task: TaskLife, { accused, ciphertext }: Fault): Draft | undefined {
  const manifest = task.manifests.get(accused);
  const blob = manifest?.payload.ciphertexts.find(({ digest }) => digest === ciphertext);
  if (manifest === undefined || blob === undefined) return undefined;
  return {
    evidence: { ...statements(log, task, [manifest.digest]), kind: 'invalid-input', accused },
    objects: [
      { party: task.aggregator, blob: task.requireJointKey() },
      { party: accused, blob },
    ],
  };
}

/** Evidence that a party has worded a step in two ways, at these entries. */
export function twoWordings(log: Log, task: TaskLife, accused: string, indices: readonly number[]): Evidence {
  return { ...statementsAt(log, task, indices), kind: 'two-wordings', accused };
}

/** Evidence that an entry should not stand in the log; undefined where no head over it is kept. */
export function brokenRule(
  log: Log,
  state: ControllerState,
  kind: 'rule-broken' | 'false-seal',
  entry: number,
): Evidence | undefined {
  const context = historyTo(log, state, entry);
  if (context === undefined) return undefined;
  const accused = log.book.consortium.aggregator.party;
  return { strongroom: 'evidence/1', kind, accused, ...context, entry };
}

function historyTo(log: Log, state: ControllerState, index: number) {
  const head = state.headOver(index);
  if (head === undefined) return undefined;
  return {
    checkpoint: stripCosignatures(head.checkpoint, log.book.consortium.log),
    history: Array.from({ length: head.size }, (_, i) => base64(log.entry(i))),
  };
}
