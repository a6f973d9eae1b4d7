/**
 * What a controller's daemon finds on a network whose aggregator and whose third key holder lie, one lie for each task:
 * it writes evidence, which another process verifies in an empty folder, and which proves nothing once it is altered.
 */
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { verifyEvidenceFile } from '../../clients/evidence-file.ts';
import { submit } from '../../clients/provider.ts';
import type { CheckName, Found } from '../../clients/controller/state.ts';
import { StrongroomError } from '../../proto/errors.ts';
import { parseEvidence, verifyEvidence } from '../../trust/evidence.ts';
import type { TaskLife } from '../../trust/life.ts';
import { strongroom } from '../fixtures/client-process.ts';
import { checked, foundIn } from '../fixtures/controller.ts';
import { LINKED, linkedTable } from '../fixtures/linked-task.ts';
import { ANSWER } from '../fixtures/local-network.ts';
import { refusal } from '../fixtures/trust-parties.ts';
import { alterations } from '../fuzz/harness/alterations.ts';
import { treeOf } from '../fuzz/harness/json-tree.ts';
import { attest } from './hostile/attest.ts';
import { eventually, HOSTILE_AGGREGATOR, HOSTILE_KEY_HOLDER, PATIENCE, Stage } from './hostile/stage.ts';

let stage: Stage;
let pinned: string;
beforeAll(async () => {
  const programs = { aggregator: HOSTILE_AGGREGATOR, 'holder-3': HOSTILE_KEY_HOLDER };
  stage = await Stage.start({ programs, controller: true });
  ({ pinned } = (await stage.session('watchdog')).board);
});
afterAll(() => stage[Symbol.asyncDispose]());

/** The evidence files so far, by kind. */
const files = new Map<string, string>();

/** The controller finds this in the task, and nothing else by this check. */
async function finds(
  task: TaskLife | undefined,
  check: CheckName,
  kind: Found['kind'],
  accused: string,
  code: Found['code'],
): Promise<void> {
  const found = await checked(stage.net, task?.id ?? '', check);
  const [file] = found.map(({ evidence }) => evidence);
  expect(found).toMatchObject([{ kind, accused, code }]);
  files.set(kind, file ?? '');
  attest('controller', code, `evidence ${kind} against ${accused}`);
}

test('an evaluation that the inputs do not give', async () => {
  const task = await stage.propose('evaluates one input');
  await stage.submit(task);
  await finds(task, 'evaluation', 'wrong-evaluation', 'aggregator', 'EVALUATION_MISMATCH');
});

test('a seal that leaves an input out', async () => {
  const task = await stage.propose('seals a subset');
  await stage.submit(task);
  await finds(task, 'entry', 'false-seal', 'aggregator', 'SEAL_INVALID');
});

test('a joint key that the contributions do not give', async () => {
  const task = await stage.propose('signs another joint key');
  await finds(task, 'key', 'wrong-joint-key', 'holder-3', 'JOINT_KEY_MISMATCH');
});

test('a message of the key ceremony that fails its public test', async () => {
  const task = await stage.propose('fails the key test');
  await finds(task, 'key', 'wrong-contribution', 'holder-3', 'KEY_TEST_FAILED');
});

