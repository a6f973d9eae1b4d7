/**
 * What a key holder checks before it turns its key (rule 2): the messages of the ceremony and the inputs as their
 * parties signed them, and the output as it comes out of evaluating f here, bit for bit.
 */
import { StrongroomError } from '../proto/errors.ts';
import { openEvaluator } from '../schemes/evaluator.ts';
import { sha256Hex } from '../trust/digest.ts';
import type { Blob } from '../trust/documents.ts';
import type { TaskLife } from '../trust/life.ts';
import { CLOCK_SKEW_MS } from './policy.ts';

/** Fetches an object that a party has signed for, verified against the signed digest. */
export type Fetch = (party: string, blob: Blob) => Promise<Uint8Array>;

/**
 * A set from which input parties are missing may be sealed after the deadline only. The aggregator writes the
 * date of its seal itself, so it is compared with this key holder's clock: a date that has not come yet would
 * let it choose whom to leave out. Throws SEAL_INVALID.
 */
export function requireTimelySeal(task: TaskLife, now: Date): void {
  const sealed = Date.parse(task.seal?.payload.at ?? '');
  if (task.manifests.size === task.inputs.length || sealed <= now.getTime() + CLOCK_SKEW_MS) return;
  throw new StrongroomError(
    'SEAL_INVALID',
    'The input set was sealed early, with a date that has not come yet',
    {
      details: { party: task.aggregator },
    },
  );
}

/** Objects that are fetched while the one before them is computed with; with the largest ciphertexts some 20 MB. */
const AHEAD = 16;

/** The ciphertexts of a position in the order of the seal. Fetching goes on while the caller computes. */
async function* inputsAt(
  task: TaskLife,
  index: number,
  fetch: Fetch,
): AsyncGenerator<{ readonly party: string; readonly ciphertext: Uint8Array }> {
  const inputs = task.inputSet.map(({ payload: { by, ciphertexts } }) => ({ by, blob: ciphertexts[index] }));
  const get = ({ by, blob }: (typeof inputs)[number]) => {
    if (blob === undefined) throw new StrongroomError('SEAL_INVALID', 'A manifest lacks a ciphertext');
    const fetching = fetch(by, blob).then((ciphertext) => ({ party: by, ciphertext }));
    // Whoever awaits it hears of a failure; the caller may have stopped before.
    fetching.catch(() => undefined);
    return fetching;
  };
  const fetching = inputs.slice(0, AHEAD).map(get);
  for (let next = AHEAD; ; next++) {
    const first = fetching.shift();
    if (first === undefined) return;
    const input = inputs[next];
    if (input !== undefined) fetching.push(get(input));
    yield await first;
  }
}

/** Evaluates f on the sealed inputs, a few ciphertexts in memory at a time. Throws CIPHERTEXT_INVALID. */
export async function evaluate(task: TaskLife, fetch: Fetch): Promise<Uint8Array[]> {
  using evaluator = await openEvaluator(task.context, await fetch(task.aggregator, task.requireJointKey()));
  const outputs: Uint8Array[] = [];
  for (let index = 0; index < task.plan.ciphertexts; index++) {
    using sum = evaluator.sum();
    for await (const { party, ciphertext } of inputsAt(task, index, fetch)) sum.add(ciphertext, party);
    outputs.push(sum.bytes());
  }
  return outputs;
}

/** The digests of the outputs. Throws EVALUATION_MISMATCH unless they are those that the aggregator claims. */
export function requireSameAsClaimed(task: TaskLife, outputs: readonly Uint8Array[]): string[] {
  const claimed = task.evaluation?.payload.outputs.map((blob) => blob.digest) ?? [];
  const derived = outputs.map(sha256Hex);
  if (claimed.length !== derived.length || derived.some((digest, i) => digest !== claimed[i])) {
    throw new StrongroomError(
      'EVALUATION_MISMATCH',
      `${task.aggregator} claims another output than the evaluation of the ${task.inputSet.length} sealed inputs`,
      { details: { party: task.aggregator } },
    );
  }
  return derived;
}
