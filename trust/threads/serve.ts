/** The side of a worker thread: it answers calls, side by side, and fetches objects through whoever has called. */
import { parentPort } from 'node:worker_threads';
import type { FetchAll, SignedBlob } from '../evaluation.ts';
import { groupsOf } from '../groups.ts';
import { errorOf, failureOf } from './failure.ts';
import type { Calls, ThreadMessage, ThreadRequest } from './messages.ts';

/** How a program answers each of its calls. */
export type Handlers<C extends Calls<C>> = {
  readonly [N in keyof C]: (
    argument: C[N]['argument'],
    fetchAll: FetchAll,
  ) => Promise<C[N]['result']> | C[N]['result'];
};

/** Objects that travel to a thread together. */
const GROUP_OBJECTS = 512;
const GROUP_BYTES = 4 * 1024 * 1024;

const waiting = new Map<number, PromiseWithResolvers<readonly Uint8Array[]>>();
let asked = 0;

/**
 * Serves for as long as the thread lives. Arguments and results are copied. Results of the `secret` calls, lists of
 * bytes, are wiped here once they are handed over; secrets in arguments each handler wipes itself.
 */
export function serveCalls<C extends Calls<C>>(
  handlers: Handlers<C>,
  secret: readonly (keyof C & string)[] = [],
): void {
  parentPort?.on('message', (request: ThreadRequest) => {
    if ('fetched' in request) {
      arrive(request);
      return;
    }
    const { call, name, argument } = request;
    void answer(call, () => handlers[name as keyof C](argument as never, fetchFor(call))).then((result) => {
      if (secret.some((other) => other === name)) for (const bytes of result as Uint8Array[]) bytes.fill(0);
    });
  });
}

async function answer(call: number, handle: () => unknown): Promise<unknown> {
  try {
    const result = await handle();
    say({ answered: call, result });
    return result;
  } catch (error) {
    say({ answered: call, failed: failureOf(error) });
    return [];
  }
}

const say = (message: ThreadMessage): void => parentPort?.postMessage(message);

/** The next group is on its way while the caller computes with the one before it. */
function fetchFor(call: number): FetchAll {
  return async function* (signed) {
    let coming: Promise<readonly Uint8Array[]> | undefined;
    for (const group of groupsOf(signed, ({ blob }) => blob.size, GROUP_BYTES, GROUP_OBJECTS)) {
      const next = ask(call, group);
      // Whoever awaits it hears of a failure; the caller may have stopped before.
      next.catch(() => undefined);
      if (coming !== undefined) yield* await coming;
      coming = next;
    }
    if (coming !== undefined) yield* await coming;
  };
}

function ask(of: number, signed: readonly SignedBlob[]): Promise<readonly Uint8Array[]> {
  const arriving = Promise.withResolvers<readonly Uint8Array[]>();
  waiting.set(++asked, arriving);
  say({ fetch: asked, of, signed });
  return arriving.promise;
}

function arrive(request: Extract<ThreadRequest, { fetched: number }>): void {
  const arriving = waiting.get(request.fetched);
  waiting.delete(request.fetched);
  if ('objects' in request) arriving?.resolve(request.objects);
  else arriving?.reject(errorOf(request.failed));
}
