/** A self-contained HTML page with bar charts: SVG in the page, no script, nothing fetched. */
export interface BarChart {
  readonly title: string;
  readonly note: string;
  readonly unit: string;
  readonly bars: readonly { readonly label: string; readonly value: number }[];
  /** A line across all bars, such as a goal. */
  readonly line?: { readonly label: string; readonly value: number };
}

const WIDTH = 760;
const BAR = 18;
const LEFT = 190;

export function chartsPage(title: string, charts: readonly BarChart[]): string {
  return (
    `<!doctype html><html lang="en"><meta charset="utf-8"><title>${escaped(title)}</title>` +
    '<style>body{font:14px/1.5 system-ui;max-width:800px;margin:2em auto}text{font:12px system-ui}</style>' +
    `<h1>${escaped(title)}</h1>${charts.map(chart).join('')}</html>\n`
  );
}

function chart({ title, note, unit, bars, line }: BarChart): string {
  const most = Math.max(...bars.map(({ value }) => value), line?.value ?? 0) || 1;
  const x = (value: number): number => LEFT + ((WIDTH - LEFT - 80) * value) / most;
  const height = bars.length * (BAR + 4) + 24;
  const rows = bars.map(({ label, value }, i) => {
    const y = i * (BAR + 4);
    return (
      `<text x="${LEFT - 8}" y="${y + 13}" text-anchor="end">${escaped(label)}</text>` +
      `<rect x="${LEFT}" y="${y}" width="${(x(value) - LEFT).toFixed(1)}" height="${BAR}" fill="#4a7ba6"/>` +
      `<text x="${(x(value) + 6).toFixed(1)}" y="${y + 13}">${value.toPrecision(3)} ${escaped(unit)}</text>`
    );
  });
  const across =
    line === undefined
      ? ''
      : `<line x1="${x(line.value).toFixed(1)}" x2="${x(line.value).toFixed(1)}" y1="0" y2="${height - 20}" stroke="#b3401e"/>` +
        `<text x="${x(line.value).toFixed(1)}" y="${height - 6}" text-anchor="middle" fill="#b3401e">${escaped(line.label)}</text>`;
  return (
    `<h2>${escaped(title)}</h2><p>${escaped(note)}</p>` +
    `<svg width="${WIDTH}" height="${height}" role="img" aria-label="${escaped(title)}">${rows.join('')}${across}</svg>`
  );
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
}
