/** The log on disk: what was appended is there in its order, once, also for whoever opens it next. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { LogStore } from '../../aggregator/log-store.ts';
import { leafOf } from '../../trust/log/entry.ts';
import { MerkleTree } from '../../trust/log/merkle.ts';
import { refusal } from '../fixtures/trust-parties.ts';

const folder = mkdtempSync(join(tmpdir(), 'strongroom-log-'));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;
const newFile = () => join(folder, `log-${files++}.db`);

test('any sequence of envelopes, with repetitions, keeps first places, roots and batches over a restart', () => {
  const envelope = fc.uint8Array({ maxLength: 40 });
  fc.assert(
    fc.property(
      fc.array(envelope, { maxLength: 30 }),
      fc.integer({ min: 1, max: 200 }),
      (envelopes, limit) => {
        const file = newFile();
        const expected: Buffer[] = [];
        {
          using log = new LogStore(file);
          for (const bytes of envelopes) {
            const at = expected.findIndex((entry) => entry.equals(bytes));
            const index = log.append(bytes);
            expect(index).toBe(at < 0 ? expected.length : at);
            if (at < 0) expected.push(Buffer.from(bytes));
            expect(log.find(bytes)).toBe(index);
          }
        }
        using log = new LogStore(file);
        const tree = new MerkleTree(expected.map(leafOf));
        expect(log.size).toBe(expected.length);
        for (let size = 0; size <= log.size; size += 1) expect(log.tree.root(size)).toEqual(tree.root(size));
        const read: Buffer[] = [];
        while (read.length < log.size) {
          const batch = log.read(read.length, limit);
          const bytes = batch.reduce((sum, entry) => sum + entry.length, 0);
          expect(batch.length === 1 || (batch.length > 1 && bytes <= limit)).toBe(true);
          read.push(...batch.map((entry) => Buffer.from(entry)));
        }
        expect(read).toEqual(expected);
        expect(log.read(log.size, limit)).toEqual([]);
      },
    ),
    { numRuns: 30 },
  );
});

test('listeners hear of an entry before append returns, and waiters after it', async () => {
  using log = new LogStore(newFile());
  const heard: string[] = [];
  log.onEntry((index, envelope) => heard.push(`${index} ${String(envelope)} of ${log.size}`));
  const grown = log.grown(1, AbortSignal.timeout(5_000));
  log.append(Buffer.from('a'));
  expect(heard).toEqual(['0 a of 1']);
  log.append(Buffer.from('b'));
  log.append(Buffer.from('a'));
  await grown;
  expect(heard).toHaveLength(2);
  await expect(log.grown(2, AbortSignal.abort(new Error('stop')))).rejects.toThrow('stop');
});

test('a log from which an entry is missing does not open', async () => {
  const file = newFile();
  {
    using log = new LogStore(file);
    for (const text of ['a', 'b', 'c']) log.append(Buffer.from(text));
  }
  const db = new DatabaseSync(file);
  db.exec('DELETE FROM entries WHERE "index" = 1');
  db.close();
  await refusal(() => new LogStore(file), 'LOG_INCONSISTENT');
});
