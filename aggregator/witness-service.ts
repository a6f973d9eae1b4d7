/** Takes in the cosignatures of witnesses, and hands them out. */
import { StrongroomError } from '../proto/errors.ts';
import type { Caller } from '../transport/authorisation.ts';
import { WITNESSES } from '../transport/contract.ts';
import type {
  CosignedRequest,
  CosignedResponse,
  CosignRequest,
  CosignResponse,
} from '../transport/messages.ts';
import { service, type CallContext, type Service } from '../transport/server.ts';
import type { Consortium } from '../trust/consortium.ts';
import { equalBytes } from '../trust/digest.ts';
import { cosignaturesOf, openCosigned, requireWitnesses } from '../trust/log/cosignature.ts';
import type { Cosignatures } from './cosignatures.ts';
import type { PartyLimits } from './limits.ts';
import type { LogStore } from './log-store.ts';

const MAX_WITNESSES = 64;
const MAX_WAIT_MS = 30_000;

export interface WitnessServiceOptions {
  readonly limits: PartyLimits;
  readonly log: LogStore;
  readonly cosignatures: Cosignatures;
  /** The signed checkpoint of the first `size` entries. */
  readonly checkpoint: (size: number) => string;
  readonly consortium: () => Consortium;
}

export function witnessService(options: WitnessServiceOptions): Service {
  return service(WITNESSES, {
    Cosign: (request, { caller }) => cosign(options, request, caller),
    Cosigned: (request, context) => cosigned(options, request, context),
  });
}

function cosign(
  { log, cosignatures, checkpoint, consortium }: WitnessServiceOptions,
  { checkpoint: note }: CosignRequest,
  { party }: Caller,
): CosignResponse {
  const { log: identity, witnesses } = consortium();
  const shown = openCosigned(note, identity, witnesses);
  requireWitnesses(shown, [party]);
  const own = shown.size <= log.size ? log.tree.root(shown.size) : undefined;
  if (own === undefined || !equalBytes(own, shown.root)) {
    throw new StrongroomError(
      'LOG_INCONSISTENT',
      `${party} has cosigned another log of ${shown.size} entries.`,
      {
        details: { check: 'split-view', held: checkpoint(Math.min(shown.size, log.size)), shown: note },
      },
    );
  }
  cosignatures.add(shown.size, party, cosignaturesOf(note, identity.origin, [party]));
  return {};
}

async function cosigned(
  { limits, log, cosignatures, checkpoint }: WitnessServiceOptions,
  { size, witnesses, waitMs }: CosignedRequest,
  { caller, signal }: CallContext,
): Promise<CosignedResponse> {
  if (!Number.isSafeInteger(size) || size < 0 || size > log.size) {
    throw new StrongroomError('NOT_FOUND', `The log has ${log.size} entries, not ${size}.`);
  }
  if (witnesses.length > MAX_WITNESSES || waitMs > MAX_WAIT_MS) {
    throw new StrongroomError('DOCUMENT_INVALID', 'Too many witnesses, or too long a wait.');
  }
  using _open = limits.stream(caller.party);
  const named = [...new Set(witnesses)];
  const over = AbortSignal.any([signal, AbortSignal.timeout(waitMs)]);
  for (;;) {
    const best = cosignatures.best(named, { from: size, to: log.size, prefer: 'smallest' });
    if (best?.count === named.length || named.length === 0 || over.aborted) {
      const found = best?.size ?? size;
      return { checkpoint: checkpoint(found) + cosignatures.lines(found) };
    }
    await cosignatures.next(over);
  }
}
