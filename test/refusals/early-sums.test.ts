/**
 * A key holder that adds inputs up while they come in takes no harm from what an aggregator serves it, nor from an
 * input party: it has f of exactly the sealed inputs, or evaluates them anew.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import pino from 'pino';
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { EarlySums, type EarlySumsOptions } from '../../keyholders/early-sums.ts';
import { sha256Hex } from '../../trust/digest.ts';
import { evaluate, inputSetOf, type FetchAll, type InputSet } from '../../trust/evaluation.ts';
import { runningBytes } from '../../trust/running-evaluation.ts';
import { CollectingTask, PARTIES } from '../fixtures/collecting-task.ts';
import { Cast } from '../fixtures/policy-tasks.ts';
import { refusal } from '../fixtures/trust-parties.ts';

let made: CollectingTask;
let sums: EarlySums;
let lines: { task: string; msg: string; code?: string; inputs?: number }[];
let cast: Cast;

beforeAll(async () => {
  cast = await Cast.make();
});

const logTo = (kept: typeof lines) =>
  pino({ level: 'info' }, { write: (line: string) => kept.push(JSON.parse(line) as (typeof lines)[number]) });

/** Without waiting for a lull, where nothing else is said. */
function open(options: Partial<EarlySumsOptions> = {}): EarlySums {
  const fetchAll: FetchAll = (signed) => made.fetchAll(signed);
  return new EarlySums({ fetchAll, log: logTo(lines), pace: { quietMs: 0, patienceMs: 0 }, ...options });
}

beforeEach(async () => {
  made = await CollectingTask.make('bfv', cast);
  lines = [];
  sums = open();
});
afterEach(() => sums[Symbol.dispose]());

/** These parties submit, and their inputs are added up. */
async function addedUp(...parties: string[]): Promise<void> {
  made.submit(parties);
  sums.follow(made.task);
  await vi.waitFor(() => expect(lines.at(-1)).toMatchObject({ inputs: made.task.manifests.size }));
}

/** These parties submit, and something of theirs cannot be added. */
async function givenUp(...parties: string[]): Promise<string | undefined> {
  made.submit(parties);
  sums.follow(made.task);
  await vi.waitFor(() => expect(lines.at(-1)?.msg).toContain('evaluated from the log'));
  return lines.at(-1)?.code;
}

/** As a key holder does before it releases. */
async function reEvaluated(set: InputSet = inputSetOf(made.task)): Promise<string[]> {
  const outputs = await sums.outputs(made.task, set);
  return (outputs ?? (await evaluate(set, made.fetchAll))).map(sha256Hex);
}

/** From the objects as their parties signed them. */
async function truth(set: InputSet = inputSetOf(made.task)): Promise<string[]> {
  const served = new Map(made.served);
  made.served.clear();
  const outputs = (await evaluate(set, made.fetchAll)).map(sha256Hex);
  for (const [digest, bytes] of served) made.served.set(digest, bytes);
  return outputs;
}

const firstOf = (party: string) => {
  const blob = made.inputs.get(party)?.[0];
  if (blob === undefined) throw new Error('no such input');
  return blob;
};
/** Well-formed, and not what the party signed. */
const altered = (bytes: Uint8Array): Uint8Array => {
  const copy = bytes.slice();
  copy[copy.length - 8] = (copy[copy.length - 8] ?? 0) ^ 1;
  return copy;
};

test('what has come in is not fetched again: after the last input little is left', async () => {
  await addedUp('north', 'south');
  await addedUp('east', 'west', 'isle');
  expect(await sums.outputs(made.task, inputSetOf(made.task))).toBeDefined();
  for (const party of PARTIES) expect(new Set(made.fetches(party))).toEqual(new Set([1]));
});

test('what has not come in when the inputs are sealed is added then', async () => {
  await addedUp('north', 'south');
  made.submit(['east', 'west', 'isle']);
  const derived = await reEvaluated();
  for (const party of PARTIES) expect(new Set(made.fetches(party))).toEqual(new Set([1]));
  expect(derived).toEqual(await truth());
});

test('what is being added when the inputs are sealed is not begun again', async () => {
  const { promise: gate, resolve: lift } = Promise.withResolvers<undefined>();
  await addedUp('north');
  made.gate = gate;
  made.submit(['south', 'east']);
  sums.follow(made.task);
  await sleep(10);
  const deriving = reEvaluated();
  await sleep(10);
  lift(undefined);
  const derived = await deriving;
  for (const party of made.task.manifests.keys()) expect(new Set(made.fetches(party))).toEqual(new Set([1]));
  expect(derived).toEqual(await truth());
});

test('a set that leaves out a party whose input has been added is evaluated anew', async () => {
  await addedUp(...PARTIES);
  const all = inputSetOf(made.task);
  const sealed = { ...all, inputs: all.inputs.filter(({ party }) => party !== 'east') };
  expect(await sums.outputs(made.task, sealed)).toBeUndefined();
  expect(await reEvaluated(sealed)).toEqual(await truth(sealed));
  expect(await truth(sealed)).not.toEqual(await truth(all));
});

test('other bytes served early, and the right ones later: DIGEST_MISMATCH early, and then the truth', async () => {
  const blob = firstOf('south');
  made.served.set(blob.digest, altered(made.object(blob)));
  expect(await givenUp(...PARTIES)).toBe('DIGEST_MISMATCH');
  made.served.clear();
  expect(await reEvaluated()).toEqual(await truth());
});

test('the right bytes served early, and other ones later, change nothing', async () => {
  await addedUp(...PARTIES);
  for (const party of PARTIES) made.served.set(firstOf(party).digest, altered(made.object(firstOf(party))));
  expect(await reEvaluated()).toEqual(await truth());
});

