/** Ratios as bars, with their quartiles and a line for a goal. */
import { escaped } from './escaped.ts';

export interface Bar {
  readonly label: string;
  readonly value: number;
  /** Quartiles. */
  readonly from: number;
  readonly to: number;
  readonly text: string;
  /** Whether it is what the chart is about. */
  readonly main: boolean;
}

const WIDTH = 860;
const LEFT = 230;
const RIGHT = 190;
const BAR = 16;
const STEP = BAR + 6;

/** Linear from 0. */
export function barChart(
  title: string,
  bars: readonly Bar[],
  line?: { readonly value: number; readonly label: string },
): string {
  const most = Math.max(...bars.map(({ value, to }) => Math.max(value, to)), line?.value ?? 0) || 1;
  const x = (value: number): string => (LEFT + ((WIDTH - LEFT - RIGHT) * value) / most).toFixed(1);
  const height = bars.length * STEP + (line === undefined ? 0 : 18);
  const rows = bars.map(({ label, value, from, to, text, main }, i) => {
    const y = i * STEP;
    const middle = y + BAR / 2;
    return (
      `<text x="${LEFT - 8}" y="${y + 12}" text-anchor="end">${escaped(label)}</text>` +
      `<rect class="${main ? 'bar' : 'other'}" x="${LEFT}" y="${y}" width="${Math.max(1, Number(x(value)) - LEFT).toFixed(1)}" height="${BAR}"/>` +
      `<line class="axis" x1="${x(from)}" x2="${x(to)}" y1="${middle}" y2="${middle}"/>` +
      `<text x="${(Number(x(Math.max(value, to))) + 6).toFixed(1)}" y="${y + 12}">${escaped(text)}</text>`
    );
  });
  const across =
    line === undefined
      ? ''
      : `<line class="goal" x1="${x(line.value)}" x2="${x(line.value)}" y1="0" y2="${height - 16}"/>` +
        `<text class="goal" stroke="none" x="${x(line.value)}" y="${height - 3}" text-anchor="middle">${escaped(line.label)}</text>`;
  return `<svg viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" role="img" aria-label="${escaped(title)}">${rows.join('')}${across}</svg>`;
}
