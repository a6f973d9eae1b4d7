/**
 * What a task would give away together with the tasks before it. The results of a key holder's tasks may all come
 * into one hand, so who receives them makes no difference. Only declarations are compared: a key holder never
 * sees that the records have changed meanwhile, or have not.
 */
import type { Population, Question } from './ledger-asked.ts';
import { singledOut, type SumRow } from './ledger-exposure.ts';
import { boxOf, overlapOf, partiesOf, type Overlap } from './ledger-overlap.ts';

/** A population that is asked about, or was; `task` is the id. */
export interface Asking extends Population {
  readonly task: string;
}

/** Another task asks about nearly the same records; the difference of the two results is about the others. */
interface Nearness {
  readonly task: string;
  /** Input parties of whose records only one of the two has some, or whose records mostly differ. */
  readonly parties: readonly string[];
  /** Columns by whose conditions, or bins, the records differ. */
  readonly columns: readonly string[];
}

export interface Differencing {
  readonly near: readonly Nearness[];
  /** Columns by which two statistics of the task itself are over slightly other records. */
  readonly within: readonly string[];
  /** Input parties whose own sums could be computed, and the earlier tasks that it takes. */
  readonly exposed: readonly string[];
  readonly exposedWith: readonly string[];
  /** Earlier tasks that have asked all of this about the same records. */
  readonly repeats: readonly string[];
}

export function differencing(task: Asking, earlier: readonly Asking[]): Differencing {
  const exposed = exposedBy(task, earlier);
  return {
    near: earlier.flatMap((other) => nearness(task, other) ?? []),
    within: [...new Set(pairs(task.asked.questions).flatMap(([a, b]) => slightly(task, a, b)))],
    exposed: [...exposed].sort(),
    exposedWith: exposed.size === 0 ? [] : needed(task, earlier, exposed),
    repeats: earlier.filter((other) => repeats(task, other)).map((other) => other.task),
  };
}

function nearness(a: Asking, b: Asking): Nearness | undefined {
  const fewest = Math.max(a.asked.minimumContributors, b.asked.minimumContributors);
  for (const question of a.asked.questions) {
    for (const other of b.asked.questions) {
      const overlap = overlapOf(question, a, other, b);
      const { near, nearBy, apart } = overlap;
      if (!isNear(overlap, fewest)) continue;
      return { task: b.task, parties: apart, columns: near.length === 0 ? [] : nearBy };
    }
  }
  return undefined;
}

/**
 * The difference of two results is itself a result: over fewer parties than the tasks demand, or over the records
 * between two conditions, which may be few.
 */
const isNear = ({ same, near, apart }: Overlap, fewest: number): boolean =>
  same.length + near.length > 0 && apart.length < fewest && apart.length + near.length > 0;

const slightly = (task: Asking, a: Question, b: Question): readonly string[] => {
  const { near, nearBy } = overlapOf(a, task, b, task);
  return near.length > 0 ? nearBy : [];
};

function repeats(a: Asking, b: Asking): boolean {
  return a.asked.questions.every((question) =>
    b.asked.questions.some((other) => {
      const { near, apart } = overlapOf(question, a, other, b);
      return near.length + apart.length === 0;
    }),
  );
}

/** The parties that stand alone in a combination of these sums, and in none of those before. */
function exposedBy(task: Asking, earlier: readonly Asking[]): Set<string> {
  const exposed = new Set<string>();
  for (const question of task.asked.questions) {
    const before = earlier.flatMap((other) => rowsBeside(question, task, other));
    for (const sum of question.sums) {
      const known = [...before.filter((row) => row.sum === sum), ...ownKnowledge(question, task, sum)];
      const rows = known.map(({ row }) => row);
      const already = singledOut(rows);
      const after = singledOut([...rows, rowOf(question, task, sum, (party) => party)]);
      for (const party of after.difference(already)) exposed.add(party.split('\n', 1)[0] ?? party);
    }
  }
  return exposed;
}

interface NamedRow {
  readonly sum: string;
  readonly row: SumRow;
}

/**
 * The sums of an earlier task, in the unknowns of a question: a party where both are over the same records of it,
 * and an unknown of its own elsewhere. Where the question has cells, another cell may match another task; they
 * are taken for one, which errs towards a warning.
 */
function rowsBeside(question: Question, task: Asking, other: Asking): NamedRow[] {
  return other.asked.questions.flatMap((past) => {
    const sums = past.sums.filter((sum) => question.sums.includes(sum));
    if (sums.length === 0) return [];
    const same = new Set(overlapOf(question, task, past, other).same);
    const unknown = (party: string) =>
      same.has(party) ? party : `${party}\n${JSON.stringify([boxOf(past, other, party), past.bins])}`;
    return same.size === 0 ? [] : sums.map((sum) => ({ sum, row: rowOf(past, other, sum, unknown) }));
  });
}

/** An output party that is an input party too knows its own part. */
function ownKnowledge(question: Question, task: Asking, sum: string): NamedRow[] {
  const { output } = task.asked;
  return partiesOf(question, task).includes(output) ? [{ sum, row: new Map([[output, 1]]) }] : [];
}

function rowOf(
  { sides, ...question }: Question,
  population: Population,
  sum: string,
  unknown: (party: string) => string,
): SumRow {
  return new Map(
    partiesOf({ sides, ...question }, population).map((party) => {
      const sign = sides.find((side) => side.party === party)?.sign ?? 1;
      return [unknown(party), sum === '' ? 1 : sign];
    }),
  );
}

/** As few of the earlier tasks as expose the same parties; those that are not needed are left out one by one. */
function needed(task: Asking, earlier: readonly Asking[], exposed: ReadonlySet<string>): string[] {
  let kept = earlier;
  for (const candidate of earlier) {
    const others = kept.filter((other) => other !== candidate);
    if (exposedBy(task, others).isSupersetOf(exposed)) kept = others;
  }
  return kept.map((other) => other.task);
}

function pairs<T>(items: readonly T[]): [T, T][] {
  return items.flatMap((a, i) => items.slice(i + 1).map((b): [T, T] => [a, b]));
}
