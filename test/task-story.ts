/** The steps of a task as a story tells them, and what must be true at its end whatever has happened on the way. */
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { fetchResult, receiptOf, type ResultDocument } from '../clients/output-party.ts';
import { submit, type Submission } from '../clients/provider.ts';
import type { Session } from '../clients/session.ts';
import { StrongroomError } from '../proto/errors.ts';
import { connectAdmin } from '../transport/admin-socket.ts';
import { readConfig } from '../transport/profile.ts';
import { openDocument } from '../trust/documents.ts';
import type { TaskLife } from '../trust/life.ts';
import { parseReceipt, verifyReceipt } from '../trust/receipt.ts';
import { ANSWER, RECEIVER, type TestNetwork } from './local-network.ts';

/** No step of a small task takes longer, also on a busy machine. */
const LIMIT_MS = 60_000;

/** Waits until the log, as this session has verified it, shows the task in a state. */
export function reached(session: Session, id: string, state: (task: TaskLife) => boolean): Promise<true> {
  return session.until(id, (task) => (state(task) ? true : undefined), { timeoutMs: LIMIT_MS });
}

/** The operator of a key holder says yes, again where its daemon went away meanwhile, as a person would. */
export async function approve(net: TestNetwork, holder: string, id: string): Promise<void> {
  const folder = join(net.folder, holder);
  const socket = resolve(folder, readConfig(net.network.profile(holder))['admin-socket']);
  for (const end = Date.now() + LIMIT_MS; ;) {
    const { admin, close } = connectAdmin(socket);
    try {
      await admin.Approve({ task: id });
      return;
    } catch (error) {
      if (!(error instanceof StrongroomError) || Date.now() > end) throw error;
      // Said before the daemon went away, or by the daemon itself when it came back.
      if (error.code === 'PHASE_CLOSED') return;
      if (error.kind !== 'unreachable' && error.code !== 'NOT_FOUND') throw error;
      await sleep(50);
    } finally {
      close();
    }
  }
}

/** An input party submits its table of the small task. */
export async function submitAs(net: TestNetwork, party: string, id: string): Promise<Submission> {
  const session = await net.session(party);
  return submit(session, id, net.table(party), { timeoutMs: LIMIT_MS });
}

/** The overall values of a result by statistic. */
export function valuesOf({ result }: ResultDocument): Record<string, string | null | undefined> {
  return Object.fromEntries(result.statistics.map(({ name, rows }) => [name, rows[0]?.value]));
}

/**
 * The task ends as if nothing had happened: the exact answer, a receipt that verifies against the pinned
 * consortium, every key share destroyed, and in the log nothing that counts for nothing.
 */
export async function expectExact(
  net: TestNetwork,
  id: string,
  answer: Record<string, string> = ANSWER,
): Promise<void> {
  const office = await net.session(RECEIVER);
  const delivered = await fetchResult(office, id, { timeoutMs: LIMIT_MS });
  expect(valuesOf(delivered.document)).toEqual(answer);
  await reached(office, id, ({ phase }) => phase === 'SHREDDED');
  const task = office.task(id);
  const receipt = parseReceipt(Buffer.from(JSON.stringify(receiptOf(office, task, delivered))));
  const verdict = verifyReceipt(receipt, office.profile.consortium.digest);
  expect(verdict.task.shreds.size).toBe(net.holders.length);
  expect(task.ignored).toEqual([]);
  expect(office.board.book.strays).toEqual([]);
  expectNothingElseSent(net, office, task);
}

/**
 * Everything that a party has uploaded for a task stands in its signed documents. A box is sealed with fresh
 * randomness, so a second share, or the same share sealed again, would be one object more.
 */
function expectNothingElseSent(net: TestNetwork, session: Session, task: TaskLife): void {
  const named = new Set(
    task.entries.flatMap((index) => {
      const { kind, payload } = openDocument(
        session.board.entry(index),
        session.profile.consortium.signingKeys,
      );
      if (kind === 'manifest') return payload.ciphertexts.map((blob) => blob.digest);
      if (kind === 'contribution') return [payload.message.digest];
      if (kind === 'joint-key') return [payload.key.digest];
      return kind === 'release' ? [payload.box.digest] : [];
    }),
  );
  const db = new DatabaseSync(join(net.folder, 'aggregator', 'state', 'claims.db'), { readOnly: true });
  const uploaded = db.prepare('SELECT party, digest FROM claims WHERE task = ?').all(task.id);
  db.close();
  expect(uploaded.filter(({ digest }) => !named.has(String(digest)))).toEqual([]);
  expect(uploaded.length).toBeGreaterThan(0);
}
