import { openBfvKeyShare } from './bfv/key-share.ts';
import type { KeyShare, SchemeContext } from './scheme.ts';

/**
 * Opens the key share that a 32-byte seed of `node:crypto` stands for. The share keeps its own copy of the seed,
 * wiped when it is disposed of; the caller wipes the other. Throws TASK_IMPOSSIBLE where the parameters of the
 * task are unsound: nobody makes a key holder smudge less than the plan demands.
 */
export function openKeyShare(context: SchemeContext, seed: Uint8Array): Promise<KeyShare> {
  return openBfvKeyShare(context, seed);
}
