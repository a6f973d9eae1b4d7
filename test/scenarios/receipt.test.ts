/**
 * What a sceptic does with a receipt: verifies it offline, recomputes the result from the opened shares, and checks it
 * in a browser page. One network makes the receipts.
 */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fetchResult, receiptOf } from '../../clients/output-party.ts';
import { submit } from '../../clients/provider.ts';
import { propose } from '../../clients/requester.ts';
import { StrongroomError } from '../../proto/errors.ts';
import { VERSION } from '../../proto/version.ts';
import { base64, hex, unbase64 } from '../../trust/digest.ts';
import { commitToResult, parseReceipt, receiptBytes, type Receipt } from '../../trust/receipt/form.ts';
import { verifyReceipt } from '../../trust/receipt/verify.ts';
import { strongroom, type Ended } from '../fixtures/client-process.ts';
import { LINKED_PARTIES, LINKED_PRODUCTS, linkedTable, PRODUCTS_ANSWER } from '../fixtures/linked-task.ts';
import { ANSWER, FINE_PAY, INPUTS, RECEIVER, TestNetwork } from '../fixtures/local-network.ts';
import { reached, submitAs } from '../fixtures/task-story.ts';

const CHROMIUM = '/usr/bin/chromium';

let folder: string;
let pinned: string;
let short: Receipt;
let full: Receipt;
let approximate: Receipt;
/** Of a task of products over linked records. */
let linked: Receipt;
let written: readonly Ended[];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'receipt-'));
  await using net = await TestNetwork.start();
  const office = await net.session(RECEIVER);
  const products = propose(office, net.task(LINKED_PRODUCTS)).then(async (proposed) => {
    await Promise.all(
      LINKED_PARTIES.map(async (party) => {
        const session = await net.session(party);
        await submit(session, proposed.id, linkedTable(net, party), { timeoutMs: 300_000 });
      }),
    );
    return receiptOf(office, proposed, await fetchResult(office, proposed.id), { withShares: true });
  });
  const task = await propose(office, net.task({ scheme: 'bfv' }));
  await Promise.all(INPUTS.map((party) => submitAs(net, party, task.id)));
  const delivered = await fetchResult(office, task.id);
  await reached(office, task.id, ({ phase }) => phase === 'SHREDDED');
  pinned = office.profile.consortium.digest;
  short = receiptOf(office, task, delivered);
  full = receiptOf(office, task, delivered, { withShares: true });
  const fine = await propose(office, net.task(FINE_PAY));
  await Promise.all(INPUTS.map((party) => submitAs(net, party, fine.id)));
  const near = await fetchResult(office, fine.id);
  approximate = receiptOf(office, office.task(fine.id), near, { withShares: true });
  linked = await products;
  const again = (...options: string[]): Promise<Ended> =>
    strongroom(['--json', '--profile', join(net.folder, RECEIVER), 'receipt', ...options]);
  const none = await propose(office, net.task({ title: 'Without a result' }));
  written = [
    await again(task.id, '--out', join(folder, 'again.json')),
    await again(task.id.slice(0, 8), '--out', join(folder, 'again-full.json'), '--with-shares'),
    await again(none.id, '--out', join(folder, 'none.json')),
  ];
  expect(delivered.document.result.statistics.map(({ name, rows }) => [name, rows[0]?.value])).toEqual(
    Object.entries(ANSWER),
  );
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** The step at which a receipt fails; undefined where it does not. */
function failsAt(receipt: Receipt): unknown {
  try {
    verifyReceipt(parseReceipt(receiptBytes(receipt)), pinned);
    return undefined;
  } catch (error) {
    if (!(error instanceof StrongroomError)) throw error;
    expect(error.code).toBe('RECEIPT_INVALID');
    return error.details['check'];
  }
}

const flipped = (text: string, at: number): string => {
  const bytes = unbase64(text);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  return base64(bytes);
};

