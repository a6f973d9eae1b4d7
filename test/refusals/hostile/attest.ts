/** What an attack came to, noted beside its test for those who watch: `npm run attacks` prints it. */
import { isDeepStrictEqual } from 'node:util';
import { TestRunner } from 'vitest';
import type { ErrorCode } from '../../../proto/errors.ts';

/**
 * Who refused with which code, and where that is to be seen; or that an honest task beside it was `exact`, or that a
 * controller has recomputed a task and found it `clean`.
 */
export interface Attested {
  readonly by: string;
  readonly code: ErrorCode | 'exact' | 'clean';
  readonly evidence: string;
}

declare module 'vitest' {
  interface TaskMeta {
    attested?: Attested[];
  }
}

/** A document that counts for nothing, or ends a task, does so for everybody who reads the log, by the same rules. */
export const EVERY_READER = 'every reader of the log';

/** Notes it for the test that is running, each refusal once for each place where it is to be seen. */
export function attest(by: string, code: Attested['code'], evidence: string): void {
  const running = TestRunner.getCurrentTest();
  if (running === undefined) throw new Error('an attack is mounted in a test');
  const known = (running.meta.attested ??= []);
  const noted = { by, code, evidence };
  if (!known.some((one) => isDeepStrictEqual(one, noted))) known.push(noted);
}
