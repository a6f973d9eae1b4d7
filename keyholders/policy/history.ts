/** What this key holder's ledger says about a task that it is asked to decide on. */
import { sameDataSet } from '../ledger-asked.ts';
import { differencing, type Asking, type Differencing } from '../ledger-differencing.ts';
import type { Concern, LedgerEntry } from '../ledger.ts';
import type { Subject } from './subject.ts';

const DAY_MS = 24 * 60 * 60_000;
const PERIODS = { day: 1, week: 7, month: 30, year: 365 } as const;

type Counts = Readonly<Record<keyof typeof PERIODS, number>>;

export interface History {
  readonly tasks: Counts;
  readonly byRequester: Counts;
  readonly onDataSet: Counts;
  readonly byRequesterOnDataSet: Counts;
  readonly differencing: Differencing;
  /** The earlier tasks that make up the risk, the latest last. */
  readonly earlier: readonly LedgerEntry[];
}

/**
 * Before the approval the task is compared with what has been released and with what may yet be, before the
 * release only with what has been: of two tasks that were approved side by side, the later release is judged.
 */
export function historyOf(subject: Subject, entries: readonly LedgerEntry[], now: Date): History {
  const others = entries.filter((entry) => entry.task !== subject.task);
  const open = others.filter((entry) => !entry.ended);
  const related = new Set(others.filter((entry) => sameDataSet(subject, askingOf(entry))));
  const decided = entries.find((entry) => entry.task === subject.task)?.approvedAt;
  const at = decided === undefined ? now : new Date(decided);
  const requested = others.filter((entry) => entry.requester === subject.requester);
  const compared = open.filter(
    (entry) => related.has(entry) && (subject.stage === 'approval' || entry.releasedAt !== null),
  );
  const found = differencing(subject, compared.map(askingOf));
  const risky = new Set([...found.near.map(({ task }) => task), ...found.exposedWith]);
  return {
    tasks: counts(others, at),
    byRequester: counts(requested, at),
    onDataSet: counts([...related], at),
    byRequesterOnDataSet: counts(
      requested.filter((entry) => related.has(entry)),
      at,
    ),
    differencing: found,
    earlier: compared.filter((entry) => risky.has(entry.task)).sort((a, b) => (when(a) < when(b) ? -1 : 1)),
  };
}

/** Whole days since the latest of the earlier tasks was released, or else approved; undefined without any. */
export function daysSinceEarlier({ earlier }: History, now: Date): number | undefined {
  const latest = earlier.at(-1);
  return latest === undefined ? undefined : Math.floor((now.getTime() - Date.parse(when(latest))) / DAY_MS);
}

/** What the comparison has found, as the ledger keeps what an operator has accepted. */
export function concernsOf({ task }: Subject, { differencing: found }: History): Concern[] {
  const { exposed, exposedWith, near } = found;
  const beside = exposedWith.length === 0 ? [task] : exposedWith;
  return [
    ...(exposed.length === 0 ? [] : beside.map((other) => concern(other, 'exposes', exposed))),
    ...near.map(({ task: other, parties, columns }) => concern(other, 'is near', [...parties, ...columns])),
  ];
}

const concern = (task: string, what: string, names: readonly string[]): Concern => ({
  task,
  about: `${what}: ${names.toSorted().join(', ')}`,
});

/** What the comparison has found, in words for the operator and for the reason of a refusal; empty without any. */
export function riskWords({ differencing: found, earlier }: History): string[] {
  const named = (task: string): string => {
    const entry = earlier.find((candidate) => candidate.task === task);
    if (entry === undefined) return `task ${shortId(task)}`;
    const { releasedAt, approvedAt, asked } = entry;
    const state = releasedAt === null ? `approved ${approvedAt}` : `released ${releasedAt}`;
    return `task ${shortId(task)} (${state} for ${asked.output})`;
  };
  const exposed =
    found.exposed.length === 0
      ? []
      : [
          `${found.exposedWith.length === 0 ? 'by itself' : `together with ${found.exposedWith.map(named).join(' and ')}`} ` +
            `it gives the sums of ${found.exposed.join(', ')} alone`,
        ];
  // Who is exposed by a task is near it too; once is enough.
  const told = (parties: readonly string[], task: string) =>
    found.exposedWith.includes(task) && parties.every((party) => found.exposed.includes(party));
  const further = found.near.filter(
    ({ task, parties, columns }) => columns.length > 0 || !told(parties, task),
  );
  const near = further.map(({ task, parties, columns }) => {
    const differences = [
      ...(parties.length === 0 ? [] : [`the records of ${parties.join(', ')}`]),
      ...(columns.length === 0 ? [] : [`the condition on ${columns.join(', ')}`]),
    ];
    return `it differs from ${named(task)} only by ${differences.join(' and ')}`;
  });
  const within =
    found.within.length === 0
      ? []
      : [`two of its own statistics differ only by the condition on ${found.within.join(', ')}`];
  return [...exposed, ...near, ...within];
}

/** The first digits of an id; whatever else stands for a task in a trial is left as it is. */
export const shortId = (task: string): string => (/^[0-9a-f]{64}$/.test(task) ? task.slice(0, 16) : task);

function askingOf({ task, asked, contributors }: LedgerEntry): Asking {
  return { task, asked, contributors: contributors.map(({ party }) => party) };
}

const when = ({ releasedAt, approvedAt }: LedgerEntry): string => releasedAt ?? approvedAt;

function counts(entries: readonly LedgerEntry[], at: Date): Counts {
  const ages = entries.map(({ approvedAt }) => at.getTime() - Date.parse(approvedAt));
  const within = (days: number) => ages.filter((age) => age >= 0 && age < days * DAY_MS).length;
  return {
    day: within(PERIODS.day),
    week: within(PERIODS.week),
    month: within(PERIODS.month),
    year: within(PERIODS.year),
  };
}
