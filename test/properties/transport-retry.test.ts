/** What is tried again, how often, and how long it waits. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ERRORS, StrongroomError, type ErrorCode } from '../../proto/errors.ts';
import { retrying, retryingStream } from '../../transport/retry.ts';
import { refusal } from '../fixtures/trust-parties.ts';

const QUICK = { attempts: 4, baseMs: 1, capMs: 2 };
const broken = () => new StrongroomError('UNREACHABLE', 'broken');

test('a call that fails n times is made n + 1 times, as long as the rule allows', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 6 }), async (failures) => {
      let calls = 0;
      const attempt = () => {
        calls += 1;
        return calls <= failures ? Promise.reject(broken()) : Promise.resolve(calls);
      };
      if (failures < QUICK.attempts) expect(await retrying(QUICK, undefined, attempt)).toBe(failures + 1);
      else await refusal(() => retrying(QUICK, undefined, attempt), 'UNREACHABLE');
      expect(calls).toBe(Math.min(failures + 1, QUICK.attempts));
    }),
    { numRuns: 20 },
  );
});

test.each((Object.keys(ERRORS) as ErrorCode[]).filter((code) => code !== 'UNREACHABLE'))(
  '%s is final',
  async (code) => {
    let calls = 0;
    const attempt = () => {
      calls += 1;
      return Promise.reject(new StrongroomError(code, 'no'));
    };
    await refusal(() => retrying(QUICK, undefined, attempt), code);
    expect(calls).toBe(1);
  },
);

test('a stream goes on after each break, and what arrives starts the count anew', async () => {
  let next = 0;
  const seen: number[] = [];
  // eslint-disable-next-line @typescript-eslint/require-await -- a stream
  async function* open() {
    yield next++;
    if (next < 20) throw broken();
  }
  for await (const item of retryingStream(QUICK, undefined, open)) seen.push(item);
  expect(seen).toEqual(Array.from({ length: 20 }, (_unused, index) => index));
});

test('an aborted signal ends the waiting at once, with its own reason', async () => {
  const stop = new AbortController();
  const never = { attempts: Infinity, baseMs: 60_000, capMs: 60_000 };
  const waiting = retrying(never, stop.signal, () => Promise.reject(broken()));
  setTimeout(() => stop.abort(new StrongroomError('TASK_ENDED', 'stop')), 10);
  await refusal(() => waiting, 'TASK_ENDED');
});

test('delays are spread over the whole range, and the range is capped', async () => {
  const delays: number[] = [];
  let last = performance.now();
  const attempt = () => {
    const now = performance.now();
    delays.push(now - last);
    last = now;
    return Promise.reject(broken());
  };
  await refusal(() => retrying({ attempts: 25, baseMs: 10, capMs: 20 }, undefined, attempt), 'UNREACHABLE');
  // Without the cap the last would be of hours.
  expect(Math.max(...delays.slice(1))).toBeLessThan(5_000);
  expect(new Set(delays.slice(1).map(Math.round)).size).toBeGreaterThan(5);
});

test.each([1, 600_000])(
  'a rule that holds until a daemon stops gives up then, also in a wait of up to %d ms',
  async (waitMs) => {
    const stop = new AbortController();
    const attempt = () => {
      setTimeout(() => stop.abort(), 20);
      return Promise.reject(broken());
    };
    const rule = { attempts: Infinity, baseMs: waitMs, capMs: waitMs, until: stop.signal };
    await refusal(() => retrying(rule, undefined, attempt), 'UNREACHABLE');
    expect(stop.signal.aborted).toBe(true);
  },
);