describe('a receipt', () => {
  test('of a task of three offices is below 200 kB, and its argument ends with the destroyed key', () => {
    expect(receiptBytes(short).length).toBeLessThan(200_000);
    const { steps } = verifyReceipt(parseReceipt(receiptBytes(short)), pinned);
    expect(steps.map(({ title }) => title)).toEqual([
      'The parties',
      'The history',
      'The approvals',
      'The key',
      'The inputs',
      'The evaluation',
      'The result',
      'The end of the key',
    ]);
    expect(steps.at(-1)?.checked).toContain('3 of 3');
  });

  test('names the version that finished it, which is that of the package', () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    expect(VERSION).toBe(version);
    expect(short.result.versions.program).toBe(version);
  });

  test('of another planner says which version verifies it', () => {
    const other = { ...short.result, versions: { program: '9.9.9', plan: 'strongroom-plan/999' } };
    expect(() => verifyReceipt({ ...short, result: other }, pinned)).toThrow(
      /verify it with version 9\.9\.9/,
    );
  });

  test('does not verify under another consortium', () => {
    expect(() => verifyReceipt(short, '00'.repeat(32))).toThrow(
      expect.objectContaining({ code: 'RECEIPT_INVALID', details: { check: 'consortium' } }),
    );
  });
});

describe('`strongroom receipt`', () => {
  const read = (name: string): Receipt => parseReceipt(new Uint8Array(readFileSync(join(folder, name))));

  test('writes the receipt of a delivered task again, with all shreds that the log has', () => {
    const [plain] = written;
    expect([plain?.code, JSON.parse(plain?.stdout ?? '')]).toMatchObject([0, { shreds: 3 }]);
    const receipt = read('again.json');
    expect(failsAt(receipt)).toBeUndefined();
    expect(receipt).toEqual({
      ...short,
      checkpoint: receipt.checkpoint,
      entries: receipt.entries,
      consistency: receipt.consistency,
      consortium: receipt.consortium,
    });
    expect(receipt.opened).toBeUndefined();
  });

  test('with --with-shares it recomputes; of a task without a result there is none', () => {
    const [, shares, none] = written;
    expect(shares?.code).toBe(0);
    const receipt = read('again-full.json');
    expect(receipt.opened).toEqual(full.opened);
    expect(failsAt(receipt)).toBeUndefined();
    expect(none?.code).not.toBe(0);
    expect(JSON.parse(none?.stdout ?? '')).toHaveProperty('error.code');
    expect(existsSync(join(folder, 'none.json'))).toBe(false);
  });
});

