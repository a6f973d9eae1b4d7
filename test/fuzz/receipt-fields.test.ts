/** Every field of a receipt, down into the signed payloads: altering it makes the receipt fail, and says where. */
import { beforeAll, describe, expect, test } from 'vitest';
import { StrongroomError } from '../../proto/errors.ts';
import { openConsortium } from '../../trust/consortium.ts';
import { parseReceipt, verifyReceipt } from '../../trust/receipt.ts';
import { tellStory, type Story } from './corpora/story.ts';
import { jsonBytes } from './harness/json.ts';
import { placesOf, textOf, treeOf, type Place, type Tree } from './harness/json-tree.ts';
import { utf8 } from './harness/text.ts';

/** Two alterations of every text in place of one. */
const ALL = process.env['SLOW'] === '1';

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

/** Every alteration of one field, as the bytes of the receipt with it, and the path of the field. */
function* alterations(
  root: Tree,
  whole: () => Tree,
  within: string,
): Generator<[path: string, bytes: Uint8Array]> {
  for (const place of placesOf(root)) {
    const path = [within, ...place.path].join('/');
    for (const other of othersFor(place)) {
      place.put(other);
      yield [path, utf8(textOf(whole()))];
    }
    place.put(place.tree);
    const inner = innerTree(place);
    if (inner === undefined) continue;
    const again = (): Tree => {
      place.put({ kind: 'token', text: JSON.stringify(Buffer.from(textOf(inner)).toString('base64')) });
      return whole();
    };
    yield* alterations(inner, again, path);
    place.put(place.tree);
  }
}

/** JSON that stands in a field as base64: an envelope, and in it a payload. */
function innerTree({ tree }: Place): Tree | undefined {
  if (tree.kind !== 'token' || !tree.text.startsWith('"eyJ')) return undefined;
  return treeOf(Buffer.from(JSON.parse(tree.text) as string, 'base64').toString('utf8'));
}

/** Values of the same form where there are any, so that it is not the form alone that fails. */
function othersFor({ tree }: Place): Tree[] {
  if (tree.kind === 'array')
    return tree.items.length === 0 ? [] : [{ kind: 'array', items: tree.items.slice(1) }];
  if (tree.kind === 'object') {
    return tree.members.length === 0 ? [] : [{ kind: 'object', members: tree.members.slice(1) }];
  }
  const value: unknown = JSON.parse(tree.text);
  if (typeof value === 'number') return [{ kind: 'token', text: String(value + 1) }];
  if (typeof value !== 'string') return [{ kind: 'token', text: value === true ? 'false' : 'true' }];
  if (value === '') return [{ kind: 'token', text: '"x"' }];
  const middle = value.length >> 1;
  const swapped = value[middle] === 'a' ? 'b' : 'a';
  const texts = [value.slice(0, middle) + swapped + value.slice(middle + 1), value.slice(0, -1)];
  return texts.slice(0, ALL ? 2 : 1).map((text) => ({ kind: 'token', text: JSON.stringify(text) }));
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
      const where = failsAt(bytes);
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
