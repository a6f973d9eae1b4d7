/** `npm run bench`: every benchmark runs and computes the right answer on tiny sizes. No time is asserted. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { GOALS, judgeGoals } from '../../bench/goals.ts';
import type { Benchmark, Contestant } from '../../bench/harness/benchmark.ts';
import { compareResults } from '../../bench/harness/compare.ts';
import { measure } from '../../bench/harness/measure.ts';
import { runSuites } from '../../bench/harness/run.ts';
import { Peer, Peers } from '../../bench/harness/peer.ts';
import type { Results } from '../../bench/harness/results.ts';
import { SUITES } from '../../bench/suites/index.ts';

const MAIN = fileURLToPath(new URL('../../bench/main.ts', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'strongroom-bench-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Said {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

async function bench(...args: string[]): Promise<Said> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', MAIN, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<number | null>((done) => child.once('close', done));
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await ended, out, err };
}

const saved = (out: string): Results =>
  JSON.parse(readFileSync(join(out, 'results.json'), 'utf8')) as Results;

describe('on tiny sizes', () => {
  /** Two processes at once; what shares keys and networks is together. */
  const HALVES = [
    ['linkage', 'tasks', 'key-holder', 'aggregator', 'limits'],
    ['blocks', 'products', 'growth', 'provider', 'ceremonies'],
  ];

  test('every benchmark of every suite runs, its contestants agree, and the page needs nothing else', async () => {
    expect(HALVES.flat().sort()).toEqual(SUITES.map(({ name }) => name).sort());
    await Promise.all(
      HALVES.map(async (suites, i) => {
        const out = join(folder, `half-${i}`);
        const { code, err } = await bench(...suites, '--tiny', '--json', '--out', out);
        const results = saved(out);
        expect(results.benchmarks.filter(({ failed }) => failed !== undefined)).toEqual([]);
        expect(code, err).toBe(0);
        expect(new Set(results.benchmarks.map(({ suite }) => suite))).toEqual(new Set(suites));
        for (const { name, reference, contestants } of results.benchmarks) {
          const there = contestants.filter(({ seconds }) => seconds !== undefined);
          expect(there.length, name).toBeGreaterThan(0);
          expect(there.find((contestant) => contestant.name === reference)?.ratio?.median, name).toBe(1);
        }
        const page = readFileSync(join(out, 'results.html'), 'utf8');
        expect(page).toContain('<svg');
        expect(page).not.toMatch(/https?:|<script|<link|<img|url\(/);
      }),
    );
  });

  test('a ratio that got worse ends with 1 and is named; one that did not ends with 0', async () => {
    const out = join(folder, 'provider');
    expect((await bench('provider', '--tiny', '--out', out)).code).toBe(0);
    const before = saved(out);
    const scaled = (factor: number): string => {
      const file = join(folder, `scaled-${factor}.json`);
      const benchmarks = before.benchmarks.map((benchmark) => ({
        ...benchmark,
        contestants: benchmark.contestants.map((contestant) => ({
          ...contestant,
          ratio: contestant.ratio && { ...contestant.ratio, median: contestant.ratio.median * factor },
        })),
      }));
      writeFileSync(file, JSON.stringify({ ...before, benchmarks }));
      return file;
    };
    const again = (factor: number) =>
      bench('provider', '--tiny', '--out', `${out}-${factor}`, '--compare', scaled(factor));
    const [worse, better] = await Promise.all([again(1e6), again(1e-6)]);
    expect(worse.code).toBe(1);
    expect(worse.out).toContain('worse by more than 25 %');
    expect(worse.out).toMatch(
      /provider\/CSV to ciphertexts: strongroom to csv-parse was .*, is .* \(-\d+ %\)/,
    );
    expect(better.code, better.err).toBe(0);
    expect(better.out).toContain('0 worse by more than 25 %');
  });

  test('a suite that is not there, an option that makes no sense and a file that is none end with 2', async () => {
    const file = join(folder, 'none.json');
    writeFileSync(file, '{"schema": "another"}');
    const [unknown, threads, none, help, list] = await Promise.all([
      bench('blocs'),
      bench('--threads', 'many'),
      bench('limits', '--tiny', '--compare', file),
      bench('--help'),
      bench('--list'),
    ]);
    expect(unknown.code).toBe(2);
    for (const { name } of SUITES) expect(unknown.err).toContain(name);
    expect(threads.code).toBe(2);
    expect(none.code).toBe(2);
    expect(none.err).toContain('holds no results');
    expect(help.out).toContain('Examples:');
    expect(list.out).toContain('blocks');
  });
});

