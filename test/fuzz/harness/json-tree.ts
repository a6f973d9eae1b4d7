/** JSON as a tree that can say what `JSON.parse` cannot: keys that stand twice, and every spelling of a number. */

export type Tree =
  | { readonly kind: 'object'; readonly members: [name: string, value: Tree][] }
  | { readonly kind: 'array'; readonly items: Tree[] }
  /** A string, number, boolean or null, as it is spelt. */
  | { readonly kind: 'token'; text: string };

/** Deeper ones would exhaust the stack of the functions below. */
const DEPTH = 500;

/** The tree of a valid JSON text; undefined where it is none, or too deep. */
export function treeOf(text: string): Tree | undefined {
  if (depthOf(text) > DEPTH) return undefined;
  try {
    return fromValue(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** Brackets within strings count, too: an upper bound will do. */
function depthOf(text: string): number {
  let deepest = 0;
  let depth = 0;
  for (const [bracket] of text.matchAll(/[[\]{}]/g)) {
    depth += bracket === '[' || bracket === '{' ? 1 : -1;
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}

export function fromValue(value: unknown): Tree {
  if (Array.isArray(value)) return { kind: 'array', items: value.map(fromValue) };
  if (typeof value === 'object' && value !== null) {
    return { kind: 'object', members: Object.entries(value).map(([key, item]) => [key, fromValue(item)]) };
  }
  return { kind: 'token', text: JSON.stringify(value) };
}

export function textOf(tree: Tree): string {
  if (tree.kind === 'token') return tree.text;
  if (tree.kind === 'array') return `[${tree.items.map(textOf).join()}]`;
  return `{${tree.members.map(([name, value]) => `${JSON.stringify(name)}:${textOf(value)}`).join()}}`;
}

/** A node, with the means to put another one in its place, and where it stands. */
export interface Place {
  readonly tree: Tree;
  readonly path: readonly (string | number)[];
  readonly put: (tree: Tree) => void;
}

/** Every node of the tree but the root. */
export function placesOf(root: Tree, path: readonly (string | number)[] = []): Place[] {
  if (root.kind === 'token') return [];
  const children: Place[] =
    root.kind === 'array'
      ? root.items.map((tree, i) => ({
          tree,
          path: [...path, i],
          put: (other) => {
            root.items[i] = other;
          },
        }))
      : root.members.map((member) => ({
          tree: member[1],
          path: [...path, member[0]],
          put: (other) => {
            member[1] = other;
          },
        }));
  return children.flatMap((place) => [place, ...placesOf(place.tree, place.path)]);
}
