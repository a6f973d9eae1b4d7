/**
 * The flights of an example, taken apart by where they start, so that each region has a Parquet file of its own as in
 * real life. Neither side of it ever holds more than a row group: one that is read becomes one for each region.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { fileWriter, ParquetWriter } from 'hyparquet-writer';

const DATA = join(dirname(createRequire(import.meta.url).resolve('vega-datasets')), '..', 'data');
const SOURCE = join(DATA, 'flights-3m.parquet');

/** The regions of the US Census Bureau; what is in none of the first three is in the west, the territories too. */
const STATES: readonly (readonly [region: string, states: string])[] = [
  ['northeast', 'CT MA ME NH NJ NY PA RI VT'],
  ['midwest', 'IA IL IN KS MI MN MO ND NE OH SD WI'],
  ['south', 'AL AR DC DE FL GA KY LA MD MS NC OK SC TN TX VA WV'],
];
const REGIONS = [...STATES.map(([region]) => region), 'west'];

interface Flight {
  readonly date: Date;
  readonly delay: bigint;
  readonly origin: string;
  readonly destination: string;
}

type Element = ConstructorParameters<typeof ParquetWriter>[0]['schema'][number];

const SCHEMA: Element[] = [
  { name: 'root', num_children: 3 },
  text('destination'),
  text('month'),
  { name: 'delay', type: 'INT32', repetition_type: 'REQUIRED' },
];

function text(name: string): Element {
  return { name, type: 'BYTE_ARRAY', repetition_type: 'REQUIRED', converted_type: 'UTF8' };
}

/** Writes a file for each region to `folder`, of at most the first `rows` flights; files by region. */
export async function prepare(folder: string, rows = Infinity): Promise<Map<string, string>> {
  const files = new Map(REGIONS.map((region) => [region, join(folder, `${region}.parquet`)]));
  const writers = new Map(
    [...files].map(([region, path]) => [
      region,
      new ParquetWriter({ writer: fileWriter(path), schema: SCHEMA }),
    ]),
  );
  const file = await asyncBufferFromFile(SOURCE);
  const metadata = await parquetMetadataAsync(file);
  const regionOf = regionsByAirport();
  let rowStart = 0;
  for (const { num_rows: length } of metadata.row_groups) {
    const rowEnd = Math.min(rowStart + Number(length), rows);
    if (rowEnd <= rowStart) break;
    const read: unknown[] = await parquetReadObjects({ file, metadata, compressors, rowStart, rowEnd });
    const flights = Map.groupBy(read as Flight[], ({ origin }) => regionOf.get(origin) ?? 'west');
    for (const [region, own] of flights) {
      await writers.get(region)?.write({ columnData: columnsOf(own), rowGroupSize: own.length });
    }
    rowStart = rowEnd;
  }
  for (const writer of writers.values()) await writer.finish();
  return files;
}

/** What an airport knows of its departures and the task asks for. The time of a flight is a local one, without a zone. */
const columnsOf = (flights: readonly Flight[]) => [
  { name: 'destination', data: flights.map(({ destination }) => destination) },
  { name: 'month', data: flights.map(({ date }) => date.toISOString().slice(0, 7)) },
  { name: 'delay', data: flights.map(({ delay }) => Number(delay)) },
];

function regionsByAirport(): Map<string, string> {
  const airports = parse<{ iata: string; state: string }>(readFileSync(join(DATA, 'airports.csv')), {
    columns: true,
  });
  return new Map(
    airports.map(({ iata, state }) => [
      iata,
      STATES.find(([, states]) => states.split(' ').includes(state))?.[0] ?? 'west',
    ]),
  );
}
