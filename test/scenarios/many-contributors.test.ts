/**
 * A survey in which every report is answered for itself. `SLOW=1` asks all 2,000 of the example, under a key of
 * threshold Paillier, which is what they get; else 60 of them.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { runLocally, runPlain } from '../../clients/local-run.ts';
import { readTask } from '../../clients/task-file.ts';
import { splitByParty } from '../../examples/split.ts';
import { validateTask, type TaskDocument } from '../../statistics/task.ts';
import { parseReceipt } from '../../trust/receipt/form.ts';
import { verifyReceipt } from '../../trust/receipt/verify.ts';

const EXAMPLE = new URL('../../examples/business-survey/', import.meta.url).pathname;
const CONTRIBUTORS = process.env['SLOW'] === '1' ? 2000 : 60;
const MB = 1e6;

const folder = mkdtempSync(join(tmpdir(), 'strongroom-many-'));
afterAll(() => rmSync(folder, { recursive: true }));

const whole = readTask(join(EXAMPLE, 'task.yaml'));
const tables = splitByParty(join(EXAMPLE, 'survey.csv'), folder);

/** The survey of the first `count` reports. */
function surveyOf(count: number): TaskDocument {
  return validateTask({
    ...whole,
    parties: { ...whole.parties, input: whole.parties.input.slice(0, count) },
    disclosure: { 'minimum-contributors': count },
  });
}

const filesOf = ({ parties }: TaskDocument) =>
  new Map(parties.input.map((party) => [party, new Map([['answers', tables.get(party) ?? '']])]));

test('every report of the survey is an input party with one record of its own', () => {
  expect([...tables.keys()]).toEqual(whole.parties.input);
  for (const party of ['report-0001', 'report-2000']) {
    const lines = readFileSync(tables.get(party) ?? '', 'utf8')
      .trimEnd()
      .split('\n');
    expect(lines).toHaveLength(2);
    expect(lines[0]).toBe('phase,cost');
  }
});

test(
  `${CONTRIBUTORS} contributors get what the plaintext computation gives, and a receipt that verifies`,
  { timeout: 1_800_000 },
  async () => {
    const task = surveyOf(CONTRIBUTORS);
    const files = filesOf(task);
    const said: string[] = [];
    const report = await runLocally({ task, files, out: folder, onProgress: (line) => said.push(line) });

    expect(report.document.result).toEqual(await runPlain(task, files));
    const collecting = said.filter((line) => line.startsWith('collect'));
    expect(collecting.length).toBeLessThan(25);
    expect(collecting.at(-1)).toContain(`${CONTRIBUTORS} records encrypted`);

    const receipt = verifyReceipt(parseReceipt(readFileSync(report.receiptFile)));
    expect(receipt.task.manifests.size).toBe(CONTRIBUTORS);
    const aggregator = report.memory.get('aggregator');
    if (aggregator !== undefined) expect(aggregator).toBeLessThan(500 * MB);
  },
);

test('a contributor with a wrong table, after many have submitted: all ends, and the error names the place', async () => {
  const task = surveyOf(40);
  const wrong = join(folder, 'wrong.csv');
  writeFileSync(wrong, 'phase,cost\nclimb,much\n');
  const files = filesOf(task).set('report-0040', new Map([['answers', wrong]]));
  await expect(runLocally({ task, files, out: folder })).rejects.toMatchObject({
    code: 'TABLE_INVALID',
    message: expect.stringContaining(`${wrong}: row 2, column "cost"`) as string,
  });
});
