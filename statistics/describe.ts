/** A plan in words: what approvers read before they decide, and what `task check` prints. */
import { numericRange, type Column, type Columns, type KeyColumn } from './columns.ts';
import { sumErrorOf } from './approximation.ts';
import { costLines, costOf, type TaskCost } from './cost.ts';
import { productCostOf } from './product-cost.ts';
import { formatDecimal } from './decimal.ts';
import { intersectionOf, ownTable, recordsPerKey, tableOf } from './domain.ts';
import { binCount, type GroupLayout } from './layout.ts';
import { linkageLines } from './linkage-plan.ts';
import { momentName, sidesWords, statisticLeaks } from './leakage.ts';
import { bits } from './limbs.ts';
import { normalisationWords } from './normalise.ts';
import type { CkksPlan, Plan, ProductPlan } from './plan.ts';
import { statisticOf, type Specification } from './registry.ts';
import { marginWords, parameterWords } from './scheme-words.ts';
import type { Names } from './statistic.ts';
import type { Table, TaskDocument } from './task.ts';
import { whereWords } from './where.ts';

const WIDTH = 110;

/** The task and its plan, as text for a terminal; it ends with a line break. */
export function describePlan(task: TaskDocument, plan: Plan): string {
  const sections: readonly (readonly [string, readonly string[]])[] = [
    ['Why', [task.purpose, `legal basis: ${task['legal-basis']}`, `kept for ${task.retention}`]],
    ['Who', who(task)],
    ['From which data', dataLines(task)],
    ['What is computed', task.statistics.map((spec) => computed(spec, task))],
    ['How', how(plan)],
    plan.scheme === 'ckks' ? ['How close it is', closeness(plan)] : ['Why it is exact', exactness(plan)],
    ['Who learns what', leaks(task, plan)],
    [
      'What it costs',
      [
        ...(plan.linkage === null ? [] : linkageLines(plan.linkage, plan.holders)),
        ...costLines(costsOf(plan, task), plan.contributors, plan.holders),
      ],
    ],
  ];
  const blocks = sections.map(([heading, lines]) =>
    [heading, ...lines.map((line) => wrap(line, '  - ', '    '))].join('\n'),
  );
  return `${[task.title, ...blocks].join('\n\n')}\n`;
}

function who({ parties, disclosure, deadlines }: TaskDocument): string[] {
  return [
    `input parties: ${few(parties.input)}`,
    `key holders, each of which must approve and release: ${parties.processing.join(', ')}`,
    `output party: ${parties.output}`,
    ...(parties.controllers.length === 0 ? [] : [`controllers: ${parties.controllers.join(', ')}`]),
    `nothing is released unless ${disclosure['minimum-contributors']} input parties have submitted`,
    `phases: approve within ${deadlines.approve} of the proposal, then collect within ${deadlines.collect}, ` +
      `then release within ${deadlines.release}`,
  ];
}

/** A survey has thousands of contributors: their names would bury what approvers have to read. */
function few(names: readonly string[]): string {
  const most = 20;
  const more = names.length - most;
  return more <= 0
    ? names.join(', ')
    : `${names.slice(0, most).join(', ')} and ${more} more, ${names.length} in all`;
}

function dataLines(task: TaskDocument): string[] {
  const intersection = intersectionOf(task);
  if (intersection === undefined) {
    const { table } = ownTable(task, task.parties.input[0] ?? '');
    return [
      `the union of the table ${task.domain.union ?? ''} of every input party, at most ${rows(table)} each`,
      ...columnLines(table.columns),
    ];
  }
  return [
    `the units that stand in the tables of all input parties, linked on ${intersection.on.join(' and ')} through ` +
      'pseudonyms that only all key holders together can compute, fresh for this task',
    ...task.parties.input.flatMap((party) => {
      const { name, table } = ownTable(task, party);
      const most = recordsPerKey(task, party);
      const several =
        most === 1 ? '' : `, of which ${most} may be of one unit: each counts with each record of the others`;
      return [
        `${party} brings the table ${name}, at most ${rows(table)}${several}`,
        ...columnLines(table.columns),
      ];
    }),
  ];
}

const rows = (table: Table): string => `${table['max-rows']} ${table['max-rows'] === 1 ? 'row' : 'rows'}`;

const columnLines = (columns: Columns): string[] =>
  Object.entries(columns).map(([name, column]) => `${name}: ${columnWords(column)}`);

function columnWords(column: Column): string {
  switch (column.type) {
    case 'boolean':
      return 'true or false';
    case 'key':
      return `text by which records are linked${normalisation(column)}; it leaves its party as a pseudonym only`;
    case 'category':
      return `one of ${column.values.map((value) => value.replaceAll('\n', '⏎')).join(', ')}`;
    default: {
      const form = column.type === 'integer' ? 'whole number' : `number with ${column.places} decimals`;
      return `${form} from ${column.min} to ${column.max}${column.unit === '1' ? '' : ` ${column.unit}`}`;
    }
  }
}

const normalisation = ({ normalise }: KeyColumn): string =>
  normalise.length === 0
    ? ', as it is written'
    : `, after ${normalise.map(normalisationWords).join(', then ')}`;

