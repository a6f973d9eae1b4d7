/** The main story: a task from its proposal to destroyed keys, with real daemons, and a receipt that verifies. */
import { expect, test } from 'vitest';
import { fetchResult, receiptOf } from '../../clients/output-party.ts';
import { submit } from '../../clients/provider.ts';
import { propose } from '../../clients/requester.ts';
import { parseReceipt, receiptBytes } from '../../trust/receipt/form.ts';
import { verifyReceipt } from '../../trust/receipt/verify.ts';
import { ANSWER, INPUTS, RECEIVER, TestNetwork } from '../fixtures/local-network.ts';

/** The fewest and many; `SLOW=1` tries some between. */
const COMMITTEES = process.env['SLOW'] === '1' ? [3, 4, 5, 7] : [3, 7];

test.each(COMMITTEES)('a task with %i key holders gives the exact answer and a valid receipt', async (k) => {
  await using net = await TestNetwork.start({ holders: k });
  const office = await net.session(RECEIVER);
  const task = await propose(office, net.task());
  await Promise.all(
    INPUTS.map(async (party) => {
      const session = await net.session(party);
      await submit(session, task.id, net.table(party));
    }),
  );
  const delivered = await fetchResult(office, task.id);
  const values = Object.fromEntries(
    delivered.document.result.statistics.map(({ name, rows }) => [name, rows[0]?.value]),
  );
  expect(values).toEqual(ANSWER);

  await office.until(task.id, (life) => (life.phase === 'SHREDDED' ? true : undefined), {
    timeoutMs: 300_000,
  });
  const receipt = parseReceipt(receiptBytes(receiptOf(office, task, delivered)));
  const verdict = verifyReceipt(receipt, office.profile.consortium.digest);
  expect(verdict.task.shreds.size).toBe(k);
});