test('a second manifest, an input that is no ciphertext, and an entry that nobody has signed, let in by the aggregator', async () => {
  const task = await stage.propose('admits anything');
  await stage.submit(task, ['south', 'east']);
  const { task: seen } = await stage.as('south', task);
  const key = seen.requireJointKey().digest;
  const { ciphertextBytes } = task.plan.parameters;
  const nonsense = await stage.put('south', task, new Uint8Array(ciphertextBytes).fill(1));
  await stage.say(task, 'manifest', { key, ciphertexts: [nonsense] }, { by: 'south' });
  await finds(task, 'entry', 'rule-broken', 'aggregator', 'DOCUMENT_CONFLICT');
  await finds(task, 'wordings', 'two-wordings', 'south', 'DOCUMENT_CONFLICT');

  const illFormed = await stage.put('north', task, new Uint8Array(ciphertextBytes).fill(2));
  await stage.say(task, 'manifest', { key, ciphertexts: [illFormed] }, { by: 'north' });
  await finds(task, 'evaluation', 'invalid-input', 'north', 'CIPHERTEXT_INVALID');

  // An entry that nobody has signed.
  const { session } = await stage.as('south', task);
  const forged = stage.sign(
    task,
    'approval',
    { plan: pinned, commitment: pinned },
    'holder-1',
    session.board.book.seen,
  );
  const text = Buffer.from(forged)
    .toString('utf8')
    .replace(/"sig":"..../, '"sig":"AAAA');
  await session.board.append(Buffer.from(text));
  await finds(undefined, 'entry', 'rule-broken', 'aggregator', 'SIGNATURE_INVALID');
});

test('a document whose signer had seen another log ends its task; the controller and every key holder can show it', async () => {
  const foreign = [
    { size: 1, root: 'ab'.repeat(32) },
    { size: 1_000_000, root: 'cd'.repeat(32) },
  ];
  const task = await stage.propose('admits anything');
  const { session } = await stage.as('north', task);
  for (const seen of foreign) {
    const content = { outcome: 'failed', code: 'TASK_ENDED', detail: 'seen elsewhere' } as const;
    const index = await session.board.append(stage.sign(task, 'abort', content, 'north', seen));
    expect(await stage.ending(task)).toMatchObject({ by: 'north', code: 'LOG_INCONSISTENT' });
    const name = `foreign-history-${task.id.slice(0, 16)}-${index}.json`;
    const kept = join(stage.net.folder, 'holder-1', 'state', 'evidence', name);
    await eventually(() => Promise.resolve(existsSync(kept)));
    expect(await verifyEvidenceFile(kept, pinned)).toMatchObject({
      kind: 'foreign-history',
      task: task.id,
    });
    // Beside these the aggregator may have let in what a holder said when the task had ended already.
    const [found] = await checked(stage.net, task.id, 'entry', { subject: String(index) });
    expect(found).toMatchObject({ kind: 'foreign-history', accused: 'aggregator', code: 'LOG_INCONSISTENT' });
    const shown = found?.evidence ?? '';
    expect(await verifyEvidenceFile(shown, pinned)).toMatchObject({ kind: 'foreign-history' });
    files.set('foreign-history', shown);
  }
  attest('controller', 'LOG_INCONSISTENT', 'evidence foreign-history against aggregator');
});

test('an answer of linkage that is not made with its holder’s key, and a request that is not made of points', async () => {
  const answered = await stage.propose('answers the linkage wrongly', LINKED);
  const { session } = await stage.as('north', answered);
  const table = linkedTable(stage.net, 'north');
  await refusal(() => submit(session, answered.id, table, PATIENCE), 'LINKAGE_INVALID');
  await finds(answered, 'linkage', 'wrong-linkage', 'holder-3', 'LINKAGE_INVALID');

  const asked = await stage.propose('answers the linkage wrongly with the aggregator', LINKED);
  await stage.see(asked, (life) => (life.linkage?.keys.size === 3 && life.jointKey ? life : undefined));
  const points = await stage.put('south', asked, new Uint8Array(64).fill(1));
  await stage.say(asked, 'linkage-request', { points }, { by: 'south' });
  await stage.ending(asked);
  const found = await checked(stage.net, asked.id, 'linkage');
  expect(found).toMatchObject([{ kind: 'wrong-linkage', accused: 'south', code: 'LINKAGE_INVALID' }]);
  expect(await verifyEvidenceFile(found[0]?.evidence ?? '', pinned)).toMatchObject({ accused: 'south' });
});

test('an object that the aggregator has replaced is found, and cannot be shown: nobody signs what it serves', async () => {
  const task = await stage.propose('replaces an input');
  await stage.submit(task);
  const found = await checked(stage.net, task.id, 'objects');
  expect(found).toMatchObject([
    { kind: 'unproven', accused: 'aggregator', code: 'DIGEST_MISMATCH', evidence: null },
  ]);
});

test('an honest task beside them is found clean', async () => {
  const task = await stage.propose('honest');
  await stage.submit(task);
  expect(await stage.result(task)).toEqual(ANSWER);
  expect(await checked(stage.net, task.id, 'key')).toEqual([]);
  expect(await checked(stage.net, task.id, 'evaluation')).toEqual([]);
  expect(foundIn(stage.net, task.id)).toEqual([]);
});

describe('the evidence', () => {
  test('is verified by another process, in an empty folder, from the file alone', async () => {
    expect(files.size).toBe(9);
    const folder = mkdtempSync(join(tmpdir(), 'strongroom-evidence-'));
    try {
      for (const [kind, file] of files) {
        copyFileSync(file, join(folder, 'evidence.json'));
        expect(await verifyEvidenceFile(join(folder, 'evidence.json'), pinned)).toMatchObject({ kind });
        // One that rests on statements and one that rests on the whole log; a process takes a second to start.
        if (kind !== 'wrong-evaluation' && kind !== 'rule-broken') continue;
        const args = ['--json', 'verify-evidence', 'evidence.json', '--consortium', pinned];
        const { code, stdout } = await strongroom(args, { cwd: folder });
        expect([code, JSON.parse(stdout)]).toMatchObject([0, { valid: true, kind, pinned: true }]);
      }
      const other = ['verify-evidence', 'evidence.json', '--consortium', 'ab'.repeat(32)];
      const refused = await strongroom(other, { cwd: folder });
      expect(refused.code).toBe(3);
      expect(refused.stderr).toContain('[EVIDENCE_INVALID]');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('proves nothing once any field is altered, and says where', { timeout: 600_000 }, async () => {
    const known = new Set<string>();
    for (const [kind, file] of files) {
      const root = treeOf(readFileSync(file, 'utf8'));
      if (root === undefined) throw new Error('no tree');
      const all = [...alterations(root, () => root, '')].map(([path]) => path);
      const chosen = process.env['SLOW'] === '1' ? new Set(all) : samples(all, known);
      const accepted: string[] = [];
      for (const [path, bytes] of alterations(root, () => root, '')) {
        if (chosen.has(path) && (await failsAt(bytes())) === undefined) accepted.push(path);
      }
      expect(accepted, kind).toEqual([]);
      expect(chosen.size, kind).toBeGreaterThan(5);
    }
  });
});

/**
 * Of the items of each list the first and the last; every field by its name, and what is within an entry of the log
 * only where evidence before has not shown it.
 */
function samples(paths: readonly string[], known: Set<string>): Set<string> {
  const byForm = Map.groupBy(paths, (path) => path.replaceAll(/\d+|[0-9a-f]{64}/g, '#'));
  const fresh = [...byForm].filter(([form]) => form.split('/').length < 4 || !known.has(form));
  for (const [form] of fresh) known.add(form);
  return new Set(fresh.flatMap(([, like]) => [like[0] ?? '', like.at(-1) ?? '']));
}

/** The part at which evidence fails; undefined where it does not. */
async function failsAt(bytes: Uint8Array): Promise<string | undefined> {
  try {
    await verifyEvidence(parseEvidence(bytes), { pinned });
    return undefined;
  } catch (error) {
    if (!(error instanceof StrongroomError)) throw error;
    expect(error.code).toBe('EVIDENCE_INVALID');
    expect(error.details['check']).toEqual(expect.any(String));
    return String(error.details['check']);
  }
}
