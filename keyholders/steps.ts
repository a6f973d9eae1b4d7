/** The steps at which a key holder speaks in a task, as the journal names them. */
import type { TaskLife } from '../trust/life.ts';

/** What the log holds of one key holder's words: the step, and the digest of the envelope. */
export function stepsIn(
  task: TaskLife,
  holder: string,
): { readonly step: string; readonly digest: string }[] {
  const said = [
    { step: 'approval', signed: task.approvals.get(holder) },
    ...task.commitments.map((round, i) => ({ step: commitmentStep(i), signed: round.get(holder) })),
    ...task.contributions.map((round, i) => ({ step: contributionStep(i), signed: round.get(holder) })),
    { step: 'joint-key', signed: task.jointKeys.get(holder) },
    { step: 'linkage-key', signed: task.linkage?.keys.get(holder) },
    ...task.inputs.map((party) => ({
      step: linkageAnswerStep(party),
      signed: task.linkage?.answersTo(party).get(holder),
    })),
    { step: 'release', signed: task.releases.get(holder) },
    { step: 'shred', signed: task.shreds.get(holder) },
  ];
  return said.flatMap(({ step, signed }) =>
    signed === undefined ? [] : [{ step, digest: signed.payloadDigest }],
  );
}

export function commitmentStep(round: number): string {
  return `commitment ${round}`;
}

export function linkageAnswerStep(party: string): string {
  return `linkage-answer ${party}`;
}

export function contributionStep(round: number): string {
  return `contribution ${round}`;
}
