/** Sums that grow while the inputs come in are f of a set bit for bit, or nothing. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sha256Hex } from '../../trust/digest.ts';
import { evaluate, inputSet, inputSetOf, type InputSet } from '../../trust/evaluation.ts';
import { canRun, RunningEvaluation, runningBytes } from '../../trust/running-evaluation.ts';
import { CollectingTask, PARTIES } from '../fixtures/collecting-task.ts';
import { refusal } from '../fixtures/trust-parties.ts';

describe.each(['bfv', 'ckks'] as const)('with %s', async (scheme) => {
  const made = await CollectingTask.make(scheme);
  made.submit(PARTIES);
  const { task, fetchAll } = made;
  const set = inputSetOf(task);
  const digests = (await evaluate(set, fetchAll)).map(sha256Hex);
  const inputOf = (party: string): InputSet['inputs'][number] => {
    const input = set.inputs.find((other) => other.party === party);
    if (input === undefined) throw new Error('no such party');
    return input;
  };
  const without = (party: string): InputSet => ({
    ...set,
    inputs: set.inputs.filter((input) => input.party !== party),
  });
  const opened = (): Promise<RunningEvaluation> => {
    const key = task.requireJointKey();
    return RunningEvaluation.open(inputSet(task, key, []), fetchAll);
  };

  test('the outputs are those of `evaluate`, in whatever order inputs come, and however many before the seal', async () => {
    expect([canRun(task.plan), task.plan.ciphertexts > 1]).toEqual([true, true]);
    const arrivals = fc.tuple(
      fc.shuffledSubarray([...PARTIES], { minLength: PARTIES.length }),
      fc.nat(PARTIES.length),
    );
    await fc.assert(
      fc.asyncProperty(arrivals, async ([order, early]) => {
        using running = await opened();
        for (const party of order.slice(0, early)) await running.add(inputOf(party), fetchAll);
        expect((await running.outputs(set, fetchAll))?.map(sha256Hex)).toEqual(digests);
      }),
      { numRuns: 10 },
    );
  });

  test('each ciphertext is fetched once', async () => {
    made.fetched.clear();
    using running = await opened();
    for (const party of PARTIES) await running.add(inputOf(party), fetchAll);
    await running.outputs(set, fetchAll);
    for (const party of PARTIES) expect(new Set(made.fetches(party))).toEqual(new Set([1]));
  });

  test('there are none for a set in which something is missing that was added', async () => {
    using running = await opened();
    for (const party of PARTIES) await running.add(inputOf(party), fetchAll);
    for (const party of PARTIES) expect(await running.outputs(without(party), fetchAll)).toBeUndefined();
    expect((await running.outputs(set, fetchAll))?.map(sha256Hex)).toEqual(digests);
  });

  test('there are none for a set of other ciphertexts, in another order, twice, of another key, or of another task', async () => {
    using running = await opened();
    await running.add(inputOf('north'), fetchAll);
    const { ciphertexts } = inputOf('north');
    const withNorth = (input: InputSet['inputs'][number]): InputSet => ({
      ...set,
      inputs: [...without('north').inputs, input],
    });
    const others: InputSet[] = [
      withNorth({ party: 'north', ciphertexts: ciphertexts.toReversed() }),
      withNorth({ party: 'north', ciphertexts: ciphertexts.slice(1) }),
      withNorth({ party: 'north', ciphertexts: inputOf('south').ciphertexts }),
      withNorth({ party: 'nobody', ciphertexts }),
      { ...set, inputs: [...set.inputs, inputOf('north')] },
      { ...set, key: { ...set.key, digest: 'ab'.repeat(32) } },
      { ...set, context: { ...set.context, task: 'ab'.repeat(32) } },
      { ...set, positions: set.positions - 1 },
    ];
    for (const other of others) expect(await running.outputs(other, fetchAll)).toBeUndefined();
    expect((await running.outputs(set, fetchAll))?.map(sha256Hex)).toEqual(digests);
  });

  test('there are none once an input could not be added: some of it is in the sums', async () => {
    using running = await opened();
    const last = inputOf('south').ciphertexts.at(-1);
    if (last === undefined) throw new Error('an input without ciphertexts');
    made.served.set(last.digest, made.object(last).slice().fill(0, -8));
    await refusal(() => running.add(inputOf('south'), fetchAll), 'DIGEST_MISMATCH');
    made.served.clear();
    expect(await running.outputs(set, fetchAll)).toBeUndefined();
    await refusal(() => running.add(inputOf('south'), fetchAll), 'INTERNAL');
  });

  test('an input is added once, and nothing to sums that are closed', async () => {
    const running = await opened();
    await running.add(inputOf('north'), fetchAll);
    await refusal(() => running.add(inputOf('north'), fetchAll), 'INTERNAL');
    running[Symbol.dispose]();
    await refusal(() => running.add(inputOf('south'), fetchAll), 'INTERNAL');
    expect(runningBytes(task.plan)).toBe((task.plan.ciphertexts + 1) * task.plan.parameters.ciphertextBytes);
  });
});
