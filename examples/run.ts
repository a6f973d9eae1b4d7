/**
 * `npm run example NAME`: runs an example on a throw-away local network and compares the result with the same
 * computation in the clear. An example is a folder with a task.yaml and either a CSV file for each input party,
 * one survey.csv for all of them, or a prepare.ts that makes the files. `-- --scheme ckks` runs it with another scheme
 * than its task names.
 */
import { ownTable } from '../statistics/domain.ts';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { measureEncryption } from '../bench/encryption.ts';
import { fail, seconds } from '../clients/cli/output.ts';
import { reportAsText } from '../clients/cli/report.ts';
import { runLocally, runPlain, type InputFiles, type LocalRunReport } from '../clients/local-run.ts';
import { readTask } from '../clients/task-file.ts';
import { StrongroomError } from '../proto/errors.ts';
import { resultsAgree } from '../statistics/agreement.ts';
import { planTask } from '../statistics/plan.ts';
import { renderResult } from '../statistics/render.ts';
import { validateTask, type TaskDocument } from '../statistics/task.ts';
import { collectBuffersWithTheHeap } from '../transport/buffer-collection.ts';
import { splitByParty } from './split.ts';

const FOLDER = import.meta.dirname;

/** What a prepare.ts exports. */
interface Preparation {
  /** Writes the table of each input party to a folder, and returns the files by party. */
  readonly prepare: (folder: string) => Promise<Map<string, string>>;
}

function names(): string[] {
  const entries = readdirSync(FOLDER, { withFileTypes: true });
  return entries.filter((entry) => existsSync(join(FOLDER, entry.name, 'task.yaml'))).map(({ name }) => name);
}

function list(): void {
  const lines = names().map(
    (name) => `  ${name.padEnd(16)} ${readTask(join(FOLDER, name, 'task.yaml')).title}`,
  );
  process.stdout.write(`Examples, each run with: npm run example NAME\n\n${lines.join('\n')}\n`);
}

async function run(name: string, scheme: string | undefined): Promise<void> {
  if (!names().includes(name)) {
    throw new StrongroomError('USAGE', `There is no example ${name}; there are: ${names().join(', ')}.`);
  }
  const folder = join(FOLDER, name);
  const written = readTask(join(folder, 'task.yaml'));
  const task = scheme === undefined ? written : validateTask({ ...written, scheme });
  process.stdout.write(`${task.title}\n\n`);
  const scratch = mkdtempSync(join(tmpdir(), 'strongroom-example-'));
  try {
    await compare(task, await inputFiles(task, folder, scratch), join('out', name));
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

/** Runs the task, and the same in the clear. Throws INTERNAL where the two results differ. */
async function compare(task: TaskDocument, files: InputFiles, out: string): Promise<void> {
  const report = await runLocally({
    task,
    files,
    out,
    onProgress: (line) => process.stdout.write(`${line}\n`),
  });
  const plain = await runPlain(task, files);
  process.stdout.write(
    `\n${renderResult(report.document.result, plain)}\n${reportAsText(report)}\n` +
      `From the joint key to the verified result: ${seconds(afterKeyMs(report))}\n`,
  );
  const { parameters, products } = planTask(task);
  // A key of paillier takes longer to make than is worth while here; `npm run bench` has its figures.
  if (parameters.scheme === 'bfv' && products === null) {
    const { valuesPerSecond } = await measureEncryption(parameters, 500);
    process.stdout.write(
      `Encryption: ${(valuesPerSecond / 1e6).toFixed(2)} million values a second on one thread, ` +
        `when ciphertexts are full\n`,
    );
  }
  if (!resultsAgree(report.document.result, plain)) {
    throw new StrongroomError('INTERNAL', 'The result differs from the plaintext computation.');
  }
}

/** How long the phases from the joint key to the delivery took together. */
function afterKeyMs({ phases }: LocalRunReport): number {
  const [keyed, delivered] = ['key ceremony', 'deliver'].map((name) =>
    phases.findIndex(({ phase }) => phase === name),
  );
  return phases.slice((keyed ?? 0) + 1, (delivered ?? 0) + 1).reduce((total, { ms }) => total + ms, 0);
}

/** Every party's own table: its file in the folder of the example, or what is made for it and put into `scratch`. */
async function inputFiles(task: TaskDocument, folder: string, scratch: string): Promise<InputFiles> {
  const [survey, prepared] = [join(folder, 'survey.csv'), join(folder, 'prepare.ts')];
  const files = existsSync(survey)
    ? splitByParty(survey, scratch)
    : existsSync(prepared)
      ? await ((await import(prepared)) as Preparation).prepare(scratch)
      : new Map(task.parties.input.map((party) => [party, join(folder, `${party}.csv`)]));
  return new Map([...files].map(([party, file]) => [party, new Map([[ownTable(task, party).name, file]])]));
}

collectBuffersWithTheHeap();
try {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { scheme: { type: 'string' } },
  });
  const [name] = positionals;
  if (name === undefined) list();
  else await run(name, values.scheme);
} catch (error) {
  fail(error, false);
}
