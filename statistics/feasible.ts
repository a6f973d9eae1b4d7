/** What no parameters can help with: values too large to be read exactly, and too many cells. */
import { StrongroomError } from '../proto/errors.ts';
import { isNumeric, largest, numericRange } from './columns.ts';
import { tableNameOf, tableOf } from './domain.ts';
import type { Layout } from './layout.ts';
import { bits } from './limbs.ts';
import type { TaskDocument } from './task.ts';

/** Beyond this the vectors of a party no longer fit in the memory of a client. */
const MAX_SLOTS = 2 ** 22;

/** A manifest names every ciphertext of an input party, and a signed document has at most a megabyte. */
const MAX_CIPHERTEXTS = 10_000;

/**
 * Throws TASK_IMPOSSIBLE where a scaled value may pass ±(2^53 − 1): on its way from the file to the sums it is a
 * JavaScript number, so it must be one that is exact.
 */
export function requireExactValues(task: TaskDocument): void {
  const limit = BigInt(Number.MAX_SAFE_INTEGER);
  const table = tableOf(task);
  for (const [name, column] of Object.entries(table.columns)) {
    if (!isNumeric(column)) continue;
    const range = numericRange(table.columns, name);
    const { places } = range;
    const bound = largest(range);
    if (bound <= limit) continue;
    const fitting = Array.from({ length: places }, (_, p) => p).findLast(
      (p) => bound / 10n ** BigInt(places - p) < limit,
    );
    const change =
      fitting === undefined ? `a range within ±${limit}` : `at most ${fitting} places, or a narrower range`;
    throw new StrongroomError(
      'TASK_IMPOSSIBLE',
      `tables.${tableNameOf(task)}.columns.${name}: values scaled by 10^${places} reach ${bound}, a number of ` +
        `${bits(bound)} bits; at most 2^53 − 1 can be read exactly. The smallest change is ${change}`,
      { details: { table: tableNameOf(task), column: name } },
    );
  }
}

/** Throws TASK_IMPOSSIBLE where a layout has more slots than a client can hold. */
export function requireSlots({ groups, slots }: Layout): void {
  if (slots <= MAX_SLOTS) return;
  const [widest] = groups.toSorted((a, b) => b.cells * b.width - a.cells * a.width);
  const { by = [], radices = [], cells = 0, width = 0 } = widest ?? {};
  const longest = by[radices.indexOf(Math.max(...radices))] ?? '';
  throw new StrongroomError(
    'TASK_IMPOSSIBLE',
    `The statistics need ${slots} slots, and a plan has at most ${MAX_SLOTS}. The cells by ${by.join(' × ')} ` +
      `alone are ${cells}, with ${width} slots each; the smallest change is to leave out "${longest}" or to ` +
      'merge some of its categories',
  );
}

/** Throws TASK_IMPOSSIBLE where a layout fills more ciphertexts of `each` slots than a document names. */
export function requireCiphertexts({ slots }: Layout, each: number): void {
  const ciphertexts = Math.ceil(slots / each);
  if (ciphertexts <= MAX_CIPHERTEXTS) return;
  throw new StrongroomError(
    'TASK_IMPOSSIBLE',
    `The statistics need ${slots} slots, which are ${ciphertexts} ciphertexts of ${each} slots; a plan has at most ` +
      `${MAX_CIPHERTEXTS}. The smallest change is to leave out or merge cells until at most ` +
      `${MAX_CIPHERTEXTS * each} slots are left`,
  );
}
