import { StrongroomError } from '../proto/errors.ts';

/** Runs `check` on what a key holder said; a refusal then names the holder, by its position in the task document. */
export function attributed<T>(holder: number, check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof StrongroomError) || error.kind !== 'refused') throw error;
    throw new StrongroomError(error.code, `key holder ${holder + 1}: ${error.message}`, {
      details: { ...error.details, holder },
      cause: error,
    });
  }
}
