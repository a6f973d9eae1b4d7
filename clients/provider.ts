/**
 * What an input party does: it checks that all K key holders stand behind the joint key, validates its own
 * records against the schema that it agreed to, encrypts, and submits once.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { StrongroomError } from '../proto/errors.ts';
import { openEncryptor } from '../schemes/encryptor.ts';
import { ownTable } from '../statistics/domain.ts';
import { openEncoder } from '../statistics/encode.ts';
import { readLinkedTable } from '../statistics/linked-table.ts';
import { openAtRest, sealAtRest } from '../trust/at-rest.ts';
import { hex, sha256Hex } from '../trust/digest.ts';
import { openDocument, type Blob } from '../trust/documents.ts';
import type { TaskLife } from '../trust/life.ts';
import { makeFolder, writeFileAtomic } from '../trust/storage/files.ts';
import { linkRecords } from './linkage.ts';
import type { Session, WaitOptions } from './session.ts';
import { openFile, readTableFile } from './table-file.ts';

export interface Submission {
  readonly task: string;
  readonly manifest: string;
  readonly index: number;
  readonly records: number;
  readonly ciphertexts: number;
  readonly bytes: number;
}

/** What is prepared for a task before anything is sent, so that a client that dies sends the same again. */
interface Prepared {
  readonly envelope: Uint8Array;
  readonly blobs: readonly Blob[];
  readonly records: number;
  /** Whether an earlier run prepared it, and may have uploaded some of it. */
  readonly resumed: boolean;
}

export interface SubmitOptions extends WaitOptions {
  /** Called as work proceeds, with what is being done and how far it is. */
  readonly onProgress?: (what: string, done: number, of: number | undefined) => void;
  /** Whether the session's own view of the log contains the submission at the end, as it does without a word. */
  readonly seeing?: boolean;
}

/**
 * Submits this party's tables for a task: `files` maps table names to files (`readTableFile`). Waits for the joint key
 * first. Throws TABLE_INVALID with file, row and column before anything is encrypted or sent.
 */
export async function submit(
  session: Session,
  taskId: string,
  files: ReadonlyMap<string, string>,
  options: SubmitOptions = {},
): Promise<Submission> {
  const task = session.task(taskId);
  if (!task.inputs.includes(session.name)) {
    throw new StrongroomError('NOT_AUTHORISED', `${session.name} is not an input party of this task.`);
  }
  const folder = join(session.profile.state, 'submissions', task.id);
  const source = await digestOf(task, session.name, files);
  const prepared =
    resume(session, task, folder, source) ?? (await prepare(session, task, files, folder, source, options));
  return send(session, task, folder, prepared, options);
}

/** Validates and encodes, then waits for the key, then encrypts: a mistake in a table shows before anything waits. */
async function prepare(
  session: Session,
  task: TaskLife,
  files: ReadonlyMap<string, string>,
  folder: string,
  source: string,
  options: SubmitOptions,
): Promise<Prepared> {
  if (task.manifests.has(session.name)) {
    throw new StrongroomError(
      'DOCUMENT_CONFLICT',
      `${session.name} has submitted other data for this task already.`,
    );
  }
  const { records, vectors } = await encode(session, task, files, folder, options);
  const key = await session.until(task.id, (life) => life.jointKey, options);
  const jointKey = await session.jointKey(task, key);
  using encryptor = await openEncryptor(task.context, jointKey, session.name);
  await makeFolder(folder);
  const blobs: Blob[] = [];
  for (const vector of vectors) {
    const ciphertext = encryptor.encrypt(vector);
    const digest = sha256Hex(ciphertext);
    await writeFileAtomic(join(folder, digest), ciphertext);
    blobs.push({ digest, size: ciphertext.length });
    options.onProgress?.('encrypt', blobs.length, vectors.length);
  }
  const match = task.linkage?.match?.digest;
  const envelope = session.sign(task, 'manifest', {
    key: key.digest,
    ...(match === undefined ? {} : { match }),
    ciphertexts: blobs,
  });
  const journal = { source, records, envelope: Buffer.from(envelope).toString('base64') };
  const sealed = sealAtRest(Buffer.from(JSON.stringify(journal)), session.profile.unlock, JOURNAL);
  await writeFileAtomic(join(folder, JOURNAL), sealed);
  return { envelope, blobs, records, resumed: false };
}

const JOURNAL = 'submission.sealed';

/** What is written down before anything is sent; sealed, since a digest of few records gives them away. */
const Journal = z.strictObject({ source: z.string(), records: z.int(), envelope: z.base64() });

