/** Watches the attacks: one line for each as it ends, from what its test has noted (`hostile/attest.ts`). */
import { basename } from 'node:path';
import type { Reporter, TestCase, TestModule } from 'vitest/node';
import type { Attested } from '../refusals/hostile/attest.ts';

/** One attack, as `--json` prints it. */
export interface Outcome {
  /** The group to which it belongs, by its number. */
  readonly group: number;
  readonly file: string;
  readonly attack: string;
  /** `withstood`, `succeeded` where something did not go as it must, `skipped` where it cannot be mounted here. */
  readonly outcome: 'withstood' | 'succeeded' | 'skipped';
  readonly refusals: readonly Attested[];
  /** What went wrong; for a skipped one why. */
  readonly why: string | undefined;
}

export class AttackReporter implements Reporter {
  readonly outcomes: Outcome[] = [];
  readonly #show: (outcome: Outcome) => void;

  constructor(show: (outcome: Outcome) => void) {
    this.#show = show;
  }

  onTestCaseResult(test: TestCase): void {
    const result = test.result();
    const { state } = result;
    const why = result.state === 'skipped' ? result.note : result.errors?.[0]?.message;
    // The title of a group begins the sentence that the title of the attack ends.
    const attack = test.fullName.replaceAll(' > ', ' ');
    const outcome = state === 'passed' ? 'withstood' : state === 'skipped' ? 'skipped' : 'succeeded';
    this.#add(test.module, {
      attack,
      outcome,
      refusals: test.meta().attested ?? [],
      why,
    });
  }

  /** A file whose network did not start has no test that failed. */
  onTestModuleEnd(module: TestModule): void {
    for (const { message } of module.errors()) {
      this.#add(module, { attack: 'the network starts', outcome: 'succeeded', refusals: [], why: message });
    }
  }

  #add(module: TestModule, of: Omit<Outcome, 'group' | 'file'>): void {
    const file = basename(module.moduleId, '.test.ts');
    const outcome = { group: groupOf(file), file, ...of };
    this.outcomes.push(outcome);
    this.#show(outcome);
  }
}

/** `attack-10-full-disk` is of group 10. */
export function groupOf(file: string): number {
  return Number(/^attack-(\d+)-/.exec(file)?.[1]);
}

/** What is wrong with a run apart from attacks that succeeded: files that said nothing, lines that show nothing. */
export function complaints(files: readonly string[], outcomes: readonly Outcome[]): string[] {
  const unheard = files.filter((name) => !outcomes.some(({ file }) => file === name));
  const unseen = outcomes.filter(({ outcome, refusals }) => outcome === 'withstood' && refusals.length === 0);
  return [
    ...unheard.map((name) => `${name} has said nothing: it was not mounted.`),
    ...unseen.map(({ file, attack }) => `${file} does not show who refused: ${attack}`),
  ];
}

/** The line that a person reads. */
export function inWords({ attack, outcome, refusals, why }: Outcome): string {
  const mark = { withstood: 'ok  ', succeeded: 'FAIL', skipped: 'skip' }[outcome];
  const what = [...refusals.map(refusalInWords), ...(why === undefined ? [] : [why.split('\n')[0]])];
  return `${mark}  ${attack}${what.length === 0 ? '' : `  →  ${what.join('; ')}`}`;
}

function refusalInWords({ by, code, evidence }: Attested): string {
  if (code === 'exact') return `untouched, exact (${evidence})`;
  return code === 'clean' ? `${by}: nothing found (${evidence})` : `${by}: ${code} (${evidence})`;
}
