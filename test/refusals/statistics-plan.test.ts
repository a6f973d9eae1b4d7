/** Tasks that are well formed and cannot be computed as declared: refused with the numbers and what would help. */
import { expect, test } from 'vitest';
import { finishTask } from '../../statistics/finish.ts';
import { planTask } from '../../statistics/plan.ts';
import { refusalOf, taskOf } from '../fixtures/statistics-tasks.ts';

const COUNT = { name: 'n', statistic: 'count' };
const WEALTH = { name: 'm', statistic: 'mean', of: 'x', decimals: 2 };

test('values that a JavaScript number does not hold exactly', async () => {
  const task = taskOf({ x: { type: 'decimal', places: 6, min: '0', max: '9007199254.740992' } }, [WEALTH]);
  const error = await refusalOf('TASK_IMPOSSIBLE', () => planTask(task));
  expect(error.message).toBe(
    'tables.units.columns.x: values scaled by 10^6 reach 9007199254740992, a number of 54 bits; at most 2^53 − 1 ' +
      'can be read exactly. The smallest change is at most 5 places, or a narrower range',
  );
  expect(() =>
    planTask(taskOf({ x: { type: 'decimal', places: 6, min: '0', max: '9007199254.740991' } }, [WEALTH])),
  ).not.toThrow();
});

test('an integer range that no places can save', async () => {
  const task = taskOf({ x: { type: 'integer', min: '-9007199254740992', max: 0 } }, [WEALTH]);
  const error = await refusalOf('TASK_IMPOSSIBLE', () => planTask(task));
  expect(error.message).toContain('a range within ±9007199254740991');
});

test('more cells than a client can hold', async () => {
  const many = (prefix: string): Record<string, unknown> => ({
    type: 'category',
    values: Array.from({ length: 3000 }, (_, i) => `${prefix}${i}`),
  });
  const task = taskOf({ a: many('a'), b: many('b'), c: { type: 'boolean' } }, [
    { ...COUNT, by: ['a', 'b', 'c'] },
  ]);
  const error = await refusalOf('TASK_IMPOSSIBLE', () => planTask(task));
  expect(error.message).toContain('need 18000000 slots, and a plan has at most 4194304');
  expect(error.message).toContain('leave out "a"');
});

test('cells whose number has no name', async () => {
  const columns = Object.fromEntries(
    ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((name) => [
      name,
      { type: 'category', values: Array.from({ length: 5000 }, (_, i) => `${i}`) },
    ]),
  );
  await refusalOf('TASK_IMPOSSIBLE', () =>
    planTask(taskOf(columns, [{ ...COUNT, by: Object.keys(columns) }])),
  );
});

test.each([1, 39])('a statistical security of %i bits', async (bits) => {
  const task = taskOf({ x: { type: 'boolean' } }, [COUNT], { security: { 'statistical-bits': bits } });
  const error = await refusalOf('TASK_IMPOSSIBLE', () => planTask(task));
  expect(error.message).toContain(
    `security.statistical-bits is ${bits}; the smallest change is to raise it to 40`,
  );
});

test('more ciphertexts than a document names, where bfv would need few', async () => {
  const labels = { type: 'category', values: Array.from({ length: 1500 }, (_, i) => `${i}`) };
  const task = taskOf({ a: labels, b: labels }, [{ ...COUNT, by: ['a', 'b'] }], { scheme: 'paillier' });
  const error = await refusalOf('TASK_IMPOSSIBLE', () => planTask(task));
  // 3000 records have 12 bits, so a slot has 15.
  expect(error.message).toBe(
    'The statistics need 2250000 slots, which are 16545 ciphertexts of 136 slots; a plan has at most 10000. The ' +
      'smallest change is to leave out or merge cells until at most 1360000 slots are left; or let scheme be bfv, ' +
      'which computes it as it is',
  );
});

test('more statistical bits than the key ceremony of paillier holds, where bfv holds them', async () => {
  const security = { 'statistical-bits': 128 };
  const task = taskOf({ x: { type: 'boolean' } }, [COUNT], { security, scheme: 'paillier' });
  const error = await refusalOf('TASK_IMPOSSIBLE', () => planTask(task));
  expect(error.message).toContain('or let scheme be bfv, which computes it as it is');
  expect(planTask({ ...task, scheme: 'auto' }).scheme).toBe('bfv');
});

const LIE = taskOf({ x: { type: 'integer', min: -5, max: 5 } }, [
  { name: 's', statistic: 'sd', of: 'x', decimals: 2 },
]);

test.each([
  ['a negative number of records', [-1n, 0n, 0n]],
  ['more records than all parties may bring', [3001n, 0n, 0n]],
  ['a sum beyond the range', [2n, 11n, 50n]],
  ['a sum of squares beyond the range', [2n, 0n, 51n]],
  ['a sum over no record', [0n, 1n, 0n]],
  ['a negative variance', [2n, 10n, 49n]],
])('decrypted sums that no valid table has: %s', async (_name, sums) => {
  const plan = planTask(LIE);
  const error = await refusalOf('CIPHERTEXT_INVALID', () => finishTask(LIE, plan, [sums]));
  expect(error.details).toEqual({ check: 'plausible' });
  expect(() => finishTask(LIE, plan, [[2n, 10n, 50n]])).not.toThrow();
});
