/**
 * Every field of a receipt, down into the signed payloads: altering it makes the receipt fail, and says where. Receipts
 * of tasks of every kind: sums under either scheme, and products of linked records.
 */
import { beforeAll, describe, expect, test } from 'vitest';
import { StrongroomError } from '../../proto/errors.ts';
import { openConsortium } from '../../trust/consortium.ts';
import { canonicalJson } from '../../trust/digest.ts';
import { parseReceipt, receiptBytes } from '../../trust/receipt/form.ts';
import { verifyReceipt } from '../../trust/receipt/verify.ts';
import { makeStory, type Story, type StoryKind } from '../fuzz/corpora/story.ts';
import { alterations } from '../fuzz/harness/alterations.ts';
import { treeOf } from '../fuzz/harness/json-tree.ts';
import { utf8 } from '../fuzz/harness/text.ts';

const KINDS: readonly StoryKind[] = ['bfv', 'paillier', 'linked'];

describe.each(KINDS)('a receipt (%s)', (kind) => {
  let story: Story;
  let pinned: string;
  beforeAll(async () => {
    story = await makeStory(kind);
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
      return [...story.receipt.entries.keys()].map((i) => `entry ${i}`).concat('consistency', 'form');
    if (field === 'salt') return ['result', 'form'];
    return [field, 'form'];
  }

  test('is valid, and below 200 kB', () => {
    expect(receiptBytes(story.receipt).length).toBeLessThan(200_000);
    expect(failsAt(receiptBytes(story.receipt))).toBeUndefined();
  });

  describe('altering', () => {
    test.for([' ', '\n', '\t'])('the file by a needless %j fails at its form', (space) => {
      const bytes = receiptBytes(story.receipt);
      const text = Buffer.from(bytes).toString('utf8');
      for (const other of [text + space, space + text, text.replace(':', `:${space}`)]) {
        expect(failsAt(utf8(other))).toBe('form');
      }
    });

    test('any field fails at that field', { timeout: 600_000 }, () => {
      const root = treeOf(Buffer.from(receiptBytes(story.receipt)).toString('utf8'));
      if (root === undefined) throw new Error('no tree');
      const astray: string[] = [];
      let fields = 0;
      const paths = [...alterations(root, () => root, '')].map(([path]) => path);
      // All of one kind; of the others what the first does not have, and the ends of every list.
      const chosen = kind === 'bfv' || process.env['SLOW'] === '1' ? new Set(paths) : ends(paths);
      for (const [path, bytes] of alterations(root, () => root, '')) {
        if (!chosen.has(path)) continue;
        fields += 1;
        const where = failsAt(bytes());
        if (where === undefined || !expected(path).includes(where))
          astray.push(`${path}: ${where ?? 'accepted'}`);
      }
      expect(astray).toEqual([]);
      expect(fields).toBeGreaterThan(kind === 'bfv' ? 500 : 100);
    });

    test('the set of fields fails: nothing can be added unseen', () => {
      const { receipt } = story;
      const cases: Record<string, unknown> = {
        'another field': { ...receipt, more: 1 },
        'a proof that nobody asked for': { ...receipt, consistency: { ...receipt.consistency, 999: [] } },
        'a signature line of a stranger': {
          ...receipt,
          checkpoint: `${receipt.checkpoint}— stranger AAAAAAAA\n`,
        },
        'an entry twice': { ...receipt, entries: [...receipt.entries, receipt.entries.at(-1)] },
        'an entry less': { ...receipt, entries: receipt.entries.toSpliced(3, 1) },
        'two entries swapped': {
          ...receipt,
          entries: receipt.entries.toSpliced(2, 2, ...receipt.entries.slice(2, 4).toReversed()),
        },
      };
      const accepted = Object.entries(cases).filter(
        ([, value]) => failsAt(canonicalJson(value)) === undefined,
      );
      expect(accepted.map(([name]) => name)).toEqual([]);
    });
  });
});

/** By the kind of document and field: the first and the last of each. */
function ends(paths: readonly string[]): Set<string> {
  const byForm = Map.groupBy(paths, (path) => path.replaceAll(/\d+|[0-9a-f]{64}/g, '#'));
  const some = [...byForm.values()].flatMap((like) => [...spread(like, 12)]);
  return new Set(some);
}

/** The first, the last, and others evenly between them. */
function spread(like: readonly string[], most: number): Set<string> {
  const step = Math.max(1, (like.length - 1) / (most - 1));
  return new Set(
    Array.from({ length: most }, (_, i) => like[Math.min(like.length - 1, Math.round(i * step))] ?? ''),
  );
}
