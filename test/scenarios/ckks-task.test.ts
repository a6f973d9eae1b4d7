/**
 * A task under threshold CKKS between real daemons: sums that are known up to an error, a result that is rounded before
 * it is released and says how far it can be off, a receipt from which anybody recomputes it.
 */
import { expect, test } from 'vitest';
import { fetchResult, receiptOf } from '../../clients/output-party.ts';
import { propose } from '../../clients/requester.ts';
import { describePlan } from '../../statistics/describe.ts';
import { parseReceipt, receiptBytes } from '../../trust/receipt/form.ts';
import { verifyReceipt } from '../../trust/receipt/verify.ts';
import { checked } from '../fixtures/controller.ts';
import { FINE_PAY, INPUTS, RECEIVER, TestNetwork } from '../fixtures/local-network.ts';
import { expectExact, reached, submitAs } from '../fixtures/task-story.ts';

test('what is released is rounded, with a bound of its error, and can be recomputed', async () => {
  await using net = await TestNetwork.start({ controller: true });
  const office = await net.session(RECEIVER);
  const { id } = await propose(office, net.task(FINE_PAY));
  await reached(office, id, ({ jointKey }) => jointKey !== undefined);
  const { plan, document } = office.task(id);
  if (plan.scheme !== 'ckks') throw new Error('the task names ckks');
  const planned = Number(plan.errors.find(({ name }) => name === 'mean-pay')?.bound);
  expect(planned).toBeGreaterThan(0);
  expect(describePlan(document, plan)).toContain('How close it is');

  for (const party of INPUTS) await submitAs(net, party, id);
  await expectExact(net, id);
  // A controller has made the key again, verified every input and evaluated for itself.
  for (const check of ['key', 'evaluation'] as const) expect(await checked(net, id, check)).toEqual([]);

  const delivered = await fetchResult(office, id);
  const [people, pay] = delivered.document.result.statistics.map(({ rows }) => rows[0]);
  expect(people).toMatchObject({ value: '6', errorBound: '0' });
  // Of six records: the plan is for one.
  expect(Number(pay?.errorBound)).toBeGreaterThan(0);
  expect(Number(pay?.errorBound)).toBeLessThanOrEqual(planned / 2);

  const receipt = receiptOf(office, office.task(id), delivered, { withShares: true });
  const { steps } = verifyReceipt(parseReceipt(receiptBytes(receipt)), office.profile.consortium.digest);
  expect(steps.find(({ title }) => title === 'The recomputation')?.checked).toContain('guard slots');
});
