/**
 * `npm run attacks [-- NAME…] [--json] [--list]`: mounts the attacks of DESIGN §9 against running processes, for a
 * sceptic to watch. A name is a group (`4`) or a part of a file's name (`killed`). The attacks are the tests in
 * `test/refusals/attack-*`, run as `npm test` runs them.
 */
import { readdirSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { BaseSequencer, startVitest, type TestSpecification } from 'vitest/node';
import { AttackReporter, complaints, groupOf, inWords, type Outcome } from './reporter.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const FOLDER = join(ROOT, 'test/refusals');

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean', default: false }, list: { type: 'boolean', default: false } },
});

const chosen = readdirSync(FOLDER)
  .filter((name) => name.startsWith('attack-') && name.endsWith('.test.ts'))
  .map((name) => name.slice(0, -'.test.ts'.length))
  .filter((name) => positionals.length === 0 || positionals.some((wanted) => isNamed(name, wanted)))
  .sort((a, b) => groupOf(a) - groupOf(b) || (a < b ? -1 : 1));

/** By group, as `--list` prints them. */
class InOrder extends BaseSequencer {
  override sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => chosen.indexOf(basename(moduleId, '.test.ts'));
    return Promise.resolve(files.toSorted((a, b) => place(a) - place(b)));
  }
}

if (chosen.length === 0) {
  console.error('No such attack; --list names them.');
  process.exitCode = 2;
} else if (values.list) {
  console.log(chosen.join('\n'));
} else {
  process.exitCode = await mount();
}

function isNamed(file: string, wanted: string): boolean {
  return /^\d+$/.test(wanted) ? groupOf(file) === Number(wanted) : file.includes(wanted);
}

async function mount(): Promise<number> {
  let last = '';
  const reporter = new AttackReporter((outcome) => {
    if (values.json) return;
    if (outcome.file !== last) console.log(`\n${outcome.file}`);
    last = outcome.file;
    console.log(inWords(outcome));
  });
  const files = chosen.map((name) => join(FOLDER, `${name}.test.ts`));
  // One file after the other, so that the lines of an attack stand together.
  const options = {
    root: ROOT,
    watch: false,
    reporters: [reporter],
    maxWorkers: 1,
    sequence: { sequencer: InOrder },
  };
  const vitest = await startVitest(files, options);
  const errors = vitest.state.getUnhandledErrors();
  await vitest.close();
  if (values.json) console.log(JSON.stringify(reporter.outcomes, null, 2));
  else console.log(`\n${summary(reporter.outcomes)}`);
  for (const error of errors) console.error(error);
  const wrong = complaints(chosen, reporter.outcomes);
  for (const line of wrong) console.error(line);
  const withstood = reporter.outcomes.every(({ outcome }) => outcome !== 'succeeded');
  return withstood && errors.length === 0 && wrong.length === 0 ? 0 : 1;
}

function summary(outcomes: readonly Outcome[]): string {
  const count = (wanted: Outcome['outcome']) => outcomes.filter(({ outcome }) => outcome === wanted).length;
  const groups = new Set(outcomes.map(({ group }) => group)).size;
  const skipped = count('skipped') === 0 ? '' : `, ${count('skipped')} could not be mounted here`;
  return (
    `${outcomes.length} attacks of ${groups} groups: ${count('withstood')} withstood, ` +
    `${count('succeeded')} succeeded${skipped}`
  );
}
