/** Errors between threads: what is no StrongroomError arrives as INTERNAL. */
import { StrongroomError } from '../../proto/errors.ts';
import type { Failure } from './messages.ts';

export function failureOf(error: unknown): Failure {
  if (error instanceof StrongroomError) {
    return { code: error.code, message: error.message, details: error.details };
  }
  return { code: 'INTERNAL', message: `a thread failed: ${String(error)}`, details: {} };
}

export function errorOf({ code, message, details }: Failure): StrongroomError {
  return new StrongroomError(code, message, { details: { ...details } });
}
