/** `strongroom fsck` for the aggregator: the log, and every object that its documents name. */
import { join } from 'node:path';
import { StrongroomError } from '../proto/errors.ts';
import { runInspection, type Inspection } from '../transport/inspection.ts';
import type { Profile } from '../transport/profile.ts';
import { TaskBook } from '../trust/book.ts';
import { equalBytes } from '../trust/digest.ts';
import { signerOf } from '../trust/identity.ts';
import { leafOf } from '../trust/log/entry.ts';
import { MerkleTree } from '../trust/log/merkle.ts';
import { openBlobStore, type BlobStore } from '../trust/storage/blob-store.ts';
import { checkpointsOf } from './board-service.ts';
import { LogStore } from './log-store.ts';
import { Retention } from './retention.ts';

await runInspection(inspect);

async function inspect(profile: Profile, inspection: Inspection): Promise<void> {
  using log = new LogStore(join(profile.state, 'log.db'));
  const entries = log.read(0, Infinity);
  const tree = new MerkleTree(entries.map(leafOf));
  if (!equalBytes(tree.root(), log.tree.root(log.size))) {
    inspection.problems.push(
      'An entry of the log does not match its hash: the file is damaged; restore it from a copy.',
    );
    return;
  }
  inspection.checked.push(`${entries.length} entries of the log match their hashes`);
  if (entries.length === 0) return;

  const book = new TaskBook(profile.consortium);
  const checkpoint = checkpointsOf(log, profile.consortium.log.origin, signerOf(profile.identity));
  book.read(entries, checkpoint(log.size));
  for (const { index, why } of book.strays)
    inspection.problems.push(`Entry ${index} counts for nothing: ${why}`);

  await using blobs = await openBlobStore(join(profile.state, 'blobs'));
  using retention = new Retention(join(profile.state, 'retention.db'));
  const now = new Date();
  const kept = [...book.tasks.values()].filter((task) => !retention.hasPassed(task, now));
  let objects = 0;
  for (const task of kept) {
    for (const [digest, kind] of task.blobs) {
      objects += 1;
      const problem = await inspectObject(blobs, digest);
      if (problem !== undefined) {
        inspection.problems.push(
          `Task ${task.id.slice(0, 12)}: the object ${digest} of a ${kind} ${problem}.`,
        );
      }
    }
  }
  inspection.checked.push(`${objects} objects are there and hash to their names`);
  const past = book.tasks.size - kept.length;
  if (past > 0)
    inspection.checked.push(`the retention of ${past} tasks has passed: their objects may be gone`);
}

async function inspectObject(blobs: BlobStore, digest: string): Promise<string | undefined> {
  try {
    await blobs.whole(digest);
    return undefined;
  } catch (error) {
    if (!(error instanceof StrongroomError)) throw error;
    if (error.code === 'NOT_FOUND') return 'is missing; its sender can upload it again';
    const { pack } = await blobs.place(digest);
    return `is damaged; restore ${pack} from a copy, or delete it, and what was in it can be uploaded again`;
  }
}
