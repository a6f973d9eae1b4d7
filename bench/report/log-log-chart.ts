/** Cost against size on log-log axes, with the fitted slope of every contestant. */
import type { CurveResult } from '../harness/results.ts';
import { escaped } from './escaped.ts';
import { duration, si } from './quantity.ts';

const [WIDTH, HEIGHT] = [860, 300];
const [LEFT, RIGHT, TOP, BOTTOM] = [80, 250, 10, 40];
const DASHES = ['', '6 3', '2 3', '8 3 2 3', '1 2', '12 4'];

/** All curves have the same x. */
export function logLogChart(curves: readonly CurveResult[]): string {
  const points = curves.flatMap((curve) => curve.points);
  const x = axis(
    points.map((point) => point.x),
    LEFT,
    WIDTH - RIGHT,
  );
  const y = axis(
    points.map((point) => point.y),
    HEIGHT - BOTTOM,
    TOP,
  );
  const along = curves[0]?.along ?? '';
  const title = curves[0]?.name ?? '';
  const frame =
    `<path class="axis" fill="none" d="M${LEFT} ${TOP}V${HEIGHT - BOTTOM}H${WIDTH - RIGHT}"/>` +
    x.ticks
      .map(
        (tick) =>
          `<text x="${x.at(tick)}" y="${HEIGHT - BOTTOM + 16}" text-anchor="middle">${si(tick)}</text>`,
      )
      .join('') +
    y.ticks
      .map(
        (tick) =>
          `<text x="${LEFT - 6}" y="${Number(y.at(tick)) + 4}" text-anchor="end">${duration(tick)}</text>`,
      )
      .join('') +
    `<text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 6}" text-anchor="middle">${escaped(along)}</text>`;
  const drawn = curves.map(({ contestant, slope, intercept, points: own }, i) => {
    const xs = own.map((point) => point.x);
    const [from, to] = [Math.min(...xs), Math.max(...xs)];
    const fit = (at: number): string => y.at(Math.exp(intercept) * at ** slope);
    const dash = `stroke-dasharray="${DASHES[i % DASHES.length] ?? ''}"`;
    const legend = TOP + 14 + i * 18;
    return (
      own.map((point) => `<circle class="bar" cx="${x.at(point.x)}" cy="${y.at(point.y)}" r="3"/>`).join('') +
      `<line class="fit" ${dash} x1="${x.at(from)}" y1="${fit(from)}" x2="${x.at(to)}" y2="${fit(to)}"/>` +
      `<line class="fit" ${dash} x1="${WIDTH - RIGHT + 12}" x2="${WIDTH - RIGHT + 42}" y1="${legend - 4}" y2="${legend - 4}"/>` +
      `<text x="${WIDTH - RIGHT + 48}" y="${legend}">${escaped(`${contestant}: slope ${slope.toFixed(2)}`)}</text>`
    );
  });
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" role="img" aria-label="${escaped(title)}">${frame}${drawn.join('')}</svg>`;
}

/** A logarithmic axis over these values: where each lies, and powers of ten (or the ends, where there are too few). */
function axis(
  values: readonly number[],
  from: number,
  to: number,
): { at: (value: number) => string; ticks: number[] } {
  const [low, high] = [Math.log(Math.min(...values)), Math.log(Math.max(...values))];
  const width = high - low || 1;
  const at = (value: number): string => (from + ((to - from) * (Math.log(value) - low)) / width).toFixed(1);
  const decades: number[] = [];
  for (let power = Math.ceil(low / Math.LN10 - 1e-9); power <= high / Math.LN10 + 1e-9; power += 1) {
    decades.push(10 ** power);
  }
  return { at, ticks: decades.length >= 2 ? decades : [Math.exp(low), Math.exp(high)] };
}