function computed(spec: Specification, task: TaskDocument): string {
  const { columns } = tableOf(task);
  const statistic = statisticOf(spec);
  const unit = statistic.unit(spec, columns);
  const measured = Object.entries(statistic.columns(spec)).map(
    ([field, names]) => ` ${field} ${spoken(names)}`,
  );
  const weight = 'weight' in spec && spec.weight !== undefined ? ` weighted by ${spec.weight}` : '';
  const units = statistic.scope?.(spec);
  const records = units === undefined ? ' over all records' : ` of ${units}`;
  const scope = spec.by.length === 0 ? records : ` by ${spec.by.join(' × ')}`;
  const margins = spec.totals ? ', with all totals' : '';
  const rounding = 'decimals' in spec ? `, to ${spec.decimals} decimals` : '';
  return (
    `${spec.name}: ${spec.statistic}${measured.join('')}${weight}${scope}${whereWords(spec.where)}` +
    `${sidesWords(statistic.sides?.(spec) ?? [])}${binWords(spec, columns)}${margins}${rounding}` +
    `${unit === '1' ? '' : ` [${unit}]`}; ${statistic.formula}`
  );
}

/** `education, experience·experience`. */
const spoken = (names: Names): string =>
  typeof names === 'string'
    ? names
    : names.map((name) => (typeof name === 'string' ? name : name.map(spoken).join('·'))).join(', ');

function binWords(spec: Specification, columns: Columns): string {
  const bins = statisticOf(spec).bins?.(spec, columns);
  if (bins === undefined) return '';
  const { places } = numericRange(columns, bins.column);
  const ends = [bins.edges[0] ?? 0n, bins.edges.at(-1) ?? 0n].map((edge) => formatDecimal(edge, places));
  return `, in ${bins.edges.length - 1} bins of ${bins.column} from ${ends.join(' to ')}`;
}

const costsOf = (plan: Plan, { parties }: TaskDocument): TaskCost =>
  plan.products === null ? costOf(plan) : productCostOf(plan, parties.input);

function how(plan: Plan): string[] {
  const { scheme, why, holders, circuit, ciphertexts, layout, statisticalBits } = plan;
  const ciphertextWord = ciphertexts === 1 ? 'one ciphertext' : `${ciphertexts} ciphertexts`;
  const { form, standard } = parameterWords(plan);
  return [
    `scheme ${scheme}: ${why}`,
    plan.products === null
      ? `each input party sums its own records in the clear, and encrypts ${layout.slots} numbers in ${ciphertextWord}`
      : `each input party encrypts columns of its own records that all parties have, in one order: ${columnCounts(plan)}`,
    plan.depth === 0
      ? `circuit: ${circuit}; depth 0, no evaluation keys`
      : `circuit: ${circuit}; depth ${plan.depth}, a joint relinearisation key; no coefficient is opened but the products`,
    form,
    `security: ${plan.parameters.securityBits} bits computational (${standard}), ${statisticalBits} bits statistical; ` +
      `all ${holders} of ${holders} key holders must take part in each decryption`,
  ];
}

const columnCounts = ({ products }: ProductPlan): string =>
  products.blocks.map(({ party, columns }) => `${party} ${columns}`).join(', ');

function closeness({ layout, margins, parameters, errors }: CkksPlan): string[] {
  return [
    `precision: a decrypted sum is within 2^−${margins.precisionBits} of the largest that the schema allows, noise and ` +
      'rounding included; sums are whole numbers of the last declared decimal, and exact where that is less than half of one',
    ...layout.groups.flatMap((group) =>
      group.moments.map((moment) => {
        const error = sumErrorOf(moment, parameters);
        const { factors, totalBound } = moment;
        return (
          `${momentName(factors)} ${scopeWords(group)}: at most ±${totalBound} (${bits(BigInt(totalBound))} bits), ` +
          (error === 0n ? 'exact' : `known to ±${error} (${bits(error)} bits)`)
        );
      }),
    ),
    ...errors.map(({ name, bound, allowed }) =>
      bound === '0'
        ? `${name}: exact`
        : `${name}: off by at most ${bound} before it is rounded; ${allowed} is half a unit of its last decimal`,
    ),
  ];
}

function exactness(plan: Exclude<Plan, CkksPlan>): string[] {
  const { layout } = plan;
  const { margin, holds } = marginWords(plan);
  return [
    margin,
    ...layout.groups.flatMap((group) =>
      group.moments.map(({ factors, limbs, totalBound, slotBound }) => {
        const slots = limbs === 1 ? 'one slot' : `${limbs} limbs of ${layout.limbBits} bits, one slot each`;
        return (
          `${momentName(factors)} ${scopeWords(group)}: at most ±${totalBound} (${bits(BigInt(totalBound))} bits) in ${slots}; ` +
          `a slot reaches ±${slotBound} and holds ±${holds}`
        );
      }),
    ),
  ];
}

function scopeWords(group: GroupLayout): string {
  const dimensions = [
    ...group.by,
    ...(group.bins === null ? [] : [`${binCount(group)} bins of ${group.bins.column}`]),
  ];
  const scope = dimensions.length === 0 ? 'overall' : `by ${dimensions.join(' × ')}`;
  return `${scope}${whereWords(group.where)}${sidesWords(group.sides)}`;
}

function leaks(task: TaskDocument, { leakage }: Plan): string[] {
  return [
    ...leakage.everybody.map((what) => `everybody: ${what}`),
    ...leakage.aggregator.map((what) => `aggregator: ${what}`),
    ...leakage.keyHolders.map((what) => `each key holder: ${what}`),
    ...leakage.inputParties.map((what) => `each input party: ${what}`),
    ...leakage.outputParty.map((what) => `output party (${task.parties.output}): ${what}`),
    ...statisticLeaks(task).map((what) => `behind ${what}`),
  ];
}

/** Breaks a line at spaces, so that it fits a terminal. */
function wrap(text: string, first: string, further: string): string {
  const lines: string[] = [];
  let line = first;
  for (const word of text.split(/\s+/)) {
    if (line.length + word.length > WIDTH && line.trim() !== '' && line !== first) {
      lines.push(line.trimEnd());
      line = further;
    }
    line += `${word} `;
  }
  return [...lines, line.trimEnd()].join('\n');
}
