/** Every field of a receipt, down into the signed payloads: altering it makes the receipt fail, and says where. */
import { beforeAll, describe, expect, test } from 'vitest';
import { StrongroomError } from '../../proto/errors.ts';
import { openConsortium } from '../../trust/consortium.ts';
import { parseReceipt, verifyReceipt } from '../../trust/receipt.ts';
import { tellStory, type Story } from './corpora/story.ts';
import { alterations } from './harness/alterations.ts';
import { jsonBytes } from './harness/json.ts';
import { treeOf } from './harness/json-tree.ts';

let story: Story;
let pinned: string;
beforeAll(async () => {
  story = await tellStory();
  pinned = openConsortium(story.parties.consortium).digest;
});

/** The step at which the receipt fails; undefined where it does not. */
function failsAt(bytes: Uint8Array): string | undefined {
  try {
    verifyReceipt(parseReceipt(bytes), pinned);
    return undefined;
  } catch (error) {
    if (!(error instanceof StrongroomError)) throw error;
    expect(error.code).toBe('RECEIPT_INVALID');
    return String(error.details['check']);
  }
}

/** Where a receipt must fail when this field of it is altered: where it stands, or at its form. */
function expected(path: string): string[] {
  const [, field = '', index = ''] = path.split('/');
  if (field === 'entries' && index !== '') return [`entry ${index}`, 'form'];
  if (field === 'entries') return ['entry 0', 'form'];
  if (field === 'consistency')
    return [...story.receipt.entries.keys()].map((i) => `entry ${i}`).concat('form');
  if (field === 'salt') return ['result', 'form'];
  return [field, 'form'];
}

test('the receipt itself is valid', () => {
  expect(failsAt(jsonBytes(story.receipt))).toBeUndefined();
});

describe('altering', () => {
  test('any field fails at that field', { timeout: 600_000 }, () => {
    const root = treeOf(JSON.stringify(story.receipt));
    if (root === undefined) throw new Error('no tree');
    const astray: string[] = [];
    let fields = 0;
    for (const [path, bytes] of alterations(root, () => root, '')) {
      fields += 1;
      const where = failsAt(bytes());
      if (where === undefined || !expected(path).includes(where))
        astray.push(`${path}: ${where ?? 'accepted'}`);
    }
    expect(astray).toEqual([]);
    expect(fields).toBeGreaterThan(500);
  });

  test('the set of fields fails: nothing can be added unseen', () => {
    const { receipt } = story;
    const cases: Record<string, unknown> = {
      'another field': { ...receipt, more: 1 },
      'a proof that nobody asked for': { ...receipt, consistency: { ...receipt.consistency, 999: [] } },
      'an entry twice': { ...receipt, entries: [...receipt.entries, receipt.entries.at(-1)] },
      'an entry less': { ...receipt, entries: receipt.entries.toSpliced(3, 1) },
      'two entries swapped': {
        ...receipt,
        entries: receipt.entries.toSpliced(2, 2, ...receipt.entries.slice(2, 4).toReversed()),
      },
    };
    const accepted = Object.entries(cases).filter(([, value]) => failsAt(jsonBytes(value)) === undefined);
    expect(accepted.map(([name]) => name)).toEqual([]);
  });
});
