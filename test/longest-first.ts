/**
 * The order in which test files begin: those that take longest first, so that two workers end at about the same time.
 * Where no run before has left its times, as in a fresh clone, vitest would go by the size of the files.
 */
import { existsSync } from 'node:fs';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Half a minute and more, longest first. */
const LONGEST = [
  'scenarios/bench',
  'scenarios/paillier-task',
  'refusals/attack-10-killed-aggregator',
  'scenarios/hold-for-one-task',
  'scenarios/command-line',
  'scenarios/consortium-by-hand',
  'refusals/attack-2-wrong-ciphertext',
  'refusals/attack-10-killed-key-holders',
  'refusals/attack-10-killed-at-random',
  'scenarios/paillier-keygen',
  'refusals/attack-8-rolled-back-journal',
  'refusals/attack-10-killed-clients',
  'refusals/attack-5-input-party',
  'refusals/attack-4-split-history',
  'scenarios/three-offices',
  'scenarios/policy-command',
  'scenarios/deadlines',
  'refusals/attack-10-cut-upload',
  'scenarios/many-contributors',
  'scenarios/run-locally',
  'refusals/attack-4-altered-inputs',
  'scenarios/conformance',
  'refusals/controller-evidence',
].map((name) => {
  const url = new URL(`${name}.test.ts`, import.meta.url);
  if (!existsSync(url)) throw new Error(`${url.pathname} is listed in longest-first.ts and is not there`);
  return url.pathname;
});

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const place = LONGEST.indexOf(moduleId);
      return place < 0 ? LONGEST.length : place;
    };
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}
