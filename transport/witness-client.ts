/** The witness service as a client sees it. What comes back is the aggregator's word, for the caller to verify. */
import type { CallOptions } from './call.ts';
import type { WitnessMethods } from './contract.ts';
import type { CosignedRequest } from './messages.ts';
import { RetryingClient } from './retrying-client.ts';

export class WitnessClient extends RetryingClient<WitnessMethods> {
  /** Hands in a cosigned checkpoint. Throws LOG_INCONSISTENT where the aggregator's log is another. */
  async cosign(checkpoint: string, options: Pick<CallOptions, 'signal'> = {}): Promise<void> {
    await this.ask(this.methods.Cosign, { checkpoint }, options);
  }

  /** The note of a checkpoint with its cosignatures. Throws NOT_FOUND where the log has not that size yet. */
  async cosigned(request: CosignedRequest, options: Pick<CallOptions, 'signal'> = {}): Promise<string> {
    const { waitMs } = request;
    const { checkpoint } = await this.ask(this.methods.Cosigned, request, { ...options, waitMs });
    return checkpoint;
  }
}
