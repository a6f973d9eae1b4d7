/** Small objects in packs: what was acknowledged is there after any end, and what was deleted is not. */
import { randomBytes } from 'node:crypto';
import {
  appendFileSync,
  copyFileSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
} from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openBlobStore, WholeObject, type BlobStore } from '../../trust/storage/blob-store.ts';

const [TASK, OTHER] = ['ab'.repeat(32), 'cd'.repeat(32)];
let folder: string;
let store: BlobStore;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'strongroom-packs-'));
  store = await openBlobStore(folder);
});
afterEach(async () => {
  await store[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

const objects = (count: number) =>
  Array.from({ length: count }, (_, i) => new WholeObject(randomBytes(i * 700 + 1)));
const packs = () => readdirSync(join(folder, 'packs'));
const putAll = (all: readonly WholeObject[], task = TASK) =>
  Promise.all(all.map((object) => store.put(object, task)));

async function reopen(): Promise<void> {
  await store[Symbol.asyncDispose]();
  store = await openBlobStore(folder);
}

async function expectThere(all: readonly WholeObject[]): Promise<void> {
  for (const { digest, bytes } of all) {
    expect(await store.size(digest)).toBe(bytes.length);
    expect(Buffer.compare(await store.whole(digest), bytes)).toBe(0);
  }
}

async function expectGone(all: readonly WholeObject[]): Promise<void> {
  for (const { digest } of all) expect(await store.size(digest)).toBeUndefined();
}

test('objects of a task that come together are in one file, and there when the store is opened again', async () => {
  const [first, second] = [objects(40), objects(40)];
  await Promise.all([putAll(first), putAll(second, OTHER)]);
  expect(packs()).toHaveLength(2);
  await expectThere([...first, ...second]);
  await reopen();
  await expectThere([...first, ...second]);
});

test('whoever puts the next object in any tick after one is stored is never forgotten', async () => {
  for (let ticks = 0; ticks < 20; ticks += 1) {
    const [first, second] = [new WholeObject(randomBytes(10)), new WholeObject(randomBytes(10))];
    await store.put(first, TASK);
    for (let tick = 0; tick < ticks; tick += 1) await Promise.resolve();
    await store.put(second, TASK);
    await expectThere([first, second]);
  }
});

test('without its index all of a pack is found again, up to what was not written whole', async () => {
  const all = objects(20);
  for (const object of all) await store.put(object, TASK);
  await store[Symbol.asyncDispose]();
  for (const name of readdirSync(folder).filter((file) => file.startsWith('packs.db')))
    rmSync(join(folder, name));
  const [pack = ''] = packs();
  const file = join(folder, 'packs', pack);
  truncateSync(file, statSync(file).size - 1);
  store = await openBlobStore(folder);
  await expectThere(all.slice(0, -1));
  await expectGone(all.slice(-1));
  await putAll(all.slice(-1));
  await reopen();
  await expectThere(all);
});

test('what a power cut leaves behind the end of a pack counts where it is whole, and only then', async () => {
  const [before, after] = [objects(3), objects(3)];
  await putAll(before);
  await store[Symbol.asyncDispose]();
  const [pack = ''] = packs();
  const file = join(folder, 'packs', pack);
  const written = join(folder, 'kept');
  const elsewhere = await openBlobStore(join(folder, 'elsewhere'));
  for (const object of after) await elsewhere.put(object, TASK);
  await elsewhere[Symbol.asyncDispose]();
  const [other = ''] = readdirSync(join(folder, 'elsewhere', 'packs'));
  copyFileSync(join(folder, 'elsewhere', 'packs', other), written);
  const { readFileSync } = await import('node:fs');
  const records = readFileSync(written);
  // The last byte of the last record is another than was sent.
  records[records.length - 1] = (records.at(-1) ?? 0) ^ 1;
  appendFileSync(file, records);
  appendFileSync(file, randomBytes(100));
  store = await openBlobStore(folder);
  await expectThere([...before, ...after.slice(0, -1)]);
  await expectGone(after.slice(-1));
});

/** Every flush of a file waits until it is let go, or fails. */
async function heldFlushes() {
  const probe = await open(join(folder, 'probe'), 'w');
  const prototype = Object.getPrototypeOf(probe) as { datasync(): Promise<void> };
  await probe.close();
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with the file below
  const { datasync } = prototype;
  const held: { readonly go: (failure?: Error) => void }[] = [];
  const spy = vi.spyOn(prototype, 'datasync').mockImplementation(async function (this: FileHandle) {
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    held.push({ go: (failure) => (failure === undefined ? resolve(undefined) : reject(failure)) });
    await promise;
    await datasync.call(this);
  });
  const release = () => {
    spy.mockRestore();
    for (const { go } of held) go();
  };
  return { held, [Symbol.dispose]: release };
}

test('what is written while others are flushed is acknowledged by the next flush, and a torn end loses no more', async () => {
  using flushes = await heldFlushes();
  const { held } = flushes;
  const [first, second] = [new WholeObject(randomBytes(300)), new WholeObject(randomBytes(500))];
  const acknowledged: string[] = [];
  const put = (object: WholeObject) => store.put(object, TASK).then(() => acknowledged.push(object.digest));
  const one = put(first);
  await vi.waitUntil(() => held.length === 1);
  const two = put(second);
  const pack = join(folder, 'packs', packs()[0] ?? '');
  await vi.waitUntil(() => statSync(pack).size > 800);
  held[0]?.go();
  await one;
  await vi.waitUntil(() => held.length === 2);
  expect(acknowledged).toEqual([first.digest]);
  expect(await store.size(second.digest)).toBeUndefined();
  // The machine stops here: of what was not flushed one byte is lost.
  const copy = `${folder}-copy`;
  cpSync(folder, copy, { recursive: true });
  truncateSync(join(copy, 'packs', packs()[0] ?? ''), statSync(pack).size - 1);
  held[1]?.go();
  await two;
  await expectThere([first, second]);
  flushes[Symbol.dispose]();
  await reopen();
  await expectThere([first, second]);
  const left = await openBlobStore(copy);
  expect(Buffer.compare(await left.whole(first.digest), first.bytes)).toBe(0);
  expect(await left.size(second.digest)).toBeUndefined();
  await left[Symbol.asyncDispose]();
  rmSync(copy, { recursive: true });
});

test('after a flush that has failed nothing that waited for it is acknowledged, and what follows goes elsewhere', async () => {
  using flushes = await heldFlushes();
  const { held } = flushes;
  const all = objects(3);
  const [first, second, third] = all.map((object) => () => store.put(object, TASK));
  const one = expect(first?.()).rejects.toMatchObject({ code: 'INTERNAL' });
  await vi.waitUntil(() => held.length === 1);
  const two = expect(second?.()).rejects.toMatchObject({ code: 'INTERNAL' });
  const [pack = ''] = packs();
  const { length } = all[0]?.bytes ?? [];
  await vi.waitUntil(() => statSync(join(folder, 'packs', pack)).size > 40 + length);
  held[0]?.go(new Error('no space left'));
  await Promise.all([one, two]);
  await expectGone(all);
  flushes[Symbol.dispose]();
  await third?.();
  await expectThere(all.slice(2));
  expect(packs()).toHaveLength(2);
});

test('deleting the objects of a task removes their file; others in it are kept', async () => {
  const [mine, shared] = [objects(10), objects(2)];
  await putAll([...mine, ...shared]);
  const [pack] = packs();
  await store.delete(mine.map(({ digest }) => digest));
  expect(packs()).not.toContain(pack);
  await expectGone(mine);
  await expectThere(shared);
  await reopen();
  await expectGone(mine);
  await expectThere(shared);
  await store.delete(shared.map(({ digest }) => digest));
  expect(packs()).toEqual([]);
  await reopen();
  await expectGone([...mine, ...shared]);
  await putAll(mine);
  await expectThere(mine);
});

test('the same object from two parties at once is one object', async () => {
  const [object] = objects(1);
  if (object === undefined) throw new Error('one object');
  await Promise.all([store.put(object, TASK), store.put(object, OTHER)]);
  await expectThere([object]);
  await store.delete([object.digest]);
  await expectGone([object]);
  await reopen();
  await expectGone([object]);
});
