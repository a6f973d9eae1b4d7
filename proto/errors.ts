/**
 * The closed list of error codes, as they stand on the wire, in logs and in `--json` output.
 *
 * One code has one meaning. A message names the thing and the fix, and never carries a secret or a value
 * out of a record. The kind decides the exit code of the command line and the gRPC status of an answer.
 */

/** What kind of failure a code is: `input` exits with 2, `refused` with 3, `unreachable` with 4, `internal` with 1. */
export type ErrorKind = 'input' | 'refused' | 'unreachable' | 'internal';

export const ERRORS = {
  // Input: the caller can correct it.
  USAGE: { kind: 'input', means: 'The command line or a configuration file cannot be read as written.' },
  TASK_INVALID: { kind: 'input', means: 'The task document does not have the declared form.' },
  TASK_IMPOSSIBLE: { kind: 'input', means: 'The task cannot be computed exactly as declared.' },
  TABLE_INVALID: { kind: 'input', means: 'A table does not match the schema that the task declares.' },
  IDENTITY_INVALID: {
    kind: 'input',
    means: 'A card, an identity file or a consortium document does not verify.',
  },
  UNLOCK_FAILED: { kind: 'input', means: 'A sealed file does not open with the passphrase or key given.' },
  NOT_FOUND: { kind: 'input', means: 'No such task, party, file or object.' },

  // Refused: a rule says no, and will say no again.
  UNAUTHENTICATED: {
    kind: 'refused',
    means: 'The peer presented no certificate of a party of the consortium.',
  },
  NOT_AUTHORISED: { kind: 'refused', means: 'The role of the caller does not have this method or document.' },
  SIGNATURE_INVALID: {
    kind: 'refused',
    means: 'A signed document does not verify under the key of its party.',
  },
  DOCUMENT_INVALID: {
    kind: 'refused',
    means: 'A signed document is malformed or stands in the wrong place.',
  },
  DOCUMENT_CONFLICT: { kind: 'refused', means: 'The party has already said something else at this step.' },
  COMMITTEE_INVALID: {
    kind: 'refused',
    means: 'The parties break the rule on separate organisations or on K.',
  },
  NOT_APPROVED: { kind: 'refused', means: 'Not every key holder has approved, so there is no key.' },
  POLICY_REFUSED: { kind: 'refused', means: 'The policy or the operator of a key holder said no.' },
  PHASE_CLOSED: { kind: 'refused', means: 'The task is past the phase in which this is accepted.' },
  DEADLINE_PASSED: { kind: 'refused', means: 'The deadline that the task declares has passed.' },
  COMMITMENT_MISMATCH: { kind: 'refused', means: 'What was opened is not what was committed to.' },
  JOINT_KEY_MISMATCH: {
    kind: 'refused',
    means: 'The joint key is not the combination of the K contributions.',
  },
  KEY_TEST_FAILED: { kind: 'refused', means: 'The joint key does not decrypt its own published test.' },
  CIPHERTEXT_INVALID: {
    kind: 'refused',
    means: 'Bytes said to be a ciphertext, key or share are not a valid one.',
  },
  LINKAGE_INVALID: {
    kind: 'refused',
    means: 'A linkage request, answer or match is not what follows from the keys and the log.',
  },
  DIGEST_MISMATCH: { kind: 'refused', means: 'Bytes do not hash to what their sender signed.' },
  SEAL_INVALID: { kind: 'refused', means: 'The sealed input set is not the set of manifests in the log.' },
  EVALUATION_MISMATCH: {
    kind: 'refused',
    means: 'Re-evaluating the inputs gives another output than claimed.',
  },
  ALREADY_RELEASED: {
    kind: 'refused',
    means: 'A share was already released for this task; there is no second one.',
  },
  JOURNAL_ROLLED_BACK: {
    kind: 'refused',
    means: 'The log shows acts of this party that its own journal has lost.',
  },
  SHARE_INVALID: { kind: 'refused', means: 'The combined shares do not decrypt within the noise bound.' },
  LOG_INCONSISTENT: {
    kind: 'refused',
    means: 'The log shows different histories, or does not hash to its checkpoint.',
  },
  NOT_WITNESSED: {
    kind: 'refused',
    means: 'A checkpoint lacks the cosignature of a key holder of the task.',
  },
  RECEIPT_INVALID: { kind: 'refused', means: 'A receipt does not prove what it claims.' },
  EVIDENCE_INVALID: { kind: 'refused', means: 'An evidence file does not prove what it claims.' },
  TASK_ENDED: { kind: 'refused', means: 'The task was rejected, cancelled, failed or has expired.' },
  QUOTA_EXCEEDED: { kind: 'refused', means: 'More bytes or objects than the plan of the task allows.' },

  // Unreachable: trying again later may help.
  RATE_LIMITED: {
    kind: 'unreachable',
    means: 'The party takes more at once, or in an hour, than the aggregator gives to one party.',
  },
  UNREACHABLE: { kind: 'unreachable', means: 'A peer cannot be reached, or the connection broke.' },
  TIMED_OUT: { kind: 'unreachable', means: 'Nothing happened within the time given.' },

  INTERNAL: { kind: 'internal', means: 'A defect of this program, or of the machine that it runs on.' },
} as const satisfies Record<string, { kind: ErrorKind; means: string }>;

export type ErrorCode = keyof typeof ERRORS;

/** Exit codes of the command line, by kind of error. 0 is success. */
export const EXIT_CODES: Record<ErrorKind, number> = { internal: 1, input: 2, refused: 3, unreachable: 4 };

/** Every error that leaves a module. `cause` is for the local log only and never goes on the wire. */
export class StrongroomError extends Error {
  readonly code: ErrorCode;
  /** Where it stands, for programs: e.g. `{ file, row, column }`, or `{ party, check }`. Never a value. */
  readonly details: Readonly<Record<string, string | number>>;

  constructor(
    code: ErrorCode,
    message: string,
    options: { details?: Record<string, string | number>; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'StrongroomError';
    this.code = code;
    this.details = options.details ?? {};
  }

  get kind(): ErrorKind {
    return ERRORS[this.code].kind;
  }
}
