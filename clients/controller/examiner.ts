/**
 * Recomputes and proves in threads beside the controller, so that a key ceremony of seconds does not keep it from
 * following the log. One recomputation at a time, since each may need the memory of a whole input set; evidence, which
 * rests on a few objects, is proved meanwhile.
 */
import type { FetchAll, SignedBlob } from '../../trust/evaluation.ts';
import type { Claim, Evidence } from '../../trust/evidence.ts';
import { ThreadPool } from '../../trust/threads/pool.ts';
import type { ControllerCalls, Fault, Job } from './thread-calls.ts';

const PROGRAM = new URL('./thread.ts', import.meta.url);
/** One to recompute, one to prove. */
const THREADS = 2;

export class Examiner implements Disposable {
  readonly #threads = new ThreadPool<ControllerCalls>(PROGRAM, { most: THREADS });
  readonly #fetchAll: FetchAll;
  #last: Promise<unknown> = Promise.resolve();

  constructor(fetchAll: FetchAll) {
    this.#fetchAll = fetchAll;
  }

  /** What somebody has done wrong. Throws where an object cannot be fetched. */
  faults(job: Job): Promise<readonly Fault[]> {
    const turn = this.#last.then(() => this.#threads.call('recompute', job, this.#fetchAll));
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  /** What this evidence proves; `objects` are those that need not stand in it. Throws EVIDENCE_INVALID where it proves nothing. */
  prove(evidence: Evidence, pinned: string, objects: readonly SignedBlob[]): Promise<Claim> {
    const named = new Map(objects.map((object) => [object.blob.digest, object]));
    const fetchNamed: FetchAll = (signed) =>
      this.#fetchAll(Array.from(signed, (one) => named.get(one.blob.digest) ?? one));
    return this.#threads.call('prove', { evidence, pinned }, fetchNamed);
  }

  [Symbol.dispose](): void {
    this.#threads[Symbol.dispose]();
  }
}