describe('the shares in a receipt', () => {
  const opened = (): NonNullable<Receipt['opened']> => {
    if (full.opened === undefined) throw new Error('no shares');
    return full.opened;
  };

  test('give the result again', () => {
    expect(failsAt(full)).toBeUndefined();
    const { steps } = verifyReceipt(full, pinned);
    expect(steps.map(({ title }) => title)).toContain('The recomputation');
  });

  test('of products over linked records give the result again, coefficient by coefficient', () => {
    const { task, steps } = verifyReceipt(linked, pinned);
    expect(task.plan.products).not.toBeNull();
    expect(steps.map(({ title }) => title)).toContain('The recomputation');
    const { statistics } = linked.result.result as {
      statistics: { name: string; rows: { value: string }[] }[];
    };
    expect(Object.fromEntries(statistics.map(({ name, rows }) => [name, rows[0]?.value]))).toEqual(
      PRODUCTS_ANSWER,
    );
    const { opened: all, ...rest } = linked;
    if (all === undefined) throw new Error('no shares');
    expect(receiptBytes(rest).length).toBeLessThan(200_000);
    expect(failsAt(rest)).toBeUndefined();
    const { outputs, shares } = all;
    // All coefficients that the plan names stand in one ciphertext.
    expect(outputs).toHaveLength(1);
    const last = outputs.length - 1;
    expect(
      failsAt({
        ...rest,
        opened: { shares, outputs: outputs.with(last, flipped(outputs[last] ?? '', 300)) },
      }),
    ).toBe(`opened output ${last}`);
    expect(
      failsAt({ ...rest, opened: { outputs, shares: shares.with(2, flipped(shares[2] ?? '', 40)) } }),
    ).toBe('opened share of holder-3');
    expect(failsAt({ ...rest, opened: { shares, outputs: [...outputs, ...outputs] } })).toBe('opened');
    expect(failsAt({ ...rest, opened: { outputs, shares: shares.slice(1) } })).toBe('opened');
    expect(failsAt({ ...rest, opened: { outputs, shares: shares.toReversed() } })).toBe(
      'opened share of holder-1',
    );
  });

  test('fail where they are altered, in any of their parts', () => {
    const { outputs, shares } = opened();
    const [output = '', share = ''] = [outputs[0], shares[1]];
    const ends = (text: string): number[] => [0, 200, unbase64(text).length - 1];
    for (const at of ends(output)) {
      expect(failsAt({ ...full, opened: { outputs: [flipped(output, at)], shares } })).toBe(
        'opened output 0',
      );
    }
    for (const at of ends(share)) {
      const altered = shares.with(1, flipped(share, at));
      expect(failsAt({ ...full, opened: { outputs, shares: altered } })).toBe('opened share of holder-2');
    }
    expect(failsAt({ ...full, opened: { outputs, shares: shares.slice(1) } })).toBe('opened');
    expect(failsAt({ ...full, opened: { outputs: [output, output], shares } })).toBe('opened');
    expect(failsAt({ ...full, opened: { outputs, shares: shares.toReversed() } })).toBe(
      'opened share of holder-1',
    );
    expect(failsAt({ ...full, opened: { outputs, shares, key: '' } })).toBe('opened key');
  });

  test('expose an output party that states, and commits to, another result than they give', () => {
    const lie = structuredClone(full);
    const { statistics } = lie.result.result as { statistics: { rows: { value: string }[] }[] };
    const row = statistics[0]?.rows[0];
    if (row === undefined) throw new Error('no value');
    row.value = '7';
    // Its delivery would commit to the lie; here the documents are taken as they would be then.
    const { task } = verifyReceipt(short, pinned);
    const delivery = task.delivery;
    if (delivery === undefined) throw new Error('no delivery');
    const salt = new Uint8Array(32);
    Object.assign(delivery.payload, { result: commitToResult(salt, lie.result) });
    return import('../../trust/receipt/recompute.ts').then(({ recompute }) => {
      expect(() => {
        recompute(task, opened(), lie.result);
      }).toThrow(expect.objectContaining({ details: { check: 'recomputation' } }));
      expect(hex(salt)).toHaveLength(64);
    });
  });
});

describe.skipIf(!existsSync(CHROMIUM))(`the verifier page (skipped where there is no ${CHROMIUM})`, () => {
  test('says the same as the command line, and opens no connection', async () => {
    const page = join(folder, 'verifier.html');
    await promisify(execFile)(process.execPath, ['clients/verifier-page/build.ts', page]);
    const files = {
      short,
      full,
      approximate,
      altered: { ...short, salt: short.salt.replace(/^./, (c) => (c === 'a' ? 'b' : 'a')) },
    };
    for (const [name, receipt] of Object.entries(files)) {
      writeFileSync(join(folder, `${name}.json`), receiptBytes(receipt));
    }
    const { chromium } = await import('playwright-core');
    const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
    try {
      const tab = await browser.newPage();
      const asked: string[] = [];
      tab.on('request', (request) => asked.push(request.url()));
      await tab.goto(`file://${page}`);
      const answer = async (name: string): Promise<string> => {
        await tab.setInputFiles('#file', join(folder, `${name}.json`));
        await tab.waitForSelector('.verdict', { timeout: 300_000 });
        return tab.innerText('#answer');
      };
      expect(await answer('altered')).toContain('The receipt fails at result');
      await tab.fill('#pinned', pinned);
      expect(await answer('short')).toContain(
        'It was checked against the consortium document that you know.',
      );
      const told = await answer('full');
      for (const { checked, proves } of verifyReceipt(full, pinned).steps) {
        expect(told).toContain(checked);
        expect(told).toContain(proves);
      }
      expect(told).toContain(ANSWER['mean-pay']);
      const close = await answer('approximate');
      expect(close).toContain('guard slots');
      expect(close).toContain(ANSWER['mean-pay']);
      await tab.screenshot({ path: process.env['SCREENSHOT'] ?? join(folder, 'page.png'), fullPage: true });
      expect(asked.filter((url) => !url.startsWith('file:'))).toEqual([]);
      expect(await tab.evaluate("fetch('https://example.org').then(() => 'sent', () => 'refused')")).toBe(
        'refused',
      );
    } finally {
      await browser.close();
    }
  });
});
