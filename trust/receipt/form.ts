/** The form of a receipt: one self-contained file with one encoding, from which anybody can check a result offline. */
import * as z from 'zod';
import { StrongroomError } from '../../proto/errors.ts';
import { canonicalJson, hex, parseCanonicalJson, sha256 } from '../digest.ts';

const digest = z.string().regex(/^[0-9a-f]{64}$/);

/** An envelope that stands in the log, with its proof of inclusion under the checkpoint. */
const Entry = z.strictObject({
  index: z.int().nonnegative(),
  envelope: z.base64(),
  inclusion: z.array(digest),
});
export type Entry = z.infer<typeof Entry>;

/** What was opened: from this, and the documents, everybody recomputes the result. */
const Opened = z.strictObject({
  /** The joint key, with schemes whose shares are checked against it; absent with others. */
  key: z.base64().optional(),
  /** The output ciphertexts, in the order of the evaluation. */
  outputs: z.array(z.base64()).min(1),
  /** What each key holder released, in the order of the task document: the bytes inside its box. */
  shares: z.array(z.base64()).min(1),
});
export type Opened = z.infer<typeof Opened>;

const Receipt = z.strictObject({
  strongroom: z.literal('receipt/2'),
  /** The consortium document, as it stands in the log. */
  consortium: Entry,
  /** The signed head of the log under which everything else stands, with the cosignatures of the task's key holders. */
  checkpoint: z.string(),
  /** The task's documents in log order. */
  entries: z.array(Entry).min(1),
  /** For every size of the log that a signer had seen: the proof that the head extends it. */
  consistency: z.record(z.string().regex(/^[1-9]\d*$/), z.array(digest)),
  /** What was computed, and the salt of the commitment to it in the delivery. */
  result: z.strictObject({
    strongroom: z.literal('result/2'),
    task: digest,
    title: z.string(),
    /** Of the program that finished the result, and of the rules by which it planned. */
    versions: z.strictObject({ program: z.string(), plan: z.string() }),
    result: z.unknown(),
  }),
  salt: digest,
  /** With `--with-shares`. */
  opened: Opened.optional(),
});
export type Receipt = z.infer<typeof Receipt>;

/** What is said to the world about a result. */
export type ResultStatement = Receipt['result'];

/** What the delivery commits to: SHA-256(salt ‖ canonical JSON of the result), both in fixed form. */
export function commitToResult(salt: Uint8Array, result: unknown): string {
  return hex(sha256(salt, canonicalJson(result)));
}

/** The file: canonical JSON (RFC 8785), so that one receipt has one encoding. */
export function receiptBytes(receipt: Receipt): Uint8Array {
  return canonicalJson(receipt);
}

/**
 * Reads a receipt's form; nothing is verified yet. Throws RECEIPT_INVALID unless the bytes are, byte for byte, what
 * `receiptBytes` writes.
 */
export function parseReceipt(bytes: Uint8Array): Receipt {
  const value = at('form', () => parseCanonicalJson(bytes));
  const parsed = Receipt.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw broken('form', `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`);
}

/** Runs a step; whatever it refuses becomes RECEIPT_INVALID with the step's name. */
export function at<T>(where: string, step: () => T): T {
  try {
    return step();
  } catch (error) {
    if (!(error instanceof StrongroomError) || error.code === 'RECEIPT_INVALID') throw error;
    throw broken(where, error.message);
  }
}

export function broken(where: string, why: string): StrongroomError {
  return new StrongroomError('RECEIPT_INVALID', `The receipt fails at ${where}: ${why}`, {
    details: { check: where },
  });
}
