/**
 * The receipt of a result: one self-contained file from which anybody can check, offline, that the result was
 * computed as the task document says, with the explicit approval of every key holder.
 */
import * as z from 'zod';
import { StrongroomError } from '../proto/errors.ts';
import { openConsortium, type Consortium } from './consortium.ts';
import { base64, canonicalJson, hex, sha256, unbase64, unhex } from './digest.ts';
import { headsOf, openDocument, type AnySigned, type Seen } from './documents.ts';
import { TaskLife } from './life.ts';
import { openCheckpoint, type Checkpoint } from './log/checkpoint.ts';
import { leafOf } from './log/entry.ts';
import { verifyConsistency, verifyInclusion } from './log/merkle.ts';
import { admit } from './rules.ts';

const digest = z.string().regex(/^[0-9a-f]{64}$/);

const Receipt = z.strictObject({
  strongroom: z.literal('receipt/1'),
  /** The consortium document, in base64: an envelope signed by its standing key holders. */
  consortium: z.base64(),
  /** The signed head of the log under which everything below stands. */
  checkpoint: z.string(),
  /** The task's documents in log order, each with its proof of inclusion. */
  entries: z
    .array(z.strictObject({ index: z.int().nonnegative(), envelope: z.base64(), inclusion: z.array(digest) }))
    .min(1),
  /** For every size of the log that a signer had seen: the proof that the head extends it. */
  consistency: z.record(z.string().regex(/^[1-9]\d*$/), z.array(digest)),
  /** What was computed, and the salt of the commitment to it in the delivery. */
  result: z.unknown(),
  salt: digest,
});
export type Receipt = z.infer<typeof Receipt>;

/** One step of the argument: what was checked, and what it proves. */
interface Step {
  readonly checked: string;
  readonly proves: string;
}

export interface Verdict {
  readonly task: TaskLife;
  readonly consortium: Consortium;
  readonly steps: readonly Step[];
}

/** What the delivery commits to: SHA-256(salt ‖ canonical JSON of the result), both in fixed form. */
export function commitToResult(salt: Uint8Array, result: unknown): string {
  return hex(sha256(salt, canonicalJson(result)));
}

/** Reads a receipt's form; nothing is verified yet. Throws RECEIPT_INVALID. */
export function parseReceipt(bytes: Uint8Array): Receipt {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new StrongroomError('RECEIPT_INVALID', 'The receipt is not a JSON file.', { cause });
  }
  const parsed = Receipt.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw broken('form', `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`);
}

/**
 * Verifies a receipt from itself and the pinned digest of the consortium document alone. The steps are the
 * argument, in its order. Without `pinned` the consortium is taken from the receipt, and whoever reads the
 * verdict must compare its digest with the one that they know.
 *
 * Throws RECEIPT_INVALID naming the step at which it fails.
 */
export function verifyReceipt(receipt: Receipt, pinned?: string): Verdict {
  const consortium = at('consortium', () => openConsortium(unbase64(receipt.consortium), pinned));
  const head = at('checkpoint', () =>
    openCheckpoint(receipt.checkpoint, consortium.log.origin, consortium.log.keys),
  );
  const documents = receipt.entries.map((entry, i) => openEntry(entry, i, consortium, head));
  documents.forEach((document, i) => checkSeen(document, i, receipt, head));
  const task = at('life of the task', () => replay(documents, receipt, consortium));
  at('result', () => checkResult(task, receipt));
  return { task, consortium, steps: argument(task, consortium, head) };
}

function openEntry(
  { index, envelope, inclusion }: Receipt['entries'][number],
  position: number,
  consortium: Consortium,
  head: Checkpoint,
): AnySigned {
  const where = `entry ${position}`;
  const bytes = at(where, () => unbase64(envelope));
  const proof = at(where, () => inclusion.map(unhex));
  if (!verifyInclusion(leafOf(bytes), index, head.size, proof, head.root)) {
    throw broken(where, `it is not entry ${index} of the log under the checkpoint`);
  }
  return at(where, () => openDocument(bytes, consortium.signingKeys));
}

function checkSeen(document: AnySigned, position: number, { consistency }: Receipt, head: Checkpoint): void {
  for (const seen of headsOf(document)) checkHead(seen, document.payload.by, position, consistency, head);
}

function checkHead(
  { size, root }: Seen,
  by: string,
  position: number,
  consistency: Receipt['consistency'],
  head: Checkpoint,
): void {
  const where = `entry ${position}`;
  if (size === 0) {
    if (root !== hex(sha256(new Uint8Array()))) throw broken(where, 'its signer names a wrong empty log');
    return;
  }
  const proof = at(where, () => (consistency[String(size)] ?? []).map(unhex));
  if (!verifyConsistency(size, head.size, proof, unhex(root), head.root)) {
    throw broken(where, `${by} had seen a log of ${size} entries that the checkpoint does not extend`);
  }
}

