/**
 * One process of the measurement, driven over IPC: the sink, or an input party that has its ciphertexts ready and
 * sends them when it is told to, as a raw stream or to the aggregator.
 */
import { openEncryptor } from '../../../schemes/encryptor.ts';
import { openProfile } from '../../../transport/profile.ts';
import { sha256Hex } from '../../../trust/digest.ts';
import type { Blob } from '../../../trust/documents.ts';
import { Session } from '../../../clients/session.ts';
import { serveSink, streamRaw } from './raw.ts';

/** What the process is told, and answers with `{ done }` when it is done. */
export type Order =
  | { readonly serve: string }
  | { readonly prepare: string; readonly task: string }
  | { readonly raw: string; readonly port: number }
  | { readonly upload: string };

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

async function prepare(profile: string, taskId: string): Promise<void> {
  const session = await Session.open(profile);
  const task = session.task(taskId);
  const key = await session.until(task.id, (life) => life.jointKey);
  using encryptor = await openEncryptor(task.context, await session.jointKey(task, key), session.name);
  const values = new BigInt64Array(encryptor.slots).fill(7n);
  const ciphertexts = Array.from({ length: task.plan.ciphertexts }, () => encryptor.encrypt(values));
  const blobs = ciphertexts.map((bytes) => ({ digest: sha256Hex(bytes), size: bytes.length }));
  prepared.set(profile, { session, task: task.id, ciphertexts, blobs });
}

/** What `submit` does once everything is encrypted: uploads all, then appends the manifest. */
async function upload(profile: string): Promise<void> {
  const { session, task: id, ciphertexts, blobs } = preparedFor(profile);
  const task = session.task(id);
  await session.board.putMany(id, ciphertexts);
  const content = { key: task.requireJointKey().digest, ciphertexts: [...blobs] };
  await session.board.append(session.sign(task, 'manifest', content));
}

async function obey(order: Order): Promise<number> {
  if ('serve' in order) return serveSink(openProfile(order.serve));
  if ('prepare' in order) await prepare(order.prepare, order.task);
  else if ('upload' in order) await upload(order.upload);
  else {
    const { session, ciphertexts } = preparedFor(order.raw);
    await streamRaw(session.profile, order.port, ciphertexts);
  }
  return 0;
}

process.on('message', (order: Order) => {
  obey(order).then(
    (done) => process.send?.({ done }),
    (error: unknown) => process.send?.({ failed: error instanceof Error ? error.stack : String(error) }),
  );
});
process.on('disconnect', () => process.exit());
