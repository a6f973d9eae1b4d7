/** The witness service as a client sees it. What comes back is the aggregator's word, for the caller to verify. */
import type { CallOptions, ClientOf } from './call.ts';
import type { WitnessMethods } from './contract.ts';
import type { CosignedRequest } from './messages.ts';
import { retrying, type RetryRule } from './retry.ts';

const TIMEOUT_MS = 30_000;

export class WitnessClient {
  readonly #methods: ClientOf<WitnessMethods>;
  readonly #rule: RetryRule;

  constructor(methods: ClientOf<WitnessMethods>, rule: RetryRule) {
    this.#methods = methods;
    this.#rule = rule;
  }

  /** Hands in a cosigned checkpoint. Throws LOG_INCONSISTENT where the aggregator's log is another. */
  async cosign(checkpoint: string, { signal }: Pick<CallOptions, 'signal'> = {}): Promise<void> {
    await retrying(this.#rule, signal, () =>
      this.#methods.Cosign({ checkpoint }, { signal, timeoutMs: TIMEOUT_MS }),
    );
  }

  /** The note of a checkpoint with its cosignatures. Throws NOT_FOUND where the log has not that size yet. */
  async cosigned(request: CosignedRequest, { signal }: Pick<CallOptions, 'signal'> = {}): Promise<string> {
    const timeoutMs = request.waitMs + TIMEOUT_MS;
    const { checkpoint } = await retrying(this.#rule, signal, () =>
      this.#methods.Cosigned(request, { signal, timeoutMs }),
    );
    return checkpoint;
  }
}
