/**
 * SEAL contexts are slow to make and weigh about 10 MB, so a process shares one for each parameter set, and
 * keeps the last few that nobody uses any more for the next task.
 */
import type { SEALContext } from 'node-seal/allows';
import { guarded, makeContext, type ContextShape, type Engine } from './engine.ts';

/** The ring of the keys, and two plain moduli. */
const IDLE_KEPT = 3;

interface Entry {
  readonly context: SEALContext;
  users: number;
}

const entries = new Map<string, Entry>();

/** A context in use; disposing of it gives it back. */
export interface ContextLease extends Disposable {
  readonly engine: Engine;
  readonly context: SEALContext;
}

/** The context of this shape, made now where the process has none yet. */
export function leaseContext(engine: Engine, shape: ContextShape): ContextLease {
  const key = [shape.scheme, shape.ringDegree, ...shape.primes, shape.plainModulus, shape.secure].join();
  const entry = entries.get(key) ?? {
    context: guarded('setting up its parameters', () => makeContext(engine, shape)),
    users: 0,
  };
  entry.users += 1;
  entries.delete(key);
  entries.set(key, entry);
  let held = true;
  const giveBack = (): void => {
    if (!held) return;
    held = false;
    entry.users -= 1;
    evictIdle();
  };
  return { engine, context: entry.context, [Symbol.dispose]: giveBack };
}

/** Frees the least recently leased of the idle contexts. */
function evictIdle(): void {
  const idle = [...entries].filter(([, entry]) => entry.users === 0);
  for (const [key, entry] of idle.slice(0, Math.max(0, idle.length - IDLE_KEPT))) {
    entries.delete(key);
    entry.context.delete();
  }
}
