/** The board: appends what is admitted, streams the log, and proves what stands in it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { StrongroomError } from '../proto/errors.ts';
import type { Caller } from '../transport/authorisation.ts';
import { CHUNK_LIMIT } from '../transport/chunks.ts';
import { BOARD } from '../transport/contract.ts';
import type {
  AppendResponse,
  FollowRequest,
  FollowResponse,
  ProveRequest,
  ProveResponse,
} from '../transport/messages.ts';
import { service, type CallContext, type Service } from '../transport/server.ts';
import type { Signer } from '../trust/ed25519.ts';
import { signCheckpoint } from '../trust/log/checkpoint.ts';
import type { PartyLimits } from './limits.ts';
import type { LogStore } from './log-store.ts';

// Above what `parseEnvelope` accepts, and below the 4 MiB of a gRPC message with its checkpoint.
const ENVELOPE_LIMIT = 3 * 1024 * 1024;

/**
 * Every batch costs its follower a signature to verify and a flush of its disk, so a follower gets at most
 * `BATCHES_PER_SECOND` of them in the long run, and `BURST` at once: single entries go out as they come, and of
 * thousands that come one after the other each batch takes many.
 */
const BATCHES_PER_SECOND = 10;
const BURST = 16;

export interface BoardOptions {
  readonly log: LogStore;
  /** The signed checkpoint of the first `size` entries. */
  readonly checkpoint: (size: number) => string;
  readonly limits: PartyLimits;
  /** Whether a document claims to be a proposal, of which a party may hand in so many an hour; asked first of all. */
  readonly isProposal?: (envelope: Uint8Array) => boolean;
  /**
   * Whether the document may be the next entry, from the log as it is in this tick. Throws the reason why not.
   * Called before `examine`, and again in the tick in which the entry is appended.
   */
  readonly admit: (envelope: Uint8Array, caller: Caller) => void;
  /** What takes longer, such as validating what the document refers to. Rejects with the reason why not. */
  readonly examine?: (envelope: Uint8Array, caller: Caller) => Promise<void>;
}

/** Signs the head of a log at any size that it has had. */
export function checkpointsOf(log: LogStore, origin: string, signer: Signer): (size: number) => string {
  return (size) => signCheckpoint({ origin, size, root: log.tree.root(size) }, signer);
}

export function boardService(options: BoardOptions): Service {
  return service(BOARD, {
    Append: ({ envelope }, { caller }) => append(options, envelope, caller),
    Follow: (request, context) => follow(options, request, context),
    Prove: (request) => prove(options, request),
  });
}

async function append(
  { log, limits, isProposal, checkpoint, admit, examine }: BoardOptions,
  envelope: Uint8Array,
  caller: Caller,
): Promise<AppendResponse> {
  if (envelope.length > ENVELOPE_LIMIT) {
    throw new StrongroomError('DOCUMENT_INVALID', `A document has at most ${ENVELOPE_LIMIT} bytes.`);
  }
  if (log.find(envelope) === undefined) {
    if (isProposal?.(envelope) === true) limits.proposal(caller.party);
    admit(envelope, caller);
    await examine?.(envelope, caller);
    // The log may have grown meanwhile, also by the same document.
    if (log.find(envelope) === undefined) admit(envelope, caller);
  }
  const index = log.append(envelope);
  const size = log.size;
  return { index, checkpoint: checkpoint(size), inclusionProof: log.tree.inclusionProof(index, size) };
}

async function* follow(
  { log, limits, checkpoint }: BoardOptions,
  { from, tail }: FollowRequest,
  { caller, signal }: CallContext,
): AsyncGenerator<FollowResponse, void, undefined> {
  using _open = limits.stream(caller.party);
  if (!Number.isSafeInteger(from) || from > log.size) {
    throw new StrongroomError(
      'LOG_INCONSISTENT',
      `The log has ${log.size} entries; you ask for those from ${from} on.`,
    );
  }
  if (from === log.size) yield { entries: [], checkpoint: checkpoint(from) };
  const pace = openPace();
  for (let next = from; ;) {
    signal.throwIfAborted();
    const entries = log.read(next, CHUNK_LIMIT);
    if (entries.length > 0) {
      next += entries.length;
      yield { entries, checkpoint: checkpoint(next) };
    } else if (tail) {
      await log.grown(next, signal);
      await pace(signal);
    } else {
      return;
    }
  }
}

/** A token bucket: resolves at once while there are tokens, else when there is one. Throws an abort's reason. */
function openPace(): (signal: AbortSignal) => Promise<void> {
  let tokens = BURST;
  let last = performance.now();
  return async (signal) => {
    const now = performance.now();
    tokens = Math.min(BURST, tokens + ((now - last) * BATCHES_PER_SECOND) / 1000);
    last = now;
    tokens -= 1;
    if (tokens >= 0) return;
    try {
      await sleep((-tokens * 1000) / BATCHES_PER_SECOND, undefined, { signal });
    } catch (error) {
      signal.throwIfAborted();
      throw error;
    }
  };
}

function prove({ log, checkpoint }: BoardOptions, request: ProveRequest): ProveResponse {
  const size = request.treeSize === 0 ? log.size : request.treeSize;
  const { index, firstSize } = request;
  const holds =
    isCount(size, 0, log.size) &&
    (index === undefined || isCount(index, 0, size - 1)) &&
    (firstSize === undefined || isCount(firstSize, 1, size));
  if (!holds)
    throw new StrongroomError('NOT_FOUND', `The log has ${log.size} entries; it cannot prove what is asked.`);
  return {
    checkpoint: checkpoint(size),
    inclusionProof: index === undefined ? [] : log.tree.inclusionProof(index, size),
    consistencyProof: firstSize === undefined ? [] : log.tree.consistencyProof(firstSize, size),
  };
}

function isCount(value: number, from: number, to: number): boolean {
  return Number.isSafeInteger(value) && value >= from && value <= to;
}
