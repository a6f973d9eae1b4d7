/** Changes to JSON that keep it JSON, or nearly: keys, numbers, strings, and what stands in base64 within. */
import { BOUNDARIES, mutateBytes, type Mutation } from './bytes.ts';
import { fromValue, placesOf, textOf, treeOf, type Place, type Tree } from './json-tree.ts';
import type { Random } from './random.ts';
import { utf8 } from './text.ts';

const token = (text: string): Tree => ({ kind: 'token', text });

const VALUES: readonly (() => Tree)[] = [
  ...['null', 'true', 'false', '0', '-0', '-1', '1.0', '1e0', '0.5', '1e400', '-1e-400', '1E2', '01', '+1'],
  ...BOUNDARIES.flatMap((n) => [String(n), `"${n}"`, `-${n}`]),
  ...[
    '""',
    '"\\u0000"',
    '"\\ud800"',
    '"\ud83d\ude00"',
    '"e\\u0301"',
    '"\\u202e"',
    '"__proto__"',
    '"\\u001b[2J"',
  ],
  ...[
    '[]',
    '{}',
    '[[]]',
    '{"__proto__":{}}',
    '"P1D"',
    '"PT0S"',
    '"9999-12-31T23:59:59Z"',
    '"0000-01-01T00:00:00Z"',
  ],
].map((text) => () => token(text));

const GIANTS: readonly (() => Tree)[] = [
  () => token('['.repeat(40) + ']'.repeat(40)),
  () => token('['.repeat(20_000) + ']'.repeat(20_000)),
  () => token('{"a":'.repeat(5_000) + '1' + '}'.repeat(5_000)),
  () => token(`"${'x'.repeat(100_000)}"`),
  () => token(`[${'0,'.repeat(20_000)}0]`),
  () => token(`{${Array.from({ length: 5_000 }, (_, i) => `"k${i}":0`).join()}}`),
];

const NAMES = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', '', 'x', '0', 'A', 'length', 'é'];

/** One change somewhere in the JSON; bytes that are none are changed as bytes. */
export const mutateJson: Mutation = (bytes, random, corpus) => {
  const tree = treeOf(Buffer.from(bytes).toString('utf8'));
  if (tree === undefined) return mutateBytes(bytes, random, corpus);
  const places = placesOf(tree);
  if (places.length === 0 || random.oneIn(12)) return respelt(textOf(tree), random);
  change(random.pick(places), tree, random, corpus);
  return utf8(textOf(tree));
};

function change(place: Place, root: Tree, random: Random, corpus: readonly Uint8Array[]): void {
  const { tree, put } = place;
  if (random.oneIn(40)) return put(random.pick(GIANTS)());
  if (random.oneIn(4)) return put(random.pick(VALUES)());
  if (random.oneIn(8)) return put(elsewhere(place, random, corpus) ?? copyOfAny(root, random));
  if (tree.kind === 'array') return changeArray(tree.items, root, random);
  if (tree.kind === 'object') return changeObject(tree.members, random);
  if (tree.text.startsWith('"')) return put(changedString(JSON.parse(tree.text) as string, random));
  put(token(changedNumber(tree.text, random)));
}

/** What stands at the same place, or anywhere, in another valid input. */
function elsewhere({ path }: Place, random: Random, corpus: readonly Uint8Array[]): Tree | undefined {
  const other = treeOf(Buffer.from(random.pick(corpus)).toString('utf8'));
  if (other === undefined) return undefined;
  const places = placesOf(other);
  const same = places.filter((place) => place.path.join('/') === path.join('/'));
  const candidates = same.length > 0 ? same : places;
  return candidates.length === 0 ? undefined : random.pick(candidates).tree;
}

/** A copy, since a node that stands in itself has no text. */
function copyOfAny(root: Tree, random: Random): Tree {
  return structuredClone(random.pick(placesOf(root)).tree);
}

function changeArray(items: Tree[], root: Tree, random: Random): void {
  const at = random.below(items.length);
  const item = items[at];
  switch (random.below(5)) {
    case 0:
      items.splice(at, 1);
      break;
    case 1:
      if (item !== undefined) items.splice(random.below(items.length + 1), 0, item);
      break;
    case 2:
      items.reverse();
      break;
    case 3:
      items.push(copyOfAny(root, random));
      break;
    default:
      if (item !== undefined) items.push(...Array.from({ length: random.small(300) }, () => item));
  }
}

