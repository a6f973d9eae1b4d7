/** Which records of several lists of pseudonyms belong together: a pure function, so that everybody comes to the same. */
import { StrongroomError } from '../proto/errors.ts';

export interface Match {
  /** By party, the positions in its list of the units that stand in all lists, in one order for all parties. */
  readonly positions: readonly Uint32Array[];
  /** How many units stand in at least one list. */
  readonly union: number;
  /** How many units each of the selections picks. */
  readonly counts: readonly number[];
}

/** The units that stand in the tables of all of some parties, one or more, and in none of some others. */
export interface UnitSelection {
  readonly in: readonly string[];
  readonly 'not-in': readonly string[];
}

/** The numbers of units that everybody in the consortium learns from a linkage. */
export interface MatchSizes {
  /** In the table of each input party. */
  readonly each: Readonly<Record<string, number>>;
  /** In all of their tables. */
  readonly all: number;
  /** In at least one of them. */
  readonly any: number;
  /** Of each selection that the task asks for, by `selectionKey`. */
  readonly selected: ReadonlyMap<string, number>;
}

/** The same for selections that pick the same units, however they name the parties. */
export const selectionKey = (selection: UnitSelection): string =>
  JSON.stringify([selection.in.toSorted(), selection['not-in'].toSorted()]);

/**
 * Throws LINKAGE_INVALID unless a list is made of whole pseudonyms that rise strictly: sorted, they tell nothing about the order of
 * the party's table, and none can stand twice.
 */
export function requireSorted(party: string, list: Uint8Array, width: number): void {
  if (list.length % width !== 0) {
    throw new StrongroomError('LINKAGE_INVALID', `The list of ${party} ends within a pseudonym`, {
      details: { party },
    });
  }
  for (let at = width; at < list.length; at += width) {
    if (compareAt(list, at - width, list, at, width) < 0) continue;
    throw new StrongroomError(
      'LINKAGE_INVALID',
      `The pseudonyms of ${party} do not rise at number ${at / width}; they must be sorted, and none may stand twice`,
      { details: { party } },
    );
  }
}

/** `the units in the table of each of a, b, and not in that of c`. */
export function selectionWords(selection: UnitSelection): string {
  const [all, none] = [selection.in, selection['not-in']];
  const first = all.length === 1 ? '' : 'each of ';
  const second = none.length === 1 ? 'not in that of ' : 'in that of none of ';
  const without = none.length === 0 ? '' : `, and ${second}${none.join(', ')}`;
  return `the units in the table of ${first}${all.join(', ')}${without}`;
}

/** Lists in which a unit must stand, and those in which it must not, by position. */
export interface ListSelection {
  readonly in: readonly number[];
  readonly notIn: readonly number[];
}

/** Matches sorted lists of pseudonyms of `width` bytes each, and counts what the selections pick. */
export function matchLists(
  lists: readonly Uint8Array[],
  width: number,
  selections: readonly ListSelection[] = [],
): Match {
  const sizes = lists.map((list) => list.length / width);
  const matched = lists.map(() => new Uint32Array(Math.min(...sizes)));
  const next = lists.map(() => 0);
  const counts = selections.map(() => 0);
  let [records, union] = [0, 0];
  for (;;) {
    const least = leastOf(lists, sizes, next, width);
    if (least.length === 0) break;
    union++;
    for (const [i, { in: all, notIn }] of selections.entries()) {
      const picked = all.every((list) => least.includes(list)) && !notIn.some((list) => least.includes(list));
      if (picked) counts[i] = (counts[i] ?? 0) + 1;
    }
    if (least.length === lists.length) {
      for (const list of least) {
        const positions = matched[list];
        if (positions !== undefined) positions[records] = next[list] ?? 0;
      }
      records++;
    }
    for (const list of least) next[list] = (next[list] ?? 0) + 1;
  }
  return { positions: matched.map((positions) => positions.subarray(0, records)), union, counts };
}

/** The lists whose next pseudonym is the least of all; empty where all lists are at their end. */
function leastOf(
  lists: readonly Uint8Array[],
  sizes: readonly number[],
  next: readonly number[],
  width: number,
): number[] {
  let least: number[] = [];
  for (const [i, list] of lists.entries()) {
    const at = next[i] ?? 0;
    if (at >= (sizes[i] ?? 0)) continue;
    const [other] = least;
    const order =
      other === undefined
        ? -1
        : compareAt(list, at * width, lists[other] ?? list, (next[other] ?? 0) * width, width);
    if (order < 0) least = [i];
    else if (order === 0) least.push(i);
  }
  return least;
}

/** Below 0, 0 or above, as the `width` bytes of the one come before those of the other. */
export function compareAt(a: Uint8Array, atA: number, b: Uint8Array, atB: number, width: number): number {
  for (let i = 0; i < width; i++) {
    const difference = (a[atA + i] ?? 0) - (b[atB + i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
