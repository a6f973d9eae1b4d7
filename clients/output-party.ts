/**
 * What the output party does: it verifies the K releases, opens its boxes, combines the partial decryptions,
 * finishes in the clear, acknowledges, and writes the receipt.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { StrongroomError } from '../proto/errors.ts';
import { VERSION } from '../proto/version.ts';
import { openCombiner } from '../schemes/combiner.ts';
import { finishTask } from '../statistics/finish.ts';
import type { Result } from '../statistics/result.ts';
import { hex, sha256Hex, unhex } from '../trust/digest.ts';
import type { Signed } from '../trust/documents.ts';
import { createDurably } from '../trust/durable-file.ts';
import type { TaskLife } from '../trust/life.ts';
import { openingKeyOf } from '../trust/identity.ts';
import { commitToResult, type Receipt, type ResultStatement } from '../trust/receipt/form.ts';
import { needsJointKey } from '../trust/receipt/recompute.ts';
import { writeReceipt, type OpenedShares } from '../trust/receipt/write.ts';
import { shareBinding, unpackShares } from '../trust/release.ts';
import { openSealed } from '../trust/sealed-box-open.ts';
import { makeFolder } from '../trust/storage/files.ts';
import type { Session, WaitOptions } from './session.ts';
import { withProof } from './wrong-share.ts';

/** What is said to the world about a result: the task, and the statistics in exact decimals. */
export interface ResultDocument extends ResultStatement {
  readonly result: Result;
}

export interface Delivered {
  readonly document: ResultDocument;
  readonly salt: Uint8Array;
  /** What the receipt shows with `withShares`, and else nobody but this party has. */
  readonly opened: OpenedShares;
}

/**
 * Fetches, verifies, combines and finishes the result of a task, waiting for the releases of all K key holders,
 * and acknowledges it. Repeating it gives the same result and the same acknowledgement.
 *
 * Throws NOT_AUTHORISED unless this is the output party; SHARE_INVALID where a box or a share is not what its
 * holder signed, or the combined shares do not decrypt within the noise bound: then nothing of it is used. Where a
 * share can be shown to be wrong, the error names its holder and the file with the proof.
 */
export async function fetchResult(
  session: Session,
  taskId: string,
  options: WaitOptions = {},
): Promise<Delivered> {
  const task = session.task(taskId);
  if (task.document.parties.output !== session.name) {
    throw new StrongroomError(
      'NOT_AUTHORISED',
      `The result of this task is for ${task.document.parties.output} alone.`,
    );
  }
  await session.until(
    task.id,
    (life) => (life.releases.size === life.holders.length ? true : undefined),
    options,
  );
  const packed = await openReleases(session, task);
  const key = await session.board.get(task.requireJointKey(), task.aggregator);
  const outputs: Uint8Array[] = [];
  for (const output of task.evaluation?.payload.outputs ?? []) {
    outputs.push(await session.board.get(output, task.aggregator));
  }
  const result = finishTask(
    task.document,
    task.plan,
    await combineOrProve(session, task, key, outputs, packed),
    task.linkage?.sizes,
  );
  const { document, salt } = await acknowledge(session, task, result);
  return { document, salt, opened: { key: needsJointKey(task) ? key : undefined, outputs, shares: packed } };
}

/** What each holder released, packed as it was signed; each box opened as the release of its holder and no other. */
async function openReleases(session: Session, task: TaskLife): Promise<Uint8Array[]> {
  const openingKey = openingKeyOf(session.profile.identity);
  return Promise.all(
    task.holders.map(async (holder) => {
      const release = releaseOf(task, holder);
      const box = await session.board.get(release.payload.box, holder);
      const { info, aad } = shareBinding(task.id, release.payload.evaluation, holder);
      const packed = await openBox(openingKey, box, info, aad, holder);
      if (sha256Hex(packed) !== release.payload.opened) {
        throw new StrongroomError(
          'SHARE_INVALID',
          `The box of ${holder} does not hold what its release says.`,
          {
            details: { party: holder },
          },
        );
      }
      return packed;
    }),
  );
}

async function openBox(
  key: Uint8Array,
  box: Uint8Array,
  info: Uint8Array,
  aad: Uint8Array,
  holder: string,
): Promise<Uint8Array> {
  try {
    return await openSealed(key, box, info, aad);
  } catch (cause) {
    throw new StrongroomError(
      'SHARE_INVALID',
      `The box of ${holder} does not open as its release for this task.`,
      {
        details: { party: holder },
        cause,
      },
    );
  }
}