/** Plays the documents through the same rules by which everybody followed the task. */
function replay(documents: readonly AnySigned[], receipt: Receipt, consortium: Consortium): TaskLife {
  const [proposal, ...rest] = documents;
  if (proposal?.kind !== 'proposal') throw broken('entry 0', 'it is not the proposal of a task');
  const task = new TaskLife(proposal, consortium);
  task.apply(proposal, receipt.entries[0]?.index ?? 0);
  rest.forEach((document, offset) => {
    const index = receipt.entries[offset + 1]?.index ?? 0;
    if (document.kind === 'proposal' || document.payload.task !== task.id) {
      throw broken(`entry ${offset + 1}`, 'it belongs to another task');
    }
    if (index <= (task.entries.at(-1) ?? 0)) throw broken(`entry ${offset + 1}`, 'it stands out of order');
    admit(task, document);
    task.apply(document, index);
  });
  if (task.delivery === undefined) throw broken('delivery', `the task is ${task.phase}, not delivered`);
  return task;
}

function checkResult(task: TaskLife, { salt, result }: Receipt): void {
  if (commitToResult(unhex(salt), result) !== task.delivery?.payload.result) {
    throw broken('result', `it is not the result to which ${task.document.parties.output} committed`);
  }
}

function argument(task: TaskLife, consortium: Consortium, head: Checkpoint): Step[] {
  const holders = task.holders.join(', ');
  const k = task.holders.length;
  return [
    {
      checked: `consortium ${consortium.name}, version ${consortium.version}, digest ${consortium.digest}`,
      proves: 'who the parties are and which keys are theirs; compare this digest with the one that you know',
    },
    {
      checked: `${task.entries.length} signed documents, each in the log of ${head.size} entries under one signed checkpoint`,
      proves: 'nothing here was made up afterwards, and all signers looked at one history',
    },
    {
      checked: `${k} of ${k} approvals of task ${task.id} and of the plan computed from it (${holders})`,
      proves: 'every key holder agreed to exactly this computation, for exactly this receiver',
    },
    {
      checked: `${k} contributions, each the one that its approval had committed to; one joint key signed by all ${k}`,
      proves: 'no key existed before all had approved, and none of them could choose it',
    },
    {
      checked: `${task.manifests.size} manifests of ${[...task.manifests.keys()].join(', ')}, under that key, all of them in the seal`,
      proves: 'these inputs and no others were evaluated; none was dropped, replaced or counted twice',
    },
    {
      checked: `in each release a checkpoint of the log with the evaluation in it, cosigned by all ${k} key holders`,
      proves: 'all of them looked at one history of this task before any of them turned its key',
    },
    {
      checked: `${task.releases.size} of ${k} releases, all of the same ${task.plan.ciphertexts} output digests`,
      proves:
        'every key holder evaluated the inputs itself, came to the same output, and turned its key once',
    },
    {
      checked: `the result against the commitment in the delivery of ${task.document.parties.output}`,
      proves: 'this is the result that the output party decrypted',
    },
    {
      checked: `${task.shreds.size} of ${k} statements that the key share is destroyed`,
      proves:
        task.shreds.size === k
          ? 'what was encrypted for this task can be decrypted by nobody any more'
          : `only ${[...task.shreds.keys()].join(', ') || 'nobody'} had said so when this receipt was written`,
    },
  ];
}

/** Runs a step; whatever it throws becomes RECEIPT_INVALID with the step's name. */
function at<T>(where: string, step: () => T): T {
  try {
    return step();
  } catch (error) {
    if (!(error instanceof StrongroomError) || error.code === 'RECEIPT_INVALID') throw error;
    throw broken(where, error.message);
  }
}

function broken(where: string, why: string): StrongroomError {
  return new StrongroomError('RECEIPT_INVALID', `The receipt fails at ${where}: ${why}`, {
    details: { check: where },
  });
}

/** Puts together the receipt of a delivered task. `proofs` answers for the head that the checkpoint signs. */
export function writeReceipt(options: {
  readonly consortium: Uint8Array;
  readonly checkpoint: string;
  readonly entries: readonly { readonly index: number; readonly envelope: Uint8Array }[];
  readonly seenSizes: readonly number[];
  readonly inclusion: (index: number) => readonly Uint8Array[];
  readonly consistency: (from: number) => readonly Uint8Array[];
  readonly result: unknown;
  readonly salt: Uint8Array;
}): Receipt {
  const sizes = [...new Set(options.seenSizes)].filter((size) => size > 0);
  return {
    strongroom: 'receipt/1',
    consortium: base64(options.consortium),
    checkpoint: options.checkpoint,
    entries: options.entries.map(({ index, envelope }) => ({
      index,
      envelope: base64(envelope),
      inclusion: options.inclusion(index).map(hex),
    })),
    consistency: Object.fromEntries(sizes.map((size) => [String(size), options.consistency(size).map(hex)])),
    result: options.result,
    salt: hex(options.salt),
  };
}
