/** A service as a client sees it, whose calls are tried again by one rule. */
import type { CallOptions, ClientOf } from './call.ts';
import { retrying, type RetryRule } from './retry.ts';

const TIMEOUT_MS = 30_000;

export class RetryingClient<M extends object> {
  protected readonly methods: ClientOf<M>;
  protected readonly rule: RetryRule;

  constructor(methods: ClientOf<M>, rule: RetryRule) {
    this.methods = methods;
    this.rule = rule;
  }

  /** Calls a method; `waitMs` is how long the service may wait before it answers. */
  protected ask<Q, R>(
    method: (request: Q, options: CallOptions) => Promise<R>,
    request: Q,
    { signal, waitMs = 0 }: Pick<CallOptions, 'signal'> & { waitMs?: number } = {},
  ): Promise<R> {
    return retrying(this.rule, signal, () => method(request, { signal, timeoutMs: waitMs + TIMEOUT_MS }));
  }
}
