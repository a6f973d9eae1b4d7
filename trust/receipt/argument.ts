/** The argument that a receipt makes, in words: what was checked, and what that proves. */
import type { Consortium } from '../consortium.ts';
import type { TaskLife } from '../life.ts';
import type { CosignedCheckpoint } from '../log/cosignature.ts';
import type { Receipt } from './form.ts';

/** One step of the argument. */
export interface Step {
  readonly title: string;
  readonly checked: string;
  readonly proves: string;
}

interface Verified {
  readonly task: TaskLife;
  readonly consortium: Consortium;
  readonly head: CosignedCheckpoint;
  readonly receipt: Receipt;
}

export function argument(verified: Verified): Step[] {
  const { task, consortium, receipt } = verified;
  const k = task.holders.length;
  const { versions } = receipt.result;
  return [
    {
      title: 'The parties',
      checked: `the consortium document ${consortium.name}, version ${consortium.version}, with the signatures of all its ${consortium.keyHolders.length} standing key holders; its digest is ${consortium.digest}`,
      proves: 'who the parties are and which keys are theirs; compare this digest with the one that you know',
    },
    history(verified),
    {
      title: 'The approvals',
      checked: `${k} of ${k} signed approvals (${task.holders.join(', ')}) of task ${task.id}, "${task.document.title}", and of the plan that follows from it: ${task.plan.scheme}, ${task.plan.version}, planned again here; the result was finished by version ${versions.program}`,
      proves: `every key holder agreed to exactly this computation, for exactly this receiver: ${task.document.parties.output}`,
    },
    {
      title: 'The key',
      checked: `${task.contributions.flatMap((round) => [...round.keys()]).length} contributions to the key, each after all ${k} approvals and the one that its holder had committed to; one joint key, signed by all ${k}`,
      proves: 'no key existed before all had approved, and none of them could choose it',
    },
    {
      title: 'The inputs',
      checked: `${task.manifests.size} signed manifests of ciphertexts under that key (${few([...task.manifests.keys()])}), all of them in the seal, in its order`,
      proves: 'these inputs and no others were evaluated; none was dropped, replaced or counted twice',
    },
    {
      title: 'The evaluation',
      checked: `${task.releases.size} of ${k} signed releases, each for ${task.document.parties.output} and of the same ${task.evaluation?.payload.outputs.length ?? 0} output digests`,
      proves:
        'every key holder says that it evaluated the inputs itself, came to the same output, and turned its key once',
    },
    ...resultSteps(verified),
    shreds(task),
  ];
}

function history({ task, head }: Verified): Step {
  const k = task.holders.length;
  const cosigned = task.holders.filter((holder) => head.witnesses.includes(holder));
  return {
    title: 'The history',
    checked:
      `${task.entries.length} signed documents, each in the log of ${head.size} entries under one checkpoint that the log has signed` +
      `${cosigned.length === 0 ? '' : ` and ${cosigned.join(', ')} cosigned`}; the log extends every log that a signer had ` +
      `seen; in each release a checkpoint with the evaluation in it, cosigned by all ${k} key holders`,
    proves:
      'nothing here was made up afterwards, and all key holders looked at one history of this task before any of them turned its key',
  };
}

function resultSteps({ task, receipt }: Verified): Step[] {
  const { output } = task.document.parties;
  const commitment: Step = {
    title: 'The result',
    checked: `the result in this receipt against the commitment in the signed delivery of ${output}`,
    proves:
      receipt.opened === undefined
        ? `this is the result that ${output} says it decrypted; that the shares give it is its word, for the receipt does not show them`
        : `this is the result that ${output} says it decrypted`,
  };
  if (receipt.opened === undefined) return [commitment];
  const proofs = {
    bfv: 'that the noise is as small as the plan says',
    ckks: 'that the noise in the guard slots is as small as the plan says',
    paillier: 'each holder’s proof that its shares are right',
  }[task.plan.scheme];
  return [
    commitment,
    {
      title: 'The recomputation',
      checked: `the output ciphertexts and the ${task.holders.length} opened shares against their signed digests, and ${proofs}; then combined, decoded and finished here, with the same result to the last digit`,
      proves: 'the result follows from the shares: no word of the output party is needed for it',
    },
  ];
}

function shreds(task: TaskLife): Step {
  const k = task.holders.length;
  return {
    title: 'The end of the key',
    checked: `${task.shreds.size} of ${k} signed statements that the key share is destroyed`,
    proves:
      task.shreds.size === k
        ? 'by their word, what was encrypted for this task can be decrypted by nobody any more'
        : `only ${[...task.shreds.keys()].join(', ') || 'nobody'} had said so when this receipt was written; it can be written again later`,
  };
}

function few(names: readonly string[]): string {
  const most = 10;
  return names.length <= most
    ? names.join(', ')
    : `${names.slice(0, most).join(', ')} and ${names.length - most} more`;
}
