/**
 * The Merkle tree as static resources (c2sp.org/tlog-tiles): tiles of 256 hashes, and bundles of 256 entries.
 *
 * `tile/<L>/<N>`: the hashes MTH(D[(256·N + i)·256^L : (256·N + i + 1)·256^L]), i from 0; `tile/entries/<N>`: entries
 * 256·N and on, each behind its length of 16 bits. A tile that is not full yet has `.p/<W>` behind it.
 */
import type { MerkleTree } from './merkle.ts';

const WIDTH = 256;
/** 256 = 2^8, so a hash of level L is a complete subtree of height 8·L. */
const LEVEL_HEIGHT = 8;

/** One resource of a tiled log. */
export interface Tile {
  readonly level: number | 'entries';
  readonly index: number;
  /** How many hashes or entries it has, 1 to 256. */
  readonly width: number;
}

/** `N` in groups of three digits, all but the last behind an `x`: 1234067 is `x001/x234/067`. */
function indexPath(index: number): string {
  const digits = String(index);
  const padded = digits.padStart(Math.ceil(digits.length / 3) * 3, '0');
  const groups = padded.match(/.{3}/g) ?? [];
  return groups.map((group, i) => (i < groups.length - 1 ? `x${group}` : group)).join('/');
}

export function tilePath({ level, index, width }: Tile): string {
  return `tile/${level}/${indexPath(index)}${width < WIDTH ? `.p/${width}` : ''}`;
}

const PATH =
  /^tile\/(?<level>entries|0|[1-9]\d?)\/(?<index>(?:x\d{3}\/){0,4}\d{3})(?:\.p\/(?<width>[1-9]\d{0,2}))?$/;

/** The tile that a path names; undefined where it is not exactly what `tilePath` writes. */
export function parseTilePath(path: string): Tile | undefined {
  const { level = '', index = '', width = String(WIDTH) } = PATH.exec(path)?.groups ?? {};
  const tile = {
    level: level === 'entries' ? level : Number(level),
    index: Number(index.replaceAll(/[x/]/g, '')),
    width: Number(width),
  } as const;
  return tilePath(tile) === path && (tile.level === 'entries' || tile.level < 64) ? tile : undefined;
}

/** Every tile and bundle of a tree of this size, for which a checkpoint was made. */
export function* tilesOf(size: number): Generator<Tile> {
  for (let level = 0, hashes = size; hashes > 0; level += 1, hashes = Math.floor(hashes / WIDTH)) {
    for (let index = 0; index * WIDTH < hashes; index += 1) {
      const width = Math.min(WIDTH, hashes - index * WIDTH);
      yield { level, index, width };
      if (level === 0) yield { level: 'entries', index, width };
    }
  }
}

/** The hashes of a tile, one after the other; undefined where the tree has not so many. */
export function tileBytes(
  tree: Pick<MerkleTree, 'size' | 'subtree'>,
  { level, index, width }: Tile & { readonly level: number },
): Uint8Array | undefined {
  const height = LEVEL_HEIGHT * level;
  const first = index * WIDTH;
  if (first + width > Math.floor(tree.size / 2 ** height)) return undefined;
  const hashes = Array.from({ length: width }, (_, i) => tree.subtree(height, first + i));
  return join(hashes);
}

/** Entries as a bundle: each behind its length, 16 bits, big-endian. */
export function entryBundle(entries: readonly Uint8Array[]): Uint8Array {
  return join(entries.flatMap((entry) => [Uint8Array.of(entry.length >> 8, entry.length & 255), entry]));
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
