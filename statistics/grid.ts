/**
 * A numeric column cut at declared edges, and the order statistics that can be told from how many records fall
 * between them. Where a bin holds a single value of the column, as with a step of one unit of its last
 * decimal, they are exact.
 */
import { z } from 'zod';
import { BOUND, numericRange, placesOf, type Columns } from './columns.ts';
import { formatDecimal, parseDecimal } from './decimal.ts';
import { quotient } from './exact.ts';
import type { Bins, Outcome, Parts } from './statistic.ts';
import { strict } from './strict.ts';

/** More would make a histogram that is nearly the data. */
const MAX_BINS = 10_000;

/** Either a list of rising edges, or `{ from, to, step }` where step divides to − from. */
export const EDGES = z.union(
  [
    z
      .array(BOUND)
      .min(2)
      .max(MAX_BINS + 1),
    strict({ from: BOUND, to: BOUND, step: BOUND }),
  ],
  { error: `must be a list of 2 to ${MAX_BINS + 1} decimals, or { from, to, step }` },
);

type Edges = z.infer<typeof EDGES>;

/** The bins of a valid task. */
export function binsOf(column: string, edges: Edges, columns: Columns): Bins {
  const scaled = scaledEdges(column, edges, columns);
  if (typeof scaled === 'string') throw new RangeError('the task has not been validated');
  return { column, edges: scaled };
}

/** What is wrong with the edges: they must rise, and every value that the column may have must fall between two. */
export function edgeProblems(field: string, column: string, edges: Edges, columns: Columns) {
  const scaled = scaledEdges(column, edges, columns);
  const { minimum, maximum, places } = numericRange(columns, column);
  const problem = (message: string) => [{ path: [field], message }];
  if (typeof scaled === 'string') return problem(scaled);
  if (scaled.some((edge, i) => edge <= (scaled[i - 1] ?? edge - 1n))) {
    return problem('each edge must be greater than the one before it');
  }
  if ((scaled[0] ?? 0n) <= minimum && (scaled.at(-1) ?? 0n) >= maximum) return [];
  const range = `${formatDecimal(minimum, places)} to ${formatDecimal(maximum, places)}`;
  return problem(`the edges must cover ${range}, the declared range of "${column}"`);
}

/** The edges as scaled integers, or the complaint about them. */
function scaledEdges(column: string, edges: Edges, columns: Columns): bigint[] | string {
  const places = placesOf(columns, column);
  const texts = Array.isArray(edges) ? edges : [edges.from, edges.to, edges.step];
  const scaled = texts.map((text) => parseDecimal(text, places)).filter((edge) => edge !== undefined);
  if (scaled.length < texts.length) return `edges may have ${places} decimals, as "${column}" does`;
  if (Array.isArray(edges)) return scaled;
  const [from = 0n, to = 0n, step = 0n] = scaled;
  if (step <= 0n || to <= from || (to - from) % step !== 0n) {
    return 'from must be below to, and a whole number of steps must lie between them';
  }
  const count = (to - from) / step;
  if (count > BigInt(MAX_BINS)) return `makes ${count} bins; at most ${MAX_BINS} are allowed`;
  return Array.from({ length: Number(count) + 1 }, (_, i) => from + BigInt(i) * step);
}

/** The labels of bins as intervals: `[0, 10)`, …, `[90, 100]`. */
export function binParts({ column, edges }: Bins, columns: Columns): Parts {
  const places = placesOf(columns, column);
  const text = (edge: bigint | undefined): string => formatDecimal(edge ?? 0n, places);
  const last = edges.length - 2;
  const labels = edges.slice(0, -1).map((edge, i) => ({
    label: `[${text(edge)}, ${text(edges[i + 1])}${i === last ? ']' : ')'}`,
  }));
  return { key: column, labels };
}

/** The two rows of a value that is only known to lie in a bin. */
export const BOUNDS: Parts = { key: '(bound)', labels: [{ label: 'at least' }, { label: 'at most' }] };

/** The least and greatest value that a record of a bin may have within the declared range; null for no bin. */
export function boundsOf({ column, edges }: Bins, bin: number, columns: Columns): readonly Outcome[] {
  if (bin < 0) return [null, null];
  const { minimum, maximum, places } = numericRange(columns, column);
  const [from = 0n, to = 0n] = edges.slice(bin, bin + 2);
  const end = bin === edges.length - 2 ? to : to - 1n;
  const scale = 10n ** BigInt(places);
  return [quotient(from > minimum ? from : minimum, scale), quotient(end < maximum ? end : maximum, scale)];
}

/** The bin that a scaled value falls into, found from the definition. */
export const binOf = ({ edges }: Bins, value: bigint): number =>
  edges.findIndex((edge, i) => {
    const next = edges[i + 1];
    return (
      next !== undefined && value >= edge && (value < next || (i === edges.length - 2 && value === next))
    );
  });
