/**
 * What is tried again: calls that failed with UNREACHABLE, for daemons also those that met an impostor, where objects
 * are sent and fetched those that were too many at once, and nothing else. Every call of the board and of the blobs is
 * idempotent, so trying again is always safe; a refusal stays a refusal.
 *
 * Exponential back-off with full jitter: before attempt n, a uniform delay in [0, min(cap, base·2^n)). The
 * jitter keeps the followers of a restarted aggregator from coming back all at once.
 */
import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { StrongroomError } from '../proto/errors.ts';
import { isImpostor } from './errors.ts';

export interface RetryRule {
  /** Calls in all, the first included; Infinity never gives up. */
  readonly attempts: number;
  /** Upper bound of the first delay. */
  readonly baseMs: number;
  /** Upper bound of every delay. */
  readonly capMs: number;
  /**
   * Where given, it is told of a peer that does not show the pinned certificate, and that peer is tried again like
   * one that cannot be reached: whoever sits on the line could otherwise end a daemon, or the task that it is in.
   */
  readonly onImpostor?: (error: StrongroomError) => void;
  /**
   * Whether RATE_LIMITED is tried again, as often as `PATIENT` does: other calls of this party take up what it may take
   * at once, and end by themselves.
   */
  readonly waitsForOwn?: boolean;
  /** Once aborted, nothing is tried again: the process is about to end. */
  readonly until?: AbortSignal;
}

/** About a minute of trying: a client that a person waits for. */
export const PATIENT: RetryRule = { attempts: 24, baseMs: 50, capMs: 5_000 };
/** For daemons: they wait for their aggregator as long as it takes, whoever answers in its place, until they are told to stop. */
export function forever(until: AbortSignal, onImpostor: (error: StrongroomError) => void): RetryRule {
  return { attempts: Infinity, baseMs: 50, capMs: 5_000, until, onImpostor };
}

/**
 * Calls `attempt` until it succeeds, fails in a way that is not tried again, or the rule is used up; then
 * the last error is thrown. An aborted signal ends the waiting with the signal's reason.
 */
export async function retrying<T>(
  rule: RetryRule,
  signal: AbortSignal | undefined,
  attempt: () => Promise<T>,
): Promise<T> {
  for (let failures = 0; ;) {
    signal?.throwIfAborted();
    try {
      return await attempt();
    } catch (error) {
      failures += 1;
      if (!isTriedAgain(error, failures, rule)) throw error;
      await backOff(rule, failures, signal);
      if (rule.until?.aborted === true) throw error;
    }
  }
}

/**
 * The same for a stream: `open` is called again after a failure and must continue where the last stream
 * stopped. Every item that arrives starts the count of attempts anew.
 */
export async function* retryingStream<T>(
  rule: RetryRule,
  signal: AbortSignal | undefined,
  open: () => AsyncIterable<T>,
): AsyncGenerator<T, void, undefined> {
  for (let failures = 0; ;) {
    signal?.throwIfAborted();
    try {
      for await (const item of open()) {
        failures = 0;
        yield item;
      }
      return;
    } catch (error) {
      failures += 1;
      if (!isTriedAgain(error, failures, rule)) throw error;
      await backOff(rule, failures, signal);
      if (rule.until?.aborted === true) throw error;
    }
  }
}

/** Whether a call is tried again that has failed so many times in a row, this the last of them. */
export function isTriedAgain(error: unknown, failures: number, rule: RetryRule): boolean {
  if (rule.until?.aborted === true) return false;
  if (rule.waitsForOwn === true && error instanceof StrongroomError && error.code === 'RATE_LIMITED') {
    return failures < Math.min(rule.attempts, PATIENT.attempts);
  }
  return mayPass(error, rule) && failures < rule.attempts;
}

function mayPass(error: unknown, { onImpostor }: RetryRule): boolean {
  if (!(error instanceof StrongroomError)) return false;
  if (onImpostor === undefined || !isImpostor(error)) return error.code === 'UNREACHABLE';
  onImpostor(error);
  return true;
}

async function backOff(rule: RetryRule, failures: number, signal: AbortSignal | undefined): Promise<void> {
  const bound = Math.min(rule.capMs, rule.baseMs * 2 ** (failures - 1));
  const ends = [signal, rule.until].filter((end) => end !== undefined);
  try {
    await sleep(randomInt(Math.ceil(bound) + 1), undefined, { signal: AbortSignal.any(ends) });
  } catch {
    // The timer's own AbortError hides why; the caller wants the reason of its signal.
    signal?.throwIfAborted();
  }
}
