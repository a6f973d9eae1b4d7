/**
 * A process of the measurement of uploads, told over IPC what to do: the server that only counts, an input party that
 * has its ciphertexts ready and uploads them when it is told to, or whoever streams the same bytes and nothing else.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { openEncryptor } from '../../../schemes/encryptor.ts';
import { Session } from '../../../clients/session.ts';
import { collectBuffersWithTheHeap } from '../../../transport/buffer-collection.ts';
import { openProfile } from '../../../transport/profile.ts';
import { sha256Hex } from '../../../trust/digest.ts';
import type { Blob } from '../../../trust/documents.ts';
import { fullVector } from '../values.ts';
import { serveSink, streamRaw } from './raw-stream.ts';

/** Profiles are named by their configuration files. `into` and `from` are a file of ciphertexts of one size, end to end. */
export type Order =
  | { readonly serve: string }
  | { readonly prepare: string; readonly task: string; readonly into: string }
  | { readonly load: string; readonly size: number }
  | { readonly stream: string; readonly port: number }
  | { readonly upload: string };

/** The port of the server; bytes of a ciphertext that was prepared; bytes that were loaded, or sent. */
export type Said = { readonly done: number } | { readonly failed: string };

/** When the process collects its buffers: as the programs of this project do, or as Node does by itself. */
export type Collection = 'with-the-heap' | 'as-node-does';

interface Prepared {
  readonly session: Session;
  readonly task: string;
  readonly ciphertexts: readonly Uint8Array[];
  readonly blobs: readonly Blob[];
}

/** By profile; what one upload needs, which is gone after it. */
const prepared = new Map<string, Prepared>();
/** Sessions that have uploaded: left open, each would verify whatever comes into the log. */
const spent: Session[] = [];
let loaded: readonly Uint8Array[] = [];

async function prepare(profile: string, id: string, into: string): Promise<number> {
  for (const old of spent.splice(0)) await old[Symbol.asyncDispose]();
  const session = await Session.open(profile);
  const task = session.task(id);
  const key = await session.until(task.id, (life) => life.jointKey);
  using encryptor = await openEncryptor(task.context, await session.jointKey(task, key), session.name);
  const values = fullVector(0, encryptor.slots).map((value) => value & 0xffn);
  const ciphertexts = Array.from({ length: task.plan.ciphertexts }, () => encryptor.encrypt(values));
  const blobs = ciphertexts.map((bytes) => ({ digest: sha256Hex(bytes), size: bytes.length }));
  prepared.set(profile, { session, task: task.id, ciphertexts, blobs });
  writeFileSync(into, Buffer.concat(ciphertexts));
  return blobs[0]?.size ?? 0;
}

/** What `clients/provider.ts` does once everything is encrypted: uploads all, then appends the manifest. */
async function upload(profile: string): Promise<number> {
  const found = prepared.get(profile);
  if (found === undefined) throw new TypeError(`${profile} was not prepared`);
  prepared.delete(profile);
  spent.push(found.session);
  const { session, task: id, ciphertexts, blobs } = found;
  const task = session.task(id);
  await session.board.putMany(id, ciphertexts);
  const content = { key: task.requireJointKey().digest, ciphertexts: [...blobs] };
  await session.board.append(session.sign(task, 'manifest', content));
  return bytesOf(ciphertexts);
}

function load(from: string, size: number): number {
  const all = readFileSync(from);
  loaded = Array.from({ length: all.length / size }, (_, i) => all.subarray(i * size, (i + 1) * size));
  return bytesOf(loaded);
}

function bytesOf(objects: readonly Uint8Array[]): number {
  return objects.reduce((sum, { length }) => sum + length, 0);
}

async function obey(order: Order): Promise<number> {
  if ('serve' in order) return serveSink(openProfile(order.serve));
  if ('prepare' in order) return prepare(order.prepare, order.task, order.into);
  if ('load' in order) return load(order.load, order.size);
  if ('upload' in order) return upload(order.upload);
  await streamRaw(openProfile(order.stream), order.port, loaded);
  return bytesOf(loaded);
}

if (process.argv[2] === ('with-the-heap' satisfies Collection)) collectBuffersWithTheHeap();

process.on('message', (order: Order) => {
  obey(order).then(
    (done) => process.send?.({ done } satisfies Said),
    (error: unknown) =>
      process.send?.({ failed: error instanceof Error ? error.message : typeof error } satisfies Said),
  );
});
process.on('disconnect', () => process.exit());