test('other bytes served early and later: DIGEST_MISMATCH where the release would be', async () => {
  const blob = firstOf('south');
  made.served.set(blob.digest, altered(made.object(blob)));
  await givenUp(...PARTIES);
  await refusal(() => reEvaluated(), 'DIGEST_MISMATCH');
});

test('what is no ciphertext, though its party signed it, is refused where the release would be: CIPHERTEXT_INVALID', async () => {
  const bad = (made.inputs.get('south') ?? []).map((blob) =>
    made.put(made.object(blob).slice().fill(0xff, -8)),
  );
  made.submit(['south'], bad);
  expect(await givenUp('north', 'east', 'west', 'isle')).toBe('CIPHERTEXT_INVALID');
  await refusal(() => reEvaluated(), 'CIPHERTEXT_INVALID');
  for (const party of PARTIES) made.fetched.delete(firstOf(party).digest);
  sums.follow(made.task);
  await sleep(20);
  expect(made.fetches('north')[0], 'nothing is tried twice').toBe(0);
});

test('an input with fewer ciphertexts than the plan has is given up, and refused at the seal', async () => {
  made.submit(['south'], (made.inputs.get('south') ?? []).slice(1));
  expect(await givenUp('north')).toBe('SEAL_INVALID');
  await refusal(() => reEvaluated(), 'SEAL_INVALID');
});

test('a task for which there is no room is evaluated from the log, and added up once another has gone', async () => {
  sums = open({ mostBytes: runningBytes(made.task.plan) });
  const first = made;
  await addedUp('north');
  made = await CollectingTask.make('bfv', cast);
  made.submit(['north', 'south']);
  sums.follow(made.task);
  await sleep(50);
  expect(made.fetched.size).toBe(0);
  sums.forget(first.task.id);
  await addedUp('east');
  expect(made.fetches('north')[0]).toBe(1);
  const third = await CollectingTask.make('bfv', cast);
  third.submit(PARTIES);
  sums.follow(third.task);
  expect(await sums.outputs(third.task, inputSetOf(third.task))).toBeUndefined();
  expect(third.fetched.size).toBe(0);
  expect(await reEvaluated()).toEqual(await truth());
});

test('a task that ends while its inputs are added stops at the next ciphertext', async () => {
  const { promise: gate, resolve: lift } = Promise.withResolvers<undefined>();
  await addedUp('north');
  made.gate = gate;
  made.submit(['south']);
  sums.follow(made.task);
  await sleep(10);
  sums.forget(made.task.id);
  lift(undefined);
  await sleep(50);
  expect(made.fetches('south').reduce((all, times) => all + times, 0)).toBeLessThanOrEqual(1);
  expect(lines.filter(({ code }) => code !== undefined)).toEqual([]);
});

test('an aggregator that never sends an input of one task holds up no other that is sealed', async () => {
  const stuck = made;
  const { promise: gate, resolve: lift } = Promise.withResolvers<undefined>();
  await addedUp('north');
  stuck.gate = gate;
  stuck.submit(['south']);
  sums.follow(stuck.task);
  made = await CollectingTask.make('bfv', cast);
  made.submit(PARTIES);
  sums.follow(made.task);
  expect(await reEvaluated()).toEqual(await truth());
  lift(undefined);
});

/** The next party submits, and the key holder hears of it. */
function comesIn(party: string): void {
  made.submit([party]);
  sums.follow(made.task);
}

/** All but the last party. */
const OTHERS = PARTIES.slice(0, -1);

test('while inputs come in one after the other nothing is fetched; in a lull all are', async () => {
  sums = open({ pace: { quietMs: 300, patienceMs: 60_000 } });
  for (const party of OTHERS) {
    comesIn(party);
    await sleep(20);
  }
  // It is told of other changes too, and they are no inputs.
  sums.follow(made.task);
  expect(made.fetched.size).toBe(0);
  await vi.waitFor(() => expect(lines.at(-1)).toMatchObject({ inputs: OTHERS.length }), 5_000);
  expect(await reEvaluated()).toEqual(await truth());
});

test('a stream of inputs without a lull is added up once the first has waited long enough', async () => {
  sums = open({ pace: { quietMs: 60_000, patienceMs: 200 } });
  comesIn('north');
  await sleep(20);
  comesIn('south');
  expect(made.fetched.size).toBe(0);
  await vi.waitFor(() => expect(lines.at(-1)).toMatchObject({ inputs: 2 }), 5_000);
  comesIn('east');
  await sleep(50);
  expect(made.fetches('east')[0], 'the wait begins anew').toBe(0);
});

test.each([
  ['the last input', () => comesIn('isle'), PARTIES.length],
  ['a seal', () => made.seal(), OTHERS.length],
])('after %s nothing waits for a lull', async (_, ends, inputs) => {
  sums = open({ pace: { quietMs: 60_000, patienceMs: 60_000 } });
  for (const party of OTHERS) comesIn(party);
  await sleep(20);
  expect(made.fetched.size).toBe(0);
  ends();
  sums.follow(made.task);
  await vi.waitFor(() => expect(lines.at(-1)).toMatchObject({ inputs }), 5_000);
});

test('a party that keeps submitting to one task puts off no other task that is complete', async () => {
  sums = open({ pace: { quietMs: 60_000, patienceMs: 60_000 } });
  const busy = made;
  comesIn('north');
  made = await CollectingTask.make('bfv', cast);
  for (const party of PARTIES) comesIn(party);
  busy.submit(['south']);
  sums.follow(busy.task);
  await vi.waitFor(
    () => expect(lines.at(-1)).toMatchObject({ task: made.task.id, inputs: PARTIES.length }),
    5_000,
  );
  expect(lines.map(({ task }) => task)).not.toContain(busy.task.id);
});
