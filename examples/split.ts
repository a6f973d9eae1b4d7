/** One table for many parties, taken apart, so that each party has a file of its own as in real life. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Writes the rows of each party into a CSV file of its own in `folder`, and returns the files by party. The first
 * column names the party and is left out; the rest stays as it is, byte for byte. No field may hold a line break.
 */
export function splitByParty(file: string, folder: string): Map<string, string> {
  const [header = '', ...rows] = readFileSync(file, 'utf8').trimEnd().split('\n');
  const byParty = Map.groupBy(rows, (row) => row.slice(0, row.indexOf(',')));
  return new Map(
    [...byParty].map(([party, own]) => {
      const path = join(folder, `${party}.csv`);
      const lines = [header, ...own].map((line) => line.slice(line.indexOf(',') + 1));
      writeFileSync(path, `${lines.join('\n')}\n`);
      return [party, path];
    }),
  );
}