function changeObject(members: [string, Tree][], random: Random): void {
  const at = random.below(members.length);
  const [name, value] = members[at] ?? ['x', token('0')];
  switch (random.below(6)) {
    case 0:
      members.splice(at, 1);
      break;
    case 1:
      members.splice(random.below(members.length + 1), 0, [name, value]);
      break;
    case 2:
      members.splice(random.below(members.length + 1), 0, [name, random.pick(VALUES)()]);
      break;
    case 3:
      members.reverse();
      break;
    case 4:
      members.push([random.pick(NAMES), random.oneIn(2) ? value : random.pick(VALUES)()]);
      break;
    default:
      members[at] = [random.oneIn(2) ? random.pick(NAMES) : name.toUpperCase(), value];
  }
}

function changedNumber(text: string, random: Random): string {
  if (!/^-?\d+$/.test(text)) return random.pick(['0', '1', 'null', 'tru', '"true"']);
  const value = BigInt(text);
  return random.pick([
    String(value + 1n),
    String(value - 1n),
    String(-value),
    `${text}.0`,
    `${text}e0`,
    `0${text}`,
    `"${text}"`,
    `${text}.5`,
    String(value << 32n),
    String(value + (1n << 53n)),
  ]);
}

function changedString(text: string, random: Random): Tree {
  if (text.length >= 8 && text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text) && !random.oneIn(4)) {
    return token(JSON.stringify(changedBase64(text, random)));
  }
  const at = random.below(text.length + 1);
  switch (random.below(7)) {
    case 0:
      return token(JSON.stringify(text.slice(0, at) + random.pick(NAMES) + text.slice(at)));
    case 1:
      return token(JSON.stringify(text.slice(0, at) + text.slice(at + 1)));
    case 2:
      return token(JSON.stringify(random.oneIn(2) ? text.toUpperCase() : `${text} `));
    case 3:
      return token(
        JSON.stringify(text.normalize('NFD') + random.pick(['', '\u0301', '\0', '\ud800', '\u2028'])),
      );
    case 4: {
      const digit = random.below(16).toString(16);
      return token(JSON.stringify(text.slice(0, at) + digit + text.slice(at + 1)));
    }
    case 5:
      return token(
        `"${text.replaceAll(/[^]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)}"`,
      );
    default:
      return token(JSON.stringify(text.replace(/\d+/, (n) => String(BigInt(n) + 1n))));
  }
}

/** Bytes in base64 are changed as what they are, JSON for instance; or their spelling is. */
function changedBase64(text: string, random: Random): string {
  const bytes = new Uint8Array(Buffer.from(text, 'base64'));
  switch (random.below(6)) {
    case 0:
      return text.replace(/=+$/, '');
    case 1:
      return `${text}\n`;
    case 2:
      return text.replaceAll('+', '-').replaceAll('/', '_');
    default: {
      const changed = random.oneIn(4)
        ? mutateBytes(bytes, random, [bytes])
        : mutateJson(bytes, random, [bytes]);
      return Buffer.from(changed).toString('base64');
    }
  }
}

/** The same JSON in another spelling: white space, a byte-order mark, a trailing comma, a second value. */
function respelt(text: string, random: Random): Uint8Array {
  const commas = [...text.matchAll(/[,:[\]{}]/g)];
  const at = commas.length === 0 ? 0 : random.pick(commas).index + 1;
  const into = random.pick([' ', '\n', '\t', '\u00a0', ',', '/**/', '\0']);
  return utf8(
    random.pick([
      text.slice(0, at) + into + text.slice(at),
      `\ufeff${text}`,
      `${text}\n`,
      `${text}${text}`,
      `[${text}]`,
      JSON.stringify(text),
    ]),
  );
}

/** The canonical JSON bytes of a value that has only safe integers, for corpora. */
export function jsonBytes(value: unknown): Uint8Array {
  return utf8(textOf(fromValue(value)));
}
