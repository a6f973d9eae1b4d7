/** Which checks are due in a task, from what the log says of it. */
import { areTwoWordings } from '../../trust/evidence/two-wordings.ts';
import { inputSetOf } from '../../trust/evaluation.ts';
import { transcriptOf } from '../../trust/key-replay.ts';
import { matchingOf } from '../../trust/match.ts';
import type { AnySigned } from '../../trust/documents.ts';
import type { Ignored, TaskLife } from '../../trust/life.ts';
import type { Check } from './state.ts';
import type { Job } from './thread-calls.ts';

/** A check of the objects behind the documents, for the thread. */
export interface Recomputation {
  readonly check: Check;
  readonly job: Job;
}

/**
 * Once what is recomputed can change no more: the key when all K have signed, the inputs and the output when it is
 * said what they give, and in a task that has ended whatever there is.
 */
export function recomputations(task: TaskLife): Recomputation[] {
  const due: Recomputation[] = [];
  const over = task.ending !== undefined;
  if (task.jointKeys.size === task.holders.length || (over && task.completeRounds > 0)) {
    const signed = [...task.jointKeys.values()].map(({ payload: { by, key } }) => ({
      party: by,
      digest: key.digest,
    }));
    const job = { job: 'key', transcript: transcriptOf(task), signed } as const;
    due.push({ check: { task: task.id, check: 'key', subject: task.id }, job });
  }
  due.push(...linkageAnswers(task, over));
  const match = task.linkage?.match;
  if (match !== undefined) {
    const { aggregator } = task;
    const job = { job: 'match', aggregator, matching: matchingOf(task), claimed: match.payload } as const;
    due.push({ check: { task: task.id, check: 'match', subject: match.digest }, job });
  }
  if (task.jointKey === undefined || task.manifests.size === 0) return due;
  if (task.evaluation !== undefined) {
    const claimed = task.evaluation.payload.outputs.map(({ digest }) => digest);
    const job = { job: 'evaluation', set: inputSetOf(task), claimed } as const;
    due.push({ check: { task: task.id, check: 'evaluation', subject: task.evaluation.digest }, job });
  } else if (over) {
    const subject = task.inputSet.at(-1)?.digest ?? '';
    due.push({
      check: { task: task.id, check: 'inputs', subject },
      job: { job: 'inputs', set: inputSetOf(task) },
    });
  }
  return due;
}

/** For each linkage request its answers, once all K are there, or no more can come. */
function linkageAnswers({ id, holders, linkage }: TaskLife, over: boolean): Recomputation[] {
  if (linkage === undefined) return [];
  return [...linkage.requests].flatMap(([party, request]): Recomputation[] => {
    const answers = [...linkage.answersTo(party)].map(([holder, { payload }]) => ({
      key: linkage.keys.get(holder)?.payload.point ?? '',
      answered: { party: holder, blob: payload.answer },
    }));
    if (answers.length < holders.length && !over) return [];
    const asked = { party, blob: request.payload.points };
    return [
      {
        check: { task: id, check: 'linkage', subject: request.digest },
        job: { job: 'linkage', request: request.digest, asked, answers },
      },
    ];
  });
}

/** The document that counts, of which an ignored one is a second wording by the same party; undefined where none is. */
export function firstWording(
  task: TaskLife,
  ignored: Ignored,
  open: (index: number) => AnySigned,
): number | undefined {
  const second = open(ignored.index);
  return task.entries.find((index) => index < ignored.index && areTwoWordings(open(index), second));
}
