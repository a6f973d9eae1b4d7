/**
 * Makes the files of this example from the table that SOURCE.md names:
 *
 *     npx node examples/business-survey/generate.ts Forbes2000.csv
 *
 * It writes survey.csv, one row for each company, and the input parties of task.yaml, which stand at its end.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';

interface Company {
  readonly rank: string;
  readonly category: string;
  readonly sales: string;
}

/** The categories of the source, put together into so few sectors that all their sums fit into one ciphertext. */
const SECTORS: Readonly<Record<string, readonly string[]>> = {
  banking: ['Banking'],
  'business services': ['Business services & supplies'],
  construction: ['Construction'],
  'consumer goods': ['Consumer durables', 'Food drink & tobacco', 'Household & personal products'],
  energy: ['Oil & gas operations', 'Utilities'],
  health: ['Drugs & biotechnology', 'Health care equipment & services'],
  hospitality: ['Hotels restaurants & leisure'],
  industry: ['Aerospace & defense', 'Capital goods', 'Conglomerates'],
  insurance: ['Insurance'],
  materials: ['Chemicals', 'Materials'],
  'media and telecommunications': ['Media', 'Telecommunications services'],
  'other finance': ['Diversified financials'],
  technology: ['Semiconductors', 'Software & services', 'Technology hardware & equipment'],
  trade: ['Food markets', 'Retailing', 'Trading companies'],
  transportation: ['Transportation'],
};

function sectorOf({ category }: Company): string {
  const found = Object.entries(SECTORS).find(([, categories]) => categories.includes(category));
  if (found === undefined) throw new RangeError(`no sector has the category ${category}`);
  return found[0];
}

/** The name of a company as a party: its rank in the source, since a party's name is short and plain. */
const partyOf = ({ rank }: Company): string => `firm-${rank.padStart(4, '0')}`;

/** The last line of task.yaml before the list of input parties. */
const MARK = '\n  input:\n';

const [source = 'Forbes2000.csv'] = process.argv.slice(2);
const companies = parse<Company>(readFileSync(source), { columns: true });

const rows = companies.map((company) => [partyOf(company), sectorOf(company), company.sales].join());
writeFileSync(join(import.meta.dirname, 'survey.csv'), `party,sector,sales\n${rows.join('\n')}\n`);

const taskFile = join(import.meta.dirname, 'task.yaml');
const task = readFileSync(taskFile, 'utf8');
const head = task.slice(0, task.indexOf(MARK) + MARK.length);
writeFileSync(taskFile, `${head}${companies.map((company) => `    - ${partyOf(company)}\n`).join('')}`);
