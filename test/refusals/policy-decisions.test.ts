/** What a key holder decides from its policy, its operator and its own ledger: before the approval, and before the release. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Ledger } from '../../keyholders/ledger.ts';
import { decide, requireRelease, type Policy } from '../../keyholders/policy.ts';
import { Rules } from '../../keyholders/policy/rules.ts';
import type { TaskLife } from '../../trust/life.ts';
import { Cast, HOLDER, of, where } from '../fixtures/policy-tasks.ts';
import { refusal } from '../fixtures/trust-parties.ts';

const YES = { verdict: 'approve', reason: 'the operator approved' } as const;
const NO = { verdict: 'reject', reason: 'the operator rejected' } as const;

let cast: Cast;
let folder: string;
let ledger: Ledger;
beforeAll(async () => {
  cast = await Cast.make();
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'strongroom-policy-'));
  ledger = new Ledger(join(folder, 'ledger.db'));
});
afterEach(() => {
  ledger[Symbol.dispose]();
  rmSync(folder, { recursive: true });
});

const policy = (name: string): Policy => ({ rules: Rules.read(name, folder), ledger, holder: HOLDER });

function own(text: string): Policy {
  writeFileSync(join(folder, 'own.cedar'), text);
  return policy('own.cedar');
}

/** A task that was approved and released, with all its inputs or with some. */
function released(by: Policy, changes: Record<string, unknown> = {}, parties?: readonly string[]): TaskLife {
  const task = cast.propose(changes);
  expect(decide(by, task, YES)?.verdict).toBe('approve');
  cast.submit(task, parties);
  requireRelease(by, task, YES);
  return task;
}

describe('before the approval', () => {
  test('it waits for the operator, and an approval is in the ledger', () => {
    const task = cast.propose();
    expect(decide(policy('operator'), task, undefined)).toBeUndefined();
    expect(ledger.entries).toEqual([]);
    expect(decide(policy('operator'), task, YES)).toEqual(YES);
    expect(ledger.entry(task.id)).toMatchObject({ requester: 'registry', releasedAt: null });
  });

  test('the operator rejects what the policy would approve', () => {
    const task = cast.propose();
    expect(decide(policy('automatic'), task, NO)).toEqual(NO);
    expect(ledger.entries).toEqual([]);
  });

  test('the operator cannot approve what the policy forbids', () => {
    const first = released(policy('operator'));
    const second = decide(policy('operator'), cast.propose(of('north', 'south')), YES);
    expect(second?.verdict).toBe('reject');
    expect(second?.reason).toContain(first.id.slice(0, 16));
  });

  test('what was approved stays approved, whatever has come after it', () => {
    const [three, two] = [cast.propose(), cast.propose(of('north', 'south'))];
    expect(decide(policy('automatic'), two, undefined)?.verdict).toBe('approve');
    expect(decide(policy('automatic'), three, undefined)?.verdict).toBe('approve');
    expect(decide(policy('operator'), two, undefined)?.verdict).toBe('approve');
  });

  test('a task that is approved and not yet released counts too, one that has ended does not', () => {
    const pending = cast.propose();
    decide(policy('operator'), pending, YES);
    const second = cast.propose(of('north', 'south'));
    expect(decide(policy('operator'), second, YES)?.verdict).toBe('reject');
    ledger.end(pending.id);
    expect(decide(policy('operator'), second, YES)?.verdict).toBe('approve');
  });

  test('a proposal of the future is rejected', () => {
    const task = cast.propose({}, new Date(Date.now() + 6 * 60_000));
    expect(decide(policy('automatic'), task, YES)).toMatchObject({ verdict: 'reject' });
  });

  test('the third task of a requester on a data set within a day', () => {
    const capped = own(`
      @id("two-a-day") permit (principal, action == Action::"approve-automatically", resource)
      when { context.history.byRequesterOnDataSet.day < 2 };`);
    const verdicts = [1, 2, 3].map(() => decide(capped, cast.propose(), undefined)?.verdict);
    expect(verdicts).toEqual(['approve', 'approve', 'reject']);
    expect(decide(capped, cast.propose(of('west', 'isle')), undefined)?.verdict).toBe('approve');
  });
});

describe('before the release', () => {
  test('what was approved is released, and is in the ledger before', () => {
    const task = released(policy('operator'));
    expect(ledger.entry(task.id)?.contributors).toEqual(
      task.inputSet.map(({ payload, digest }) => ({ party: payload.by, manifest: digest })),
    );
  });

  test('an input that was left out since the approval exposes its party: POLICY_REFUSED', async () => {
    const first = released(policy('operator'));
    const second = cast.propose();
    expect(decide(policy('operator'), second, YES)?.verdict).toBe('approve');
    cast.submit(second, ['north', 'south']);
    const error = await refusal(() => requireRelease(policy('operator'), second, YES), 'POLICY_REFUSED');
    expect(error.message).toContain(first.id.slice(0, 16));
    expect(error.message).toContain('east alone');
    expect(ledger.entry(second.id)?.releasedAt).toBeNull();
  });

  test('of two tasks that were approved side by side, the first release decides about the second', async () => {
    const [one, other] = [cast.propose(), cast.propose()];
    for (const task of [one, other]) decide(policy('operator'), task, YES);
    cast.submit(one);
    cast.submit(other, ['north', 'east']);
    requireRelease(policy('operator'), other, YES);
    const error = await refusal(() => requireRelease(policy('operator'), one, YES), 'POLICY_REFUSED');
    expect(error.message).toContain('south alone');
  });

  test('again after a restart: what is released in the ledger is not judged anew', () => {
    const task = released(policy('operator'));
    requireRelease(own(''), task, YES);
    expect(ledger.entries).toHaveLength(1);
  });

  const ASK = '@id("ask") permit (principal, action == Action::"ask-operator", resource);';

  test('a risk that the operator has seen is released, also from the other side', () => {
    const asking = own(ASK);
    const [wide, narrow] = [cast.propose(), cast.propose(where({ age: { to: 119 } }))];
    decide(asking, wide, YES);
    decide(asking, narrow, YES);
    for (const task of [narrow, wide]) {
      cast.submit(task);
      requireRelease(asking, task, YES);
    }
    expect(ledger.entries.every(({ releasedAt }) => releasedAt !== null)).toBe(true);
  });

  test('a risk that the operator could not see is not: POLICY_REFUSED', async () => {
    const asking = own(ASK);
    released(asking);
    const second = cast.propose();
    decide(asking, second, YES);
    cast.submit(second, ['north', 'south']);
    const error = await refusal(() => requireRelease(asking, second, YES), 'POLICY_REFUSED');
    expect(error.message).toContain('the operator has not approved this');
  });

  test('what was approved without asking and would be asked about now: POLICY_REFUSED', async () => {
    const enough = own(`${ASK}
      @id("enough") permit (principal, action == Action::"approve-automatically", resource)
      when { context.contributorCount >= 3 };`);
    const task = cast.propose();
    expect(decide(enough, task, undefined)?.verdict).toBe('approve');
    cast.submit(task, ['north', 'south']);
    await refusal(() => requireRelease(enough, task, undefined), 'POLICY_REFUSED');
  });
});
