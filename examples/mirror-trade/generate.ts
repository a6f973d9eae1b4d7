/**
 * Makes the tables of this example: `npx node examples/mirror-trade/generate.ts` writes them beside this file.
 *
 * For every flow of goods there is one true value, and two reports of it that differ for the reasons that
 * asymmetry studies find: the importer counts freight and insurance (CIF) and the exporter does not (FOB), each
 * errs by up to 2 %, a report below the threshold of its country is not collected, and goods in transit through
 * Corva are reported by Alba as exports to Corva's partners and by them as imports from Corva. All countries and
 * values are invented. Every draw is a hash of the seed and of what is drawn, so the files are always the same.
 */
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const SEED = 'mirror-trade 2026';
const COUNTRIES = ['alba', 'brema', 'corva'] as const;
type Country = (typeof COUNTRIES)[number];

/** Freight and insurance in thousandths of the value at the border of the exporter. */
const PRODUCTS = { cereals: 90, dairy: 60, fuels: 75, machinery: 25, textiles: 40, vehicles: 30 };
type Product = keyof typeof PRODUCTS;
const PERIODS = ['2025-Q1', '2025-Q2', '2025-Q3', '2025-Q4'];

/** Below this a country does not collect a report, in thousand euro. */
const THRESHOLD: Record<Country, number> = { alba: 500, brema: 100, corva: 1500 };

const HEADER = 'flow,partner,product,period,value';

/** A whole number from `low` to `high`, evenly drawn up to one part in 2^16 or so. */
function draw(low: number, high: number, ...what: readonly string[]): number {
  const digest = createHash('sha256')
    .update([SEED, ...what].join('/'))
    .digest();
  return low + (digest.readUIntBE(0, 6) % (high - low + 1));
}

/** A value times thousandths, rounded down. */
const thousandths = (value: number, factor: number): number => Math.floor((value * factor) / 1000);

function trueValue(exporter: Country, importer: Country, product: Product, period: string): number {
  const size = 10 ** draw(2, 4, 'size', exporter, importer, product);
  return draw(size, 9 * size, 'value', exporter, importer, product, period);
}

/** What goes from Alba to Brema through Corva, in thousandths: only fuels and vehicles. */
const transit = (exporter: Country, importer: Country, product: Product): number =>
  exporter === 'alba' && importer === 'brema' && (product === 'fuels' || product === 'vehicles') ? 250 : 0;

function exported(exporter: Country, importer: Country, product: Product, period: string): number {
  const error = draw(980, 1020, 'export', exporter, importer, product, period);
  return thousandths(trueValue(exporter, importer, product, period), error);
}

function imported(exporter: Country, importer: Country, product: Product, period: string): number {
  const error = draw(980, 1020, 'import', exporter, importer, product, period);
  const direct = 1000 - transit(exporter, importer, product);
  const value = thousandths(trueValue(exporter, importer, product, period), direct);
  const viaCorva =
    exporter === 'corva'
      ? thousandths(trueValue('alba', importer, product, period), transit('alba', importer, product))
      : 0;
  return thousandths(thousandths(value + viaCorva, 1000 + PRODUCTS[product]), error);
}

/** The table of one country, in thousand euro. */
export function tableOf(country: Country): string {
  const lines = COUNTRIES.filter((partner) => partner !== country).flatMap((partner) =>
    (Object.keys(PRODUCTS) as Product[]).flatMap((product) =>
      PERIODS.flatMap((period) =>
        [
          { flow: 'export', value: exported(country, partner, product, period) },
          { flow: 'import', value: imported(partner, country, product, period) },
        ]
          .filter(({ value }) => value >= THRESHOLD[country])
          .map(({ flow, value }) => [flow, partner, product, period, value].join()),
      ),
    ),
  );
  return `${[HEADER, ...lines].join('\n')}\n`;
}

if (import.meta.main) {
  for (const country of COUNTRIES) {
    writeFileSync(join(import.meta.dirname, `${country}.csv`), tableOf(country));
  }
}
