/** A plan in words: what approvers read before they decide, and what `task check` prints. */
import type { Column } from './columns.ts';
import { resultUnit, tableOf } from './layout.ts';
import { momentName, statisticLeaks } from './leakage.ts';
import { costLines } from './cost.ts';
import { bits } from './limbs.ts';
import type { Plan } from './plan.ts';
import { measuredColumn, statisticOf, type Specification } from './registry.ts';
import type { TaskDocument } from './task.ts';

const WIDTH = 110;

/** The task and its plan, as text for a terminal; it ends with a line break. */
export function describePlan(task: TaskDocument, plan: Plan): string {
  const sections: readonly (readonly [string, readonly string[]])[] = [
    ['Why', [task.purpose, `legal basis: ${task['legal-basis']}`, `kept for ${task.retention}`]],
    ['Who', who(task)],
    ['From which data', dataLines(task)],
    ['What is computed', task.statistics.map((spec) => computed(spec, task))],
    ['How', how(plan)],
    ['Why it is exact', exactness(plan)],
    ['Who learns what', leaks(task, plan)],
    ['What it costs', costLines(plan)],
  ];
  const blocks = sections.map(([heading, lines]) =>
    [heading, ...lines.map((line) => wrap(line, '  - ', '    '))].join('\n'),
  );
  return `${[task.title, ...blocks].join('\n\n')}\n`;
}

function who({ parties, disclosure, deadlines }: TaskDocument): string[] {
  return [
    `input parties: ${parties.input.join(', ')}`,
    `key holders, each of which must approve and release: ${parties.processing.join(', ')}`,
    `output party: ${parties.output}`,
    ...(parties.controllers.length === 0 ? [] : [`controllers: ${parties.controllers.join(', ')}`]),
    `nothing is released unless ${disclosure['minimum-contributors']} input parties have submitted`,
    `phases: approve within ${deadlines.approve} of the proposal, then collect within ${deadlines.collect}, ` +
      `then release within ${deadlines.release}`,
  ];
}

function dataLines(task: TaskDocument): string[] {
  const table = tableOf(task);
  return [
    `the union of the table ${task.domain.union} of every input party, at most ${table['max-rows']} rows each`,
    ...Object.entries(table.columns).map(([name, column]) => `${name}: ${columnWords(column)}`),
  ];
}

function columnWords(column: Column): string {
  switch (column.type) {
    case 'boolean':
      return 'true or false';
    case 'category':
      return `one of ${column.values.map((value) => value.replaceAll('\n', '⏎')).join(', ')}`;
    default: {
      const form = column.type === 'integer' ? 'whole number' : `number with ${column.places} decimals`;
      return `${form} from ${column.min} to ${column.max}${column.unit === '1' ? '' : ` ${column.unit}`}`;
    }
  }
}

function computed(spec: Specification, task: TaskDocument): string {
  const { formula } = statisticOf(spec);
  const of = measuredColumn(spec);
  const unit = resultUnit(tableOf(task), spec);
  const measured = of === undefined ? '' : ` of ${of}`;
  const scope = spec.by.length === 0 ? ' over all records' : ` by ${spec.by.join(' × ')}`;
  const margins = spec.totals ? ', with all totals' : '';
  const rounding = 'decimals' in spec ? `, to ${spec.decimals} decimals` : '';
  return `${spec.name}: ${spec.statistic}${measured}${scope}${margins}${rounding}${
    unit === '1' ? '' : ` [${unit}]`
  }; ${formula}`;
}

function how({
  scheme,
  why,
  holders,
  circuit,
  parameters,
  ciphertexts,
  layout,
  statisticalBits,
}: Plan): string[] {
  const ciphertextWord = ciphertexts === 1 ? 'one ciphertext' : `${ciphertexts} ciphertexts`;
  return [
    `scheme ${scheme}: ${why}`,
    `each input party sums its own records in the clear, and encrypts ${layout.slots} numbers in ${ciphertextWord}`,
    `circuit: ${circuit}; depth 0, no evaluation keys`,
    `ring degree ${parameters.ringDegree}, plaintext modulus ${parameters.plainModulus}`,
    `security: ${parameters.securityBits} bits computational (Homomorphic Encryption Standard), ${statisticalBits} bits statistical; ` +
      `all ${holders} of ${holders} key holders must take part in each decryption`,
  ];
}

function exactness({ noiseMarginBits, parameters, layout }: Plan): string[] {
  const holds = (BigInt(parameters.plainModulus) - 1n) / 2n;
  return [
    `noise: ${noiseMarginBits} bits of margin between the largest noise that can occur and a wrong result`,
    ...layout.groups.flatMap(({ by, moments }) =>
      moments.map(({ factors, limbs, totalBound, slotBound }) => {
        const slots = limbs === 1 ? 'one slot' : `${limbs} limbs of ${layout.limbBits} bits, one slot each`;
        const scope = by.length === 0 ? 'overall' : `by ${by.join(' × ')}`;
        return (
          `${momentName(factors)} ${scope}: at most ±${totalBound} (${bits(BigInt(totalBound))} bits) in ${slots}; ` +
          `a slot reaches ±${slotBound} and holds ±${holds}`
        );
      }),
    ),
  ];
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
