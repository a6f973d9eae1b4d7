/**
 * A process of the measurement of uploads, told over IPC what to do: the server that only counts, or an input party
 * that has its ciphertexts ready and sends them when it is told to, as a raw stream or to the aggregator.
 */
import { openEncryptor } from '../../../schemes/encryptor.ts';
import { Session } from '../../../clients/session.ts';
import { openProfile } from '../../../transport/profile.ts';
import { sha256Hex } from '../../../trust/digest.ts';
import type { Blob } from '../../../trust/documents.ts';
import { fullVector } from '../values.ts';
import { serveSink, streamRaw } from './raw-stream.ts';

/** Profiles are named by their configuration files. */
export type Order =
  | { readonly serve: string }
  | { readonly prepare: string; readonly task: string }
  | { readonly raw: string; readonly port: number }
  | { readonly upload: string };

/** `done` is the port of the server; bytes that were sent; 0. */
export type Said = { readonly done: number } | { readonly failed: string };

interface Prepared {
  readonly session: Session;
  readonly task: string;
  readonly ciphertexts: readonly Uint8Array[];
  readonly blobs: readonly Blob[];
}

const prepared = new Map<string, Prepared>();

function preparedFor(profile: string): Prepared {
  const found = prepared.get(profile);
  if (found === undefined) throw new TypeError(`${profile} was not prepared`);
  return found;
}

async function prepare(profile: string, id: string): Promise<void> {
  const session = await Session.open(profile);
  const task = session.task(id);
  const key = await session.until(task.id, (life) => life.jointKey);
  using encryptor = await openEncryptor(task.context, await session.jointKey(task, key), session.name);
  const values = fullVector(0, encryptor.slots).map((value) => value & 0xffn);
  const ciphertexts = Array.from({ length: task.plan.ciphertexts }, () => encryptor.encrypt(values));
  const blobs = ciphertexts.map((bytes) => ({ digest: sha256Hex(bytes), size: bytes.length }));
  prepared.set(profile, { session, task: task.id, ciphertexts, blobs });
}

/** What `clients/provider.ts` does once everything is encrypted: uploads all, then appends the manifest. */
async function upload(profile: string): Promise<void> {
  const { session, task: id, ciphertexts, blobs } = preparedFor(profile);
  const task = session.task(id);
  await session.board.putMany(id, ciphertexts);
  const content = { key: task.requireJointKey().digest, ciphertexts: [...blobs] };
  await session.board.append(session.sign(task, 'manifest', content));
}

async function obey(order: Order): Promise<number> {
  if ('serve' in order) return serveSink(openProfile(order.serve));
  if ('prepare' in order) {
    await prepare(order.prepare, order.task);
    return 0;
  }
  const profile = 'upload' in order ? order.upload : order.raw;
  const { session, ciphertexts } = preparedFor(profile);
  if ('upload' in order) await upload(profile);
  else await streamRaw(session.profile, order.port, ciphertexts);
  return ciphertexts.reduce((sum, { length }) => sum + length, 0);
}

process.on('message', (order: Order) => {
  obey(order).then(
    (done) => process.send?.({ done } satisfies Said),
    (error: unknown) =>
      process.send?.({ failed: error instanceof Error ? error.message : typeof error } satisfies Said),
  );
});
process.on('disconnect', () => process.exit());