/** A contestant that takes no time to say `answer`. */
function saying(name: string, answer: string, seconds = 1, peer = false): Contestant {
  return {
    name,
    peer,
    run: () => Promise.resolve({ seconds, units: 10 }),
    answer: () => Promise.resolve(answer),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

const of = (...contestants: Contestant[]): Benchmark => ({
  name: 'test',
  about: 'a test',
  unit: 'values',
  reference: 'node-seal',
  open: () => Promise.resolve(contestants),
});

describe('the harness', () => {
  test('a contestant with another answer fails the benchmark, also a peer', async () => {
    for (const peer of [false, true]) {
      const { failed } = await measure(
        's',
        of(saying('node-seal', '1'), saying('other', '2', 1, peer)),
        'tiny',
      );
      expect(failed).toContain('Different answers');
    }
  });

  test('a peer that breaks drops out with its words; one of ours that breaks fails the benchmark', async () => {
    const broken = (peer: boolean): Contestant => ({
      ...saying('other', '1', 1, peer),
      run: () => Promise.reject(new Error('out of order')),
    });
    const kept = await measure('s', of(saying('node-seal', '1'), broken(true)), 'tiny');
    expect(kept.failed).toBeUndefined();
    expect(kept.contestants.find(({ name }) => name === 'other')?.absent).toBe('out of order');
    expect((await measure('s', of(saying('node-seal', '1'), broken(false)), 'tiny')).failed).toBe(
      'out of order',
    );
  });

  test('where rounds take long three are enough, and one warms up', async () => {
    const runs: Record<string, number> = {};
    const slow = (name: string): Contestant => ({
      ...saying(name, '1'),
      run: async () => {
        runs[name] = (runs[name] ?? 0) + 1;
        await sleep(20);
        return { seconds: 0.02, units: 1 };
      },
    });
    const benchmark = { ...of(slow('node-seal'), slow('strongroom')), pace: { warmUp: 2, leastRounds: 7 } };
    const rounds = async (patience: number) => {
      const result = await measure('s', { ...benchmark, pace: { ...benchmark.pace, patience } }, 'quick');
      return result.contestants.map((contestant) => contestant.rounds.length);
    };
    expect(await rounds(0.01)).toEqual([3, 3]);
    expect(runs).toEqual({ 'node-seal': 4, strongroom: 4 });
    expect((await rounds(60))[0]).toBeGreaterThanOrEqual(7);
  });

  test('goals are judged by the ratio of the rounds, and the fastest peer counts', async () => {
    const goal = {
      goal: 'g',
      benchmark: 's/test',
      contestant: 'strongroom',
      reference: 'the fastest peer',
      least: 1,
      otherwise: 'node-seal',
    };
    const judged = async (...contestants: Contestant[]) =>
      judgeGoals([await measure('s', of(saying('node-seal', '1', 4), ...contestants), 'quick')], [goal])[0];
    const slow = saying('slow 1.0', '1', 3, true);
    const fast = saying('fast 2.0', '1', 1, true);
    expect((await judged(saying('strongroom', '1', 2), slow))?.state).toBe('met');
    const short = await judged(saying('strongroom', '1', 2), slow, fast);
    expect(short?.state).toBe('short');
    expect(short?.seen).toContain('0.50 × fast 2.0');
    const alone = await judged(saying('strongroom', '1', 2));
    expect(alone).toMatchObject({
      state: 'met',
      note: expect.stringContaining('no peer took part') as string,
    });
    expect(judgeGoals([], [goal])[0]?.state).toBe('not measured');
  });

  test('a reference that was given up late enough meets a goal; too early it does not', async () => {
    const goal = { goal: 'g', benchmark: 's/test', contestant: 'strongroom', reference: 'slow', least: 10 };
    const judged = async (moreThanSeconds?: number) => {
      const slow = { name: 'slow 1.0', why: 'has not finished', ...(moreThanSeconds && { moreThanSeconds }) };
      const ours = { ...saying('strongroom', '1', 2), run: () => Promise.resolve({ seconds: 2, units: 1 }) };
      const benchmark = {
        ...of(saying('node-seal', '1')),
        open: () => Promise.resolve([saying('node-seal', '1'), ours, slow]),
      };
      return judgeGoals([await measure('s', benchmark, 'tiny')], [goal])[0];
    };
    expect(await judged(30)).toMatchObject({ state: 'met', seen: 'more than 15.0 × slow 1.0' });
    expect((await judged(15))?.state).toBe('not measured');
    expect((await judged())?.state).toBe('not measured');
  });

  test('what has been found is told after each benchmark, and stays found where a later suite breaks', async () => {
    const named = (name: string): Benchmark => ({ ...of(saying('node-seal', '1')), name });
    const suites = [
      { name: 'sound', about: '', benchmarks: () => [named('first'), named('second')] },
      {
        name: 'broken',
        about: '',
        benchmarks: () => [],
        close: () => Promise.reject(new Error('out of order')),
      },
    ];
    await using peers = new Peers(join(folder, 'nowhere'), folder);
    const told: string[][] = [];
    const progress: string[] = [];
    const running = runSuites(suites, {
      setting: { scale: 'tiny', threads: 1, peers },
      onProgress: (line) => progress.push(line),
      onResults: ({ benchmarks }) => told.push(benchmarks.map(({ name }) => name)),
    });
    await expect(running).rejects.toThrow('out of order');
    expect(told).toEqual([['first'], ['first', 'second']]);
    expect(progress.at(-1)).toMatch(/^2 of 2, sound: second: done in [\d.]+ s\n$/);
  });

  test('every goal names a benchmark contestant that the suites have', () => {
    expect(new Set(GOALS.map(({ goal }) => goal)).size).toBe(GOALS.length);
    const suites = SUITES.map(({ name }) => name);
    for (const { benchmark } of GOALS) expect(suites).toContain(benchmark.split('/')[0]);
  });

  test('results of another length are not compared', async () => {
    const result = await measure('s', of(saying('node-seal', '1'), saying('strongroom', '1', 2)), 'tiny');
    const results = { scale: 'tiny', benchmarks: [result] };
    const old = { ...results, schema: 'strongroom-bench/1' as const, scale: 'full' };
    expect(() => compareResults(old as never, results)).toThrow('these results are tiny'.replace('t', 'T'));
  });
});

describe('a peer', () => {
  const program = (name: string, lines: string): string => {
    const file = join(folder, name);
    writeFileSync(file, `#!${process.execPath}\n${lines}`, { mode: 0o700 });
    return file;
  };
  const HELLO = 'console.log(JSON.stringify({ peer: "fake", version: "1.2", benchmarks: ["a"] }));';

  test('is asked in turns, and ends with its input', async () => {
    const run = program(
      'good',
      `${HELLO} require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
        const { run, size } = JSON.parse(line);
        console.log(JSON.stringify(size.n < 0 ? { error: 'negative' } : { seconds: 0.5, units: size.n, answer: run }));
      });`,
    );
    await using peer = (await Peer.start('fake', run, folder)) as Peer;
    expect(peer).toMatchObject({ name: 'fake', version: '1.2', benchmarks: ['a'] });
    expect(await peer.ask('a', { n: 3 }, 10)).toEqual({ seconds: 0.5, units: 3, answer: 'a' });
    await expect(peer.ask('a', { n: -1 }, 10)).rejects.toThrow('negative');
  });

  test('without its toolchain says so, and one that hangs is ended', async () => {
    const absent = program('absent', `console.error('go is not installed'); process.exit(3);`);
    expect(await Peer.start('absent', absent, folder)).toEqual({
      name: 'absent',
      why: 'go is not installed',
    });
    const hanging = program('hanging', `${HELLO} process.stdin.resume();`);
    await using peer = (await Peer.start('hanging', hanging, folder)) as Peer;
    await expect(peer.ask('a', {}, 0.2)).rejects.toThrow('has not finished');
  });

  test('where there is no folder of peers there are none', async () => {
    await using peers = new Peers(join(folder, 'nowhere'), folder);
    expect(peers.names).toEqual([]);
    expect(await peers.contestants('a', {})).toEqual([]);
  });
});
