/** The operator's socket: only for the daemon's own account, taken over from the dead, never from the living. */
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { StrongroomError } from '../../proto/errors.ts';
import { connectAdmin, serveAdmin } from '../../transport/admin-socket.ts';
import type { KeyHolderAdminMethods } from '../../transport/contract.ts';
import type { Handlers } from '../../transport/server.ts';
import { refusal } from '../fixtures/trust-parties.ts';

const folder = mkdtempSync(join(tmpdir(), 'strongroom-admin-'));
afterAll(() => rmSync(folder, { recursive: true }));

const handlers: Handlers<KeyHolderAdminMethods> = {
  List: () => ({ tasks: [{ task: 't1', title: 'Wages', state: 'APPROVING', waitingFor: 'your decision' }] }),
  Show: ({ task }) => ({ plan: `plan of ${task}`, state: Buffer.from('{}') }),
  Approve: () => ({}),
  Reject: ({ reason }) => {
    throw new StrongroomError('USAGE', `No: ${reason}`);
  },
  Status: () => ({ party: 'holder-a', connected: true, logSize: 7 }),
};

test('the operator lists, shows, decides and is refused, over a socket with mode 0600', async () => {
  const path = join(folder, 'a.sock');
  const server = await serveAdmin(path, handlers);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder)).toEqual(['a.sock']);
  const { admin, close } = connectAdmin(path);
  expect((await admin.List({})).tasks[0]?.waitingFor).toBe('your decision');
  expect((await admin.Show({ task: 't1' })).plan).toBe('plan of t1');
  expect(await admin.Approve({ task: 't1' })).toEqual({});
  expect((await refusal(() => admin.Reject({ task: 't1', reason: 'why' }), 'USAGE')).message).toBe('No: why');
  expect(await admin.Status({})).toEqual({ party: 'holder-a', connected: true, logSize: 7 });
  close();
  await server.close();
  expect(existsSync(path)).toBe(false);
});

test('what a dead daemon left is replaced, a living daemon is not', async () => {
  const path = join(folder, 'b.sock');
  writeFileSync(path, '');
  const server = await serveAdmin(path, handlers);
  await refusal(() => serveAdmin(path, handlers), 'USAGE');
  const { admin, close } = connectAdmin(path);
  expect((await admin.Status({})).party).toBe('holder-a');
  close();
  await server.close();
  await refusal(() => connectAdmin(path).admin.Status({}), 'UNREACHABLE');
});