/** What an earlier run prepared from the same files; undefined where there is nothing to go on with. */
function resume(session: Session, task: TaskLife, folder: string, source: string): Prepared | undefined {
  const file = join(folder, JOURNAL);
  if (!existsSync(file)) return undefined;
  const opened = openAtRest(new Uint8Array(readFileSync(file)), session.profile.unlock, JOURNAL);
  const journal = Journal.parse(JSON.parse(Buffer.from(opened).toString('utf8')));
  if (journal.source !== source) return undefined;
  const envelope = new Uint8Array(Buffer.from(journal.envelope, 'base64'));
  const document = openDocument(envelope, session.board.book.consortium.signingKeys);
  if (
    document.kind !== 'manifest' ||
    document.payload.key !== task.jointKey?.digest ||
    document.payload.match !== task.linkage?.match?.digest
  )
    return undefined;
  return { envelope, blobs: document.payload.ciphertexts, records: journal.records, resumed: true };
}

/** Uploads what the board does not have yet, then appends the manifest: both may be repeated at will. */
async function send(
  session: Session,
  task: TaskLife,
  folder: string,
  { envelope, blobs, records, resumed }: Prepared,
  { onProgress, seeing = true }: SubmitOptions,
): Promise<Submission> {
  const missing: Blob[] = [];
  for (const blob of blobs) {
    if (!resumed || !(await session.board.has(blob.digest))) missing.push(blob);
  }
  // Read one after the other, as they are sent: a party may have more of them than memory.
  const objects = function* () {
    for (const { digest } of missing) yield readFileSync(join(folder, digest));
  };
  const there = blobs.length - missing.length;
  await session.board.putMany(task.id, objects(), (sent) =>
    onProgress?.('upload', there + sent, blobs.length),
  );
  const index = await session.board.append(envelope);
  if (seeing) await session.catchUp(index);
  const bytes = blobs.reduce((total, blob) => total + blob.size, 0);
  return { task: task.id, manifest: sha256Hex(envelope), index, records, ciphertexts: blobs.length, bytes };
}

/** The proof that the log holds a submission: its manifest, the checkpoint, and the path between them. */
export function submissionReceipt(session: Session, { index, task }: Submission): object {
  const { follower } = session.board.book;
  return {
    strongroom: 'submission/1',
    task,
    index,
    manifest: Buffer.from(session.board.entry(index)).toString('base64'),
    checkpoint: follower.checkpoint,
    inclusion: follower.inclusionProof(index).map(hex),
  };
}

/**
 * This party's sufficient statistics, one vector of slots for each ciphertext of the plan. In an intersection they are
 * of the units that all parties have, so the records are linked first.
 */
async function encode(
  session: Session,
  task: TaskLife,
  files: ReadonlyMap<string, string>,
  folder: string,
  options: SubmitOptions,
): Promise<{ records: number; vectors: bigint[][] }> {
  const { onProgress } = options;
  const { name, table } = ownTable(task.document, session.name);
  const file = files.get(name) ?? '';
  const encoder = openEncoder(task.document, task.plan, session.name);
  let records = 0;
  const rows = async function* () {
    for await (const row of readTableFile(table, file)) {
      if (++records % 100_000 === 0) onProgress?.('read', records, undefined);
      yield row;
    }
    onProgress?.('read', records, records);
  };
  if (task.linkage === undefined) {
    for await (const { record } of rows()) encoder.add(record);
  } else {
    const linked = await readLinkedTable(task.document, session.name, rows(), file);
    for (const unit of await linkRecords(session, task, linked, folder, options)) encoder.addUnit(unit);
  }
  return { records, vectors: encoder.vectors() };
}

/** The one digest of all files that are submitted, table by table. */
async function digestOf(task: TaskLife, party: string, files: ReadonlyMap<string, string>): Promise<string> {
  const tables = [ownTable(task.document, party).name];
  const unknown = [...files.keys()].find((name) => !tables.includes(name));
  if (unknown !== undefined) {
    throw new StrongroomError(
      'USAGE',
      `${party} brings no table ${unknown} to this task, but ${tables.join(', ')}.`,
    );
  }
  const missing = tables.find((name) => !files.has(name));
  if (missing !== undefined) {
    throw new StrongroomError('USAGE', `The table ${missing} is missing; add --table ${missing}=FILE.`);
  }
  const state = createHash('sha256');
  for (const name of tables) {
    state.update(`${name}\n`);
    for await (const chunk of openFile(files.get(name) ?? '')) state.update(chunk);
  }
  return state.digest('hex');
}
