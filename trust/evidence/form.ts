/**
 * The form of an evidence file: one JSON document that holds everything by which somebody who trusts nobody can
 * check that one party broke the protocol. Two forms of context, by what a claim about a task rests on:
 *
 * | context       | holds                                                                | for claims that rest on             |
 * | ------------- | -------------------------------------------------------------------- | ----------------------------------- |
 * | `statements`  | some entries, each with its proof of inclusion under one checkpoint  | what somebody has said              |
 * | `history`     | the whole log up to a checkpoint                                     | what was there, and what was not    |
 *
 * A claim about absence ("not every key holder had approved") cannot be made from chosen entries: whoever makes the
 * evidence could leave some out and so accuse somebody honest.
 */
import * as z from 'zod';
import { StrongroomError } from '../../proto/errors.ts';

const digest = z.string().regex(/^[0-9a-f]{64}$/);
const party = z.string().regex(/^[a-z][a-z0-9-]{0,62}$/);

const entry = z.strictObject({
  index: z.int().nonnegative(),
  envelope: z.base64(),
  inclusion: z.array(digest),
});

const common = { strongroom: z.literal('evidence/1'), accused: party };

const statements = {
  ...common,
  /** The log's signed head, without cosignatures. */
  checkpoint: z.string(),
  /** The versions of the consortium document from entry 0 to the one under which the task was proposed. */
  consortium: z.array(entry).min(1),
  /** The proposal of the task, and the documents of the claim, in log order. */
  statements: z.array(entry).min(2),
  /** Bytes that the documents name, by digest; those that are not here stand in files beside. */
  objects: z.record(digest, z.base64()),
};

const history = {
  ...common,
  /** The log's signed head over exactly `history`, without cosignatures. */
  checkpoint: z.string(),
  history: z.array(z.base64()).min(2),
};

const note = z.string();

const EVIDENCE = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('wrong-evaluation'), ...statements }),
  z.strictObject({ kind: z.literal('invalid-input'), ...statements }),
  z.strictObject({ kind: z.literal('two-wordings'), ...statements }),
  z.strictObject({ kind: z.literal('wrong-share'), ...statements }),
  z.strictObject({ kind: z.literal('wrong-match'), ...statements }),
  z.strictObject({ kind: z.literal('wrong-linkage'), ...statements }),
  z.strictObject({
    kind: z.literal('foreign-history'),
    ...statements,
    /** The root of so many entries as the document speaks of, and the proof of it; absent where it speaks of more than stood before it. */
    own: z.strictObject({ root: digest, consistency: z.array(digest).max(64) }).optional(),
  }),
  z.strictObject({ kind: z.literal('rule-broken'), ...history, entry: z.int().positive() }),
  z.strictObject({ kind: z.literal('false-seal'), ...history, entry: z.int().positive() }),
  z.strictObject({
    kind: z.literal('split-history'),
    ...common,
    /** The first version of the consortium document, which names the log's key. */
    consortium: z.base64(),
    /** Two heads that the log has signed, without cosignatures; `shown` is not the larger one. */
    held: note,
    shown: note,
    /** The root of the first entries of `held`, as many as `shown` has, and the proof of it, RFC 6962 §2.1.2. */
    root: digest,
    consistency: z.array(digest).max(64),
  }),
  z.strictObject({
    kind: z.literal('wrong-contribution'),
    ...history,
    task: digest,
    objects: z.record(digest, z.base64()),
  }),
  z.strictObject({
    kind: z.literal('wrong-joint-key'),
    ...history,
    task: digest,
    objects: z.record(digest, z.base64()),
  }),
]);

export type Evidence = z.infer<typeof EVIDENCE>;
export type EvidenceKind = Evidence['kind'];
export type Entry = z.infer<typeof entry>;

/** Reads the form of an evidence file; nothing is verified yet. Throws EVIDENCE_INVALID. */
export function parseEvidence(bytes: Uint8Array): Evidence {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new StrongroomError('EVIDENCE_INVALID', 'The evidence is not a JSON file.', { cause });
  }
  const parsed = EVIDENCE.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw unproven('form', `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`);
}

/** The text of an evidence file. */
export function evidenceText(evidence: Evidence): string {
  return `${JSON.stringify(evidence, null, 1)}\n`;
}

/** Why evidence proves nothing, and at which part of it that shows. */
export function unproven(where: string, why: string): StrongroomError {
  return new StrongroomError('EVIDENCE_INVALID', `The evidence fails at ${where}: ${why}`, {
    details: { check: where },
  });
}

/** Runs a step; what it throws becomes EVIDENCE_INVALID with the name of the part. */
export function at<T>(where: string, step: () => T): T {
  try {
    return step();
  } catch (error) {
    throw failedAt(where, error);
  }
}

/** See `at`. */
export function failedAt(where: string, error: unknown): unknown {
  if (!(error instanceof StrongroomError) || error.code === 'EVIDENCE_INVALID') return error;
  return unproven(where, error.message);
}
