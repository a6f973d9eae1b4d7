/**
 * The offline verifier of receipts. It needs no server, no native code and no Node, and runs in a browser: the rule
 * `verifier-runs-anywhere` of the import graph holds it to that.
 */
import type { StrongroomError } from '../../proto/errors.ts';
import { openConsortium, type Consortium } from '../consortium.ts';
import { hex, sha256, unbase64, unhex } from '../digest.ts';
import { headsOf, openDocument, type AnySigned, type Seen } from '../documents.ts';
import { TaskLife } from '../life.ts';
import { openCosigned, type CosignedCheckpoint } from '../log/cosignature.ts';
import { leafOf } from '../log/entry.ts';
import { verifyConsistency, verifyInclusion } from '../log/merkle.ts';
import { parseNote } from '../log/signed-note.ts';
import { admit } from '../rules.ts';
import { argument, type Step } from './argument.ts';
import { at, broken, commitToResult, type Entry, type Receipt } from './form.ts';
import { recompute } from './recompute.ts';

/** A receipt that holds, and why. */
export interface Verdict {
  readonly task: TaskLife;
  readonly consortium: Consortium;
  readonly steps: readonly Step[];
}

/**
 * Verifies a receipt from itself and the pinned digest of the consortium document alone. The steps are the
 * argument, in its order. Without `pinned` the consortium is taken from the receipt, and whoever reads the
 * verdict must compare its digest with the one that they know.
 *
 * Throws RECEIPT_INVALID naming the step at which it fails.
 */
export function verifyReceipt(receipt: Receipt, pinned?: string): Verdict {
  const consortium = at('consortium', () => openConsortium(unbase64(receipt.consortium.envelope), pinned));
  const head = at('checkpoint', () =>
    openCosigned(receipt.checkpoint, consortium.log, consortium.signingKeys),
  );
  requireKnownSignatures(head, receipt.checkpoint);
  requireIncluded('consortium', receipt.consortium, head);
  const documents = receipt.entries.map((entry, i) => openEntry(entry, `entry ${i}`, consortium, head));
  requireSeen(documents, receipt, head);
  const task = replay(documents, receipt, consortium);

  requireResult(task, receipt);
  if (receipt.opened !== undefined) recompute(task, receipt.opened, receipt.result);
  return { task, consortium, steps: argument({ task, consortium, head, receipt }) };
}

/** Nothing stands on the checkpoint but the log's signature and the cosignatures of parties, each once. */
function requireKnownSignatures({ witnesses }: CosignedCheckpoint, note: string): void {
  if (parseNote(note).lines.length === 1 + witnesses.length) return;
  throw broken('checkpoint', 'a signature line is of nobody who is known, or stands there twice');
}

function requireIncluded(
  where: string,
  { index, envelope, inclusion }: Entry,
  head: CosignedCheckpoint,
): Uint8Array {
  const bytes = at(where, () => unbase64(envelope));
  const proof = at(where, () => inclusion.map(unhex));
  if (verifyInclusion(leafOf(bytes), index, head.size, proof, head.root)) return bytes;
  throw broken(where, `it is not entry ${index} of the log under the checkpoint`);
}

function openEntry(entry: Entry, where: string, consortium: Consortium, head: CosignedCheckpoint): AnySigned {
  const bytes = requireIncluded(where, entry, head);
  return at(where, () => openDocument(bytes, consortium.signingKeys));
}

/** Every signer had seen a log that the head extends; there are exactly the proofs that show it. */
function requireSeen(
  documents: readonly AnySigned[],
  { consistency }: Receipt,
  head: CosignedCheckpoint,
): void {
  const asked = new Set<string>();
  documents.forEach((document, i) => {
    for (const seen of headsOf(document)) {
      asked.add(String(seen.size));
      const refusal = contradiction(document.payload.by, seen, consistency[String(seen.size)], head);
      if (refusal !== undefined) throw broken(`entry ${i}`, refusal);
    }
  });
  const needless = Object.keys(consistency).find((size) => !asked.has(size));
  if (needless !== undefined) throw broken('consistency', `nobody had seen a log of ${needless} entries`);
}

function contradiction(
  by: string,
  { size, root }: Seen,
  proof: readonly string[] | undefined,
  head: CosignedCheckpoint,
): string | undefined {
  if (size === 0) return root === hex(sha256()) ? undefined : `${by} names a wrong empty log`;
  if (proof !== undefined && verifyConsistency(size, head.size, proof.map(unhex), unhex(root), head.root)) {
    return undefined;
  }
  return `${by} had seen a log of ${size} entries that the checkpoint does not extend`;
}

/** Plays the documents through the same rules by which everybody followed the task. */
function replay(documents: readonly AnySigned[], receipt: Receipt, consortium: Consortium): TaskLife {
  const [proposal, ...rest] = documents;
  if (proposal?.kind !== 'proposal') throw broken('entry 0', 'it is not the proposal of a task');
  const task = at('entry 0', () => new TaskLife(proposal, consortium));
  const { plan } = receipt.result.versions;
  if (plan !== task.plan.version) throw anotherPlanner(receipt, task.plan.version);
  task.apply(proposal, receipt.entries[0]?.index ?? 0);
  rest.forEach((document, offset) => {
    const where = `entry ${offset + 1}`;
    const index = receipt.entries[offset + 1]?.index ?? 0;
    if (document.kind === 'proposal' || document.payload.task !== task.id) {
      throw broken(where, 'it belongs to another task');
    }
    if (index <= (task.entries.at(-1) ?? 0)) throw broken(where, 'it stands out of order');
    at(where, () => {
      admit(task, document);
    });
    task.apply(document, index);
  });
  if (task.delivery === undefined) throw broken('delivery', `the task is ${task.phase}, not delivered`);
  return task;
}

function anotherPlanner({ result: { versions } }: Receipt, own: string): StrongroomError {
  return broken(
    'versions',
    `it was planned as ${versions.plan} and this verifier plans as ${own}: verify it with version ${versions.program}`,
  );
}

function requireResult(task: TaskLife, { salt, result }: Receipt): void {
  if (at('result', () => commitToResult(unhex(salt), result)) !== task.delivery?.payload.result) {
    throw broken('result', `it is not the result to which ${task.document.parties.output} committed`);
  }
  if (result.task !== task.id || result.title !== task.document.title) {
    throw broken('result', 'it is the result of another task');
  }
}
