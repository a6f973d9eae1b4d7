/**
 * Makes the files of this example from the table that SOURCE.md names:
 *
 *     npx node examples/business-survey/generate.ts birdstrikes.csv
 *
 * It writes survey.csv, one row for each report, and the input parties of task.yaml, which stand at its end.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';

interface Report {
  readonly 'Aircraft Airline Operator': string;
  readonly 'Flight Date': string;
  readonly 'Phase of flight': string;
  readonly 'Cost Total $': string;
}

/** As many as the newest of them. */
const REPORTS = 2000;

/** Who flies, but is no business. */
const NO_BUSINESS = ['GOVERNMENT', 'MILITARY', 'PRIVATELY OWNED', 'UNKNOWN'];

/** The phases of the source; the few reports of the last two are put together. */
const PHASES: Readonly<Record<string, string>> = {
  Approach: 'approach',
  Climb: 'climb',
  Descent: 'descent',
  'Landing Roll': 'landing roll',
  'Take-off run': 'take-off run',
  Taxi: 'taxi or parked',
  Parked: 'taxi or parked',
};

function phaseOf(report: Report): string {
  const phase = PHASES[report['Phase of flight']];
  if (phase === undefined) throw new RangeError(`${report['Phase of flight']} is no phase of flight`);
  return phase;
}

/** The last line of task.yaml before the list of input parties. */
const MARK = '\n  input:\n';

const [source = 'birdstrikes.csv'] = process.argv.slice(2);
const reports = parse<Report>(readFileSync(source), { columns: true })
  .filter((report) => !NO_BUSINESS.includes(report['Aircraft Airline Operator']))
  // Sorting is stable: reports of one day stay in the order of the source.
  .sort((a, b) => (a['Flight Date'] < b['Flight Date'] ? -1 : a['Flight Date'] > b['Flight Date'] ? 1 : 0))
  .slice(-REPORTS)
  .map((report, i) => ({ ...report, party: `report-${String(i + 1).padStart(4, '0')}` }));

const rows = reports.map((report) => [report.party, phaseOf(report), report['Cost Total $']].join());
writeFileSync(join(import.meta.dirname, 'survey.csv'), `party,phase,cost\n${rows.join('\n')}\n`);

const taskFile = join(import.meta.dirname, 'task.yaml');
const task = readFileSync(taskFile, 'utf8');
const head = task.slice(0, task.indexOf(MARK) + MARK.length);
writeFileSync(taskFile, `${head}${reports.map(({ party }) => `    - ${party}\n`).join('')}`);
