/** One field altered at a time, down into the signed payloads. */
import { placesOf, textOf, treeOf, type Place, type Tree } from './json-tree.ts';
import { utf8 } from './text.ts';

/** Two alterations of every text in place of one. */
const ALL = process.env['SLOW'] === '1';

/**
 * Every alteration of one field: the path of the field, and the bytes of the whole with it, to be asked for before the
 * next one.
 */
export function* alterations(
  root: Tree,
  whole: () => Tree,
  within: string,
): Generator<[path: string, bytes: () => Uint8Array]> {
  for (const place of placesOf(root)) {
    const path = [within, ...place.path].join('/');
    for (const other of othersFor(place)) {
      place.put(other);
      yield [path, () => utf8(textOf(whole()))];
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