function releaseOf(task: TaskLife, holder: string): Signed<'release'> {
  const release = task.releases.get(holder);
  if (release === undefined)
    throw new StrongroomError('NOT_APPROVED', `${holder} has not released its share.`);
  return release;
}

async function combineOrProve(
  session: Session,
  task: TaskLife,
  key: Uint8Array,
  outputs: readonly Uint8Array[],
  shares: readonly Uint8Array[],
): Promise<bigint[][]> {
  try {
    return combine(task, key, outputs, shares);
  } catch (error) {
    throw await withProof(session, task, error, { key, outputs, shares });
  }
}

/** The output vectors, from the output ciphertexts that all K holders name and their shares of each. */
function combine(
  task: TaskLife,
  key: Uint8Array,
  outputs: readonly Uint8Array[],
  packed: readonly Uint8Array[],
): bigint[][] {
  const shares = packed.map((bytes, i) => unpackShares(bytes, task.holders[i] ?? ''));
  try {
    return openCombiner(task.context, key).combine(outputs, shares);
  } catch (error) {
    throw task.nameHolder(error);
  }
}

/**
 * Says that the result has arrived, and commits to it without showing it. Salt and version are kept before the
 * commitment is sent, and made only once, so that a client that dies in between, a second one beside it, or a later
 * version acknowledges with the same words.
 */
async function acknowledge(
  session: Session,
  task: TaskLife,
  result: Result,
): Promise<Pick<Delivered, 'document' | 'salt'>> {
  const folder = join(session.profile.state, 'results');
  await makeFolder(folder);
  const { program, salt } = acknowledgementIn(join(folder, `${task.id}.json`));
  const document: ResultDocument = {
    strongroom: 'result/2',
    task: task.id,
    title: task.document.title,
    versions: { program, plan: task.plan.version },
    result,
  };
  const commitment = commitToResult(salt, document);
  if (task.delivery === undefined) await deliver(session, task, commitment);
  if (task.delivery?.payload.result !== commitment) {
    throw new StrongroomError(
      'DOCUMENT_CONFLICT',
      'Another result of this task has been acknowledged before.',
    );
  }
  return { document, salt };
}

const Acknowledgement = z.strictObject({ program: z.string(), salt: z.string() });

function acknowledgementIn(file: string): { program: string; salt: Uint8Array } {
  const fresh = { program: VERSION, salt: hex(randomBytes(32)) };
  try {
    if (!existsSync(file)) createDurably(file, Buffer.from(JSON.stringify(fresh)));
  } catch (error) {
    // Made by another process of this party meanwhile.
    if (!existsSync(file)) throw error;
  }
  const { program, salt } = Acknowledgement.parse(JSON.parse(readFileSync(file, 'utf8')));
  return { program, salt: unhex(salt) };
}

/** Where another process of this party was faster, its delivery is as good as ours. */
async function deliver(session: Session, task: TaskLife, result: string): Promise<void> {
  const releases = task.holders.map((holder) => releaseOf(task, holder).digest);
  try {
    await session.catchUp(await session.board.append(session.sign(task, 'delivery', { releases, result })));
  } catch (error) {
    await session.board.refresh();
    if (task.delivery === undefined) throw error;
  }
}

/**
 * The receipt of a delivered task, as this session has verified it. `withShares` adds what recomputes the result, and
 * so shows everything that the output party has learnt.
 */
export function receiptOf(
  session: Session,
  task: TaskLife,
  { document, salt, opened }: Delivered,
  { withShares = false } = {},
): Receipt {
  const { board } = session;
  const { follower } = board.book;
  const { checkpoint } = follower;
  if (checkpoint === undefined) throw new StrongroomError('NOT_FOUND', 'The log is empty.');
  const entry = (index: number) => ({ index, envelope: board.entry(index) });
  return writeReceipt({
    consortium: entry(board.book.consortiumIndexOf(task)),
    checkpoint,
    entries: task.entries.map(entry),
    seenSizes: task.seenSizes,
    inclusion: (index) => follower.inclusionProof(index),
    consistency: (from) => follower.consistencyProof(from),
    result: document,
    salt,
    opened: withShares ? opened : undefined,
  });
}
