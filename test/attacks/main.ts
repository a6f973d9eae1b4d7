/**
 * `npm run attacks`: mounts the attacks of docs/threat-model.md against running processes, for a sceptic to watch. They are the tests
 * in `test/refusals/attack-*`, run as `npm test` runs them.
 */
import { Command } from 'commander';
import { readdirSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { BaseSequencer, startVitest, type TestSpecification } from 'vitest/node';
import { AttackReporter, complaints, groupOf, inWords, type Outcome } from './reporter.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const FOLDER = join(ROOT, 'test/refusals');

interface Options {
  readonly json?: true;
  readonly list?: true;
}

const EXAMPLES = `
Examples:
  npm run attacks                  all groups, ten minutes or more
  npm run attacks -- 4 killed      group 4, and what has "killed" in its name
  SLOW=1 npm run attacks -- share  with those that take minutes

A line says what was tried, who refused, with which code, and the evidence. Exits with 1 where an attack succeeds.`;

const program = new Command('npm run attacks --')
  .description('Mounts every attack of the threat model against running processes, a line for each.')
  .argument('[names...]', 'groups by number, or parts of names; all of them where none is named')
  .option('--json', 'the outcomes as JSON on standard output')
  .option('--list', 'list the attacks')
  .addHelpText('after', EXAMPLES)
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
  .action((names: string[], options: Options) => run(names, options));

async function run(names: readonly string[], { json, list }: Options): Promise<void> {
  const files = readdirSync(FOLDER)
    .filter((name) => name.startsWith('attack-') && name.endsWith('.test.ts'))
    .map((name) => name.slice(0, -'.test.ts'.length));
  const unknown = names.find((wanted) => !files.some((name) => isNamed(name, wanted)));
  if (unknown !== undefined) program.error(`error: no attack is named '${unknown}'; --list names them`);
  const chosen = files
    .filter((name) => names.length === 0 || names.some((wanted) => isNamed(name, wanted)))
    .sort((a, b) => groupOf(a) - groupOf(b) || (a < b ? -1 : 1));
  if (list) console.log(chosen.join('\n'));
  else process.exitCode = await mount(chosen, json ?? false);
}

function isNamed(file: string, wanted: string): boolean {
  return /^\d+$/.test(wanted) ? groupOf(file) === Number(wanted) : file.includes(wanted);
}

async function mount(chosen: readonly string[], json: boolean): Promise<number> {
  let last = '';
  const reporter = new AttackReporter((outcome) => {
    if (json) return;
    if (outcome.file !== last) console.log(`\n${outcome.file}`);
    last = outcome.file;
    console.log(inWords(outcome));
  });
  /** By group, as `--list` prints them. */
  class InOrder extends BaseSequencer {
    override sort(files: TestSpecification[]): Promise<TestSpecification[]> {
      const place = ({ moduleId }: TestSpecification) => chosen.indexOf(basename(moduleId, '.test.ts'));
      return Promise.resolve(files.toSorted((a, b) => place(a) - place(b)));
    }
  }
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
  if (json) console.log(JSON.stringify(reporter.outcomes, null, 2));
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

await program.parseAsync();
