/** Content-addressed storage: any cut into chunks, any interruption, one object. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { sha256Hex } from '../../trust/digest.ts';
import { openBlobStore, PACKED_BYTES, WholeObject } from '../../trust/storage/blob-store.ts';
import { writeFileAtomic } from '../../trust/storage/files.ts';
import { refusal } from '../fixtures/trust-parties.ts';

const folder = mkdtempSync(join(tmpdir(), 'strongroom-blobs-'));
afterAll(() => rmSync(folder, { recursive: true }));
const store = await openBlobStore(folder);
afterAll(() => store[Symbol.asyncDispose]());

// eslint-disable-next-line @typescript-eslint/require-await -- an async iterable is what a store takes
async function* pieces(bytes: Uint8Array, length: number) {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
}

async function readAll(digest: string, offset: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of store.read(digest, offset)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

test('an object that arrives in any pieces, interrupted anywhere, reads the same from every offset', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ minLength: 2, maxLength: 3000 }),
      fc.integer({ min: 1, max: 700 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      async (data, piece, where) => {
        // The suffix makes every run a new object.
        const bytes = Buffer.concat([data, randomBytes(8)]);
        const digest = sha256Hex(bytes);
        const size = bytes.length;
        const cut = 1 + Math.floor(where * (size - 2));
        const writer = 'holder-a';
        await refusal(
          () => store.write({ digest, size, offset: 0, writer }, pieces(bytes.subarray(0, cut), piece)),
          'UNREACHABLE',
        );
        expect(await store.received(digest, writer)).toBe(cut);
        const offset = Math.floor(cut * where);
        await store.write({ digest, size, offset, writer }, pieces(bytes.subarray(offset), piece));
        expect(await store.received(digest, writer)).toBe(0);
        expect(await store.size(digest)).toBe(size);
        expect(await readAll(digest, offset)).toEqual(bytes.subarray(offset));
        expect(Buffer.compare(await store.whole(digest), bytes)).toBe(0);
      },
    ),
    { numRuns: 30 },
  );
});

test('a partial upload whose bytes the machine has lost or changed is thrown away when it is finished', async () => {
  const bytes = randomBytes(1000);
  const upload = { digest: sha256Hex(bytes), size: 1000, offset: 0, writer: 'holder-a' };
  await refusal(() => store.write(upload, pieces(bytes.subarray(0, 600), 600)), 'UNREACHABLE');
  writeFileSync(join(folder, 'partial', `${upload.digest}.holder-a`), Buffer.alloc(600));
  const rest = pieces(bytes.subarray(600), 400);
  await refusal(() => store.write({ ...upload, offset: 600 }, rest), 'DIGEST_MISMATCH');
  expect(await store.received(upload.digest, 'holder-a')).toBe(0);
  expect(await store.size(upload.digest)).toBeUndefined();
});

test.each([1000, PACKED_BYTES + 1])(
  'an object of %d bytes that the disk has changed is not passed off as itself',
  async (size) => {
    const object = new WholeObject(randomBytes(size));
    await store.put(object);
    const { pack, offset } = await store.place(object.digest);
    truncateSync(pack, offset + size - 1);
    await refusal(() => store.whole(object.digest), 'DIGEST_MISMATCH');
  },
);

test.each([1000, PACKED_BYTES + 1])(
  'of %d bytes, what is put whole is there, and what is deleted is gone',
  async (size) => {
    const object = new WholeObject(randomBytes(size));
    const { bytes, digest } = object;
    await store.put(object);
    await store.put(object);
    expect(Buffer.compare(await store.whole(digest), bytes)).toBe(0);
    expect(await readAll(digest, 900)).toEqual(bytes.subarray(900));
    await store.delete([digest]);
    await store.delete([digest]);
    await refusal(() => store.whole(digest), 'NOT_FOUND');
    await refusal(() => readAll(digest, 0), 'NOT_FOUND');
  },
);

test('two parties that upload the same object at the same time do not disturb each other', async () => {
  const bytes = randomBytes(100_000);
  const upload = { digest: sha256Hex(bytes), size: bytes.length, offset: 0 };
  const wrong = store.write({ ...upload, writer: 'holder-b' }, pieces(randomBytes(100_000), 1000));
  await Promise.all([
    store.write({ ...upload, writer: 'holder-a' }, pieces(bytes, 1000)),
    refusal(() => wrong, 'DIGEST_MISMATCH'),
  ]);
  expect(Buffer.compare(await store.whole(upload.digest), bytes)).toBe(0);
});

test('a file that is written atomically replaces the old one, with its mode, and leaves nothing else', async () => {
  const path = join(folder, 'card.json');
  await writeFileAtomic(path, 'old');
  await writeFileAtomic(path, 'new', 0o640);
  expect(statSync(path).mode & 0o777).toBe(0o640);
  await expect(writeFileAtomic(join(folder, 'missing', 'x'), 'y')).rejects.toThrow('ENOENT');
  expect(readdirSync(folder).sort()).toEqual(
    expect.arrayContaining(['card.json', 'objects', 'packs', 'partial']),
  );
  expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
});
