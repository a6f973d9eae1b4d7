/** `strongroom fsck` for a controller: what it has found and the heads that it keeps, against its copy of the log. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { StrongroomError } from '../../proto/errors.ts';
import type { Inspection } from '../../transport/inspection.ts';
import type { Profile } from '../../transport/profile.ts';
import type { TaskBook } from '../../trust/book.ts';
import { equalBytes } from '../../trust/digest.ts';
import { openCheckpoint } from '../../trust/log/checkpoint.ts';

/** Adds what is wrong with `controller.db`, where there is one; `book` is what the copy of the log says. */
export function inspectController(profile: Profile, book: TaskBook, inspection: Inspection): void {
  const file = join(profile.state, 'controller.db');
  if (!existsSync(file)) return;
  try {
    using db = new DatabaseSync(file, { readOnly: true });
    const [whole] = db.prepare('PRAGMA integrity_check').all();
    if (whole?.['integrity_check'] !== 'ok') throw new Error(String(whole?.['integrity_check']));
    inspectHeads(db, book, inspection);
    inspectFindings(db, book, inspection);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    inspection.problems.push(
      `The controller's state is damaged (${why}); move ${file} away and everything is checked anew.`,
    );
  }
}

/** Each head is one that the log has signed, and of the history that the copy holds. */
function inspectHeads(db: DatabaseSync, { consortium, follower }: TaskBook, inspection: Inspection): void {
  const { origin, keys } = consortium.log;
  const rows = db.prepare('SELECT size, checkpoint FROM head ORDER BY size').all();
  for (const row of rows) {
    const size = Number(row['size']);
    const why = whyNot(() => {
      const head = openCheckpoint(String(row['checkpoint']), origin, keys);
      if (head.size !== size) return `it is of ${head.size} entries`;
      if (size > follower.size) return 'the copy of the log is shorter';
      return equalBytes(head.root, follower.rootAt(size)) ? undefined : 'it is of another history';
    });
    if (why !== undefined) inspection.problems.push(`The head of ${size} entries does not fit: ${why}.`);
  }
  inspection.checked.push(`${rows.length} heads that the controller keeps, against the copy of the log`);
}

/** Each finding is about a task in the log and belongs to a check that was made; its evidence is there. */
function inspectFindings(db: DatabaseSync, book: TaskBook, inspection: Inspection): void {
  const { checked, problems } = inspection;
  const done = Number(db.prepare('SELECT count(*) AS n FROM done').get()?.['n']);
  const rows = db
    .prepare(
      `SELECT task, "check", subject, kind, accused, evidence,
         EXISTS (SELECT 1 FROM done WHERE done.task = finding.task AND done."check" = finding."check"
           AND done.subject = finding.subject) AS made FROM finding`,
    )
    .all();
  for (const row of rows) {
    const task = String(row['task']);
    const what = `The finding "${String(row['kind'])}" about ${String(row['accused'])}`;
    if (row['made'] === 0) problems.push(`${what} belongs to no check that was made.`);
    if (task !== '' && !book.tasks.has(task))
      problems.push(`${what} is about a task that is not in the log.`);
    const { evidence } = row;
    if (typeof evidence === 'string' && !existsSync(evidence)) {
      problems.push(`${what} names evidence that is missing: ${evidence}; restore it.`);
    }
  }
  checked.push(`${done} checks and ${rows.length} findings of the controller`);
}

function whyNot(step: () => string | undefined): string | undefined {
  try {
    return step();
  } catch (error) {
    if (error instanceof StrongroomError) return error.message;
    throw error;
  }
}
