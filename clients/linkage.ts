/**
 * An input party's part in linkage: it asks all K key holders for the pseudonyms of its keys without showing the keys,
 * checks every answer against the holder's published point, hands in the sorted pseudonyms, and checks the match.
 */
import { existsSync, readFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { StrongroomError } from '../proto/errors.ts';
import type { HolderAnswer } from '../schemes/linkage/blinding.ts';
import { PSEUDONYM_BYTES } from '../schemes/linkage/sizes.ts';
import type { LinkedTable } from '../statistics/linked-table.ts';
import { compareAt } from '../statistics/match.ts';
import type { TableRecord } from '../statistics/table.ts';
import { openAtRest, sealAtRest } from '../trust/at-rest.ts';
import { sha256Hex } from '../trust/digest.ts';
import type { Blob, Content, Signed } from '../trust/documents.ts';
import type { TaskLife } from '../trust/life.ts';
import { linkagePoint, type LinkageLife } from '../trust/linkage-life.ts';
import { requireTrueMatch } from '../trust/match.ts';
import { makeFolder, writeFileAtomic } from '../trust/storage/files.ts';
import { LinkageWork } from './linkage-work.ts';
import type { Session, WaitOptions } from './session.ts';

const SEED = 'linkage-seed.sealed';

/**
 * This party's records of each of the units that all parties have, in the order that all of them encrypt in. `folder` keeps
 * the seed of its blinds, so that a client that dies goes on with the request that it has made.
 *
 * Throws LINKAGE_INVALID where a key holder has answered wrongly, which ends the task with its name, or where the
 * match is not that of the lists; DOCUMENT_CONFLICT where this party has asked with another table before.
 */
export async function linkRecords(
  session: Session,
  task: TaskLife,
  { keys, records }: LinkedTable,
  folder: string,
  options: WaitOptions,
): Promise<(readonly TableRecord[])[]> {
  const linkage = task.linkage;
  if (linkage === undefined) throw new RangeError('the task links no records');
  await session.until(task.id, (life) => life.jointKey, options);
  const { request, pseudonyms } = await ask(session, task, linkage, keys, folder, options);
  const { order, list } = sorted(pseudonyms);
  await sayOnce(session, task, 'pseudonyms', 'list', list, { request }, () =>
    linkage.lists.get(session.name),
  );
  await session.until(task.id, () => linkage.match, options);
  const match = await checked(session, task, () =>
    requireTrueMatch(task, (party, blob) => session.board.get(blob, party)),
  );
  const own = match.positions[task.inputs.indexOf(session.name)] ?? [];
  return Array.from(own, (position) => records[order[position] ?? -1] ?? []);
}

/** The pseudonyms of these keys, in their order, and the digest of the request for them. */
async function ask(
  session: Session,
  task: TaskLife,
  linkage: LinkageLife,
  keys: readonly string[],
  folder: string,
  options: WaitOptions,
): Promise<{ request: string; pseudonyms: Uint8Array }> {
  const seed = await seedIn(folder, session);
  using work = new LinkageWork(seed, keys.length);
  const points = await work.blind(keys);
  const request = await sayOnce(session, task, 'linkage-request', 'points', points, {}, () =>
    linkage.requests.get(session.name),
  );
  const answers = await session.until(
    task.id,
    (life) =>
      linkage.answersTo(session.name).size === life.holders.length ? collect(life, linkage) : undefined,
    options,
  );
  const pseudonyms = await checked(session, task, async () =>
    work.pseudonyms(points, await answers(session)),
  );
  return { request: request.digest, pseudonyms };
}

/** The pseudonyms as they rise, and at each place where it stood before. */
function sorted(pseudonyms: Uint8Array): { order: Uint32Array; list: Uint8Array } {
  const width = PSEUDONYM_BYTES;
  const order = Uint32Array.from({ length: pseudonyms.length / width }, (_, i) => i);
  order.sort((a, b) => compareAt(pseudonyms, a * width, pseudonyms, b * width, width));
  const list = new Uint8Array(pseudonyms.length);
  order.forEach((from, at) => list.set(pseudonyms.subarray(from * width, (from + 1) * width), at * width));
  return { order, list };
}

/** The seed of this task's blinds, made and kept before anything is asked. */
async function seedIn(folder: string, session: Session): Promise<Uint8Array> {
  const file = join(folder, SEED);
  const { unlock } = session.profile;
  if (existsSync(file)) return openAtRest(new Uint8Array(readFileSync(file)), unlock, SEED);
  const seed = new Uint8Array(randomBytes(32));
  await makeFolder(folder);
  await writeFileAtomic(file, sealAtRest(seed, unlock, SEED));
  return seed;
}

/** Signs and sends a document with its object, unless it stands in the log; then it must be of the same object. */
async function sayOnce<K extends 'linkage-request' | 'pseudonyms'>(
  session: Session,
  task: TaskLife,
  kind: K,
  field: 'points' | 'list',
  bytes: Uint8Array,
  rest: object,
  said: () => Signed<K> | undefined,
): Promise<Signed<K>> {
  const blob: Blob = { digest: sha256Hex(bytes), size: bytes.length };
  if (said() === undefined) {
    await session.board.put(task.id, bytes);
    const content = { ...rest, [field]: blob } as unknown as Content<K>;
    await session.catchUp(await session.board.append(session.sign(task, kind, content)));
  }
  const signed = said();
  const stands =
    signed === undefined ? undefined : (signed.payload as unknown as Record<string, Blob>)[field];
  if (signed !== undefined && stands?.digest === blob.digest) return signed;
  throw new StrongroomError(
    'DOCUMENT_CONFLICT',
    `${session.name} has linked another table in this task before, or its log entry does not count.`,
  );
}

/** What fetches the answers, in the order of the holders. */
function collect(task: TaskLife, linkage: LinkageLife): (session: Session) => Promise<HolderAnswer[]> {
  return (session) =>
    Promise.all(
      task.holders.map(async (holder) => {
        const key = linkage.keys.get(holder);
        const answer = linkage.answersTo(session.name).get(holder);
        if (key === undefined || answer === undefined) {
          throw new StrongroomError('LINKAGE_INVALID', `${holder} has not answered`, {
            details: { party: holder },
          });
        }
        return {
          holder,
          publicKey: linkagePoint(key),
          answer: await session.board.get(answer.payload.answer, holder),
        };
      }),
    );
}

/** A wrong answer or match ends the task: everybody can check it, and without the right one there is no result. */
async function checked<T>(session: Session, task: TaskLife, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof StrongroomError && error.code === 'LINKAGE_INVALID') {
      await endTask(session, task, error);
    }
    throw error;
  }
}

async function endTask(session: Session, task: TaskLife, { code, message }: StrongroomError): Promise<void> {
  try {
    const content = { outcome: 'failed', code, detail: message.slice(0, 1000) } as const;
    await session.board.append(session.sign(task, 'abort', content));
  } catch (error) {
    // Another party was faster.
    if (!(error instanceof StrongroomError) || error.code !== 'TASK_ENDED') throw error;
  }
}
