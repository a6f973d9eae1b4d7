import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/longest-first.ts';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: 'test/own-tmp.ts',
    // Networks of real daemons start and stop, and the machine may be busy with much else: a test that passes is no
    // slower for a longer limit, and one that fails for lack of patience says nothing.
    testTimeout: 900_000,
    hookTimeout: 900_000,
    pool: 'forks',
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    execArgv: ['--disable-warning=ExperimentalWarning'],
    env: { NODE_COMPILE_CACHE: fileURLToPath(new URL('node_modules/.cache/strongroom', import.meta.url)) },
  },
});
