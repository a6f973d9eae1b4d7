/**
 * What everybody does who checks the aggregator (rule 2): the inputs as their parties signed them, f evaluated on
 * them here, and the output compared bit for bit with what is claimed. Key holders do it before they turn their
 * key, controllers at any time.
 */
import { StrongroomError } from '../proto/errors.ts';
import { openEvaluator } from '../schemes/evaluator.ts';
import type { SchemeContext } from '../schemes/scheme.ts';
import { sha256Hex } from './digest.ts';
import { CLOCK_SKEW_MS, type Blob } from './documents.ts';
import type { TaskLife } from './life.ts';

/** Fetches an object that a party has signed for, verified against the signed digest. */
export type Fetch = (party: string, blob: Blob) => Promise<Uint8Array>;

/** What f is evaluated on; plain data, which can be handed to a thread. */
export interface InputSet {
  readonly context: SchemeContext;
  readonly aggregator: string;
  readonly key: Blob;
  /** In the order of the seal. */
  readonly inputs: readonly { readonly party: string; readonly ciphertexts: readonly Blob[] }[];
  /** Ciphertexts of each party, and of the output. */
  readonly positions: number;
}

/** The inputs of a task as the log holds them, under its joint key. Throws JOINT_KEY_MISMATCH where there is none. */
export function inputSetOf(task: TaskLife): InputSet {
  return {
    context: task.context,
    aggregator: task.aggregator,
    key: task.requireJointKey(),
    inputs: task.inputSet.map(({ payload: { by, ciphertexts } }) => ({ party: by, ciphertexts })),
    positions: task.plan.ciphertexts,
  };
}

/**
 * A set from which input parties are missing may be sealed after the deadline only. The aggregator writes the
 * date of its seal itself, so it is compared with the clock of whoever checks: a date that has not come yet would
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
  inputs: InputSet['inputs'],
  index: number,
  fetch: Fetch,
): AsyncGenerator<{ readonly party: string; readonly ciphertext: Uint8Array }> {
  const get = ({ party, ciphertexts }: (typeof inputs)[number]) => {
    const blob = ciphertexts[index];
    if (blob === undefined) throw new StrongroomError('SEAL_INVALID', 'A manifest lacks a ciphertext');
    const fetching = fetch(party, blob).then((ciphertext) => ({ party, ciphertext }));
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

/** Evaluates f on the inputs, a few ciphertexts in memory at a time. Throws CIPHERTEXT_INVALID. */
export async function evaluate(set: InputSet, fetch: Fetch): Promise<Uint8Array[]> {
  using evaluator = await openEvaluator(set.context, await fetch(set.aggregator, set.key));
  const outputs: Uint8Array[] = [];
  for (let index = 0; index < set.positions; index++) {
    using sum = evaluator.sum();
    for await (const { party, ciphertext } of inputsAt(set.inputs, index, fetch)) sum.add(ciphertext, party);
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
