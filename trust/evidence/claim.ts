/** What a verified evidence file proves. */
import type { ErrorCode } from '../../proto/errors.ts';

export interface Claim {
  /** The party that broke the protocol. */
  readonly accused: string;
  /** The task in which it did; absent where it is about the log itself. */
  readonly task?: string;
  /** The rule, as a code of the closed list. */
  readonly code: ErrorCode;
  /** What it did, in a sentence. */
  readonly says: string;
}
