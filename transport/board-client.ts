/**
 * The board as a client sees it: appends and follows, through broken connections. What comes back is the
 * aggregator's word; whether it hashes to its checkpoint is for the caller's `LogFollower` to judge.
 */
import type { CallOptions } from './call.ts';
import type { BoardMethods } from './contract.ts';
import type { AppendResponse, FollowResponse, ProveRequest, ProveResponse } from './messages.ts';
import { retryingStream } from './retry.ts';
import { RetryingClient } from './retrying-client.ts';

export class BoardClient extends RetryingClient<BoardMethods> {
  /**
   * Appends a signed envelope; durable at the aggregator when it resolves. Appending the same bytes again
   * gives the same index. Throws what the aggregator refused with; UNREACHABLE, TIMED_OUT.
   */
  append(envelope: Uint8Array, options: Pick<CallOptions, 'signal'> = {}): Promise<AppendResponse> {
    return this.ask(this.methods.Append, { envelope }, options);
  }

  /**
   * The entries from `from` on, in batches, each with the checkpoint of the log that ends with it. With `tail`
   * it goes on for ever and resumes by itself when the connection breaks; else it ends at the newest entry.
   * Throws LOG_INCONSISTENT where the log is shorter than `from`, and the reason of an aborted signal.
   */
  async *follow(
    from: number,
    { tail = false, signal }: { tail?: boolean; signal?: AbortSignal | undefined } = {},
  ): AsyncGenerator<FollowResponse, void, undefined> {
    let next = from;
    const open = () => this.methods.Follow({ from: next, tail }, { signal });
    for await (const batch of retryingStream(this.rule, signal, open)) {
      next += batch.entries.length;
      yield batch;
    }
  }

  /** Inclusion and consistency proofs. Throws NOT_FOUND for sizes and indices that the log does not have. */
  prove(request: ProveRequest, options: Pick<CallOptions, 'signal'> = {}): Promise<ProveResponse> {
    return this.ask(this.methods.Prove, request, options);
  }
}
