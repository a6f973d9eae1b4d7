/** What a task costs each party, estimated from its parameters: bytes that it moves, and time that it computes. */
import type { PaillierParameters } from '../schemes/paillier/parameters.ts';
import type { RlweParameters } from '../schemes/scheme.ts';
import type { Fit } from './fit.ts';
import { BFV_MICROSECONDS, LINK_BYTES_PER_MILLISECOND, PAILLIER_MILLISECONDS } from './speeds.ts';

/** Of one party; without the signed documents, which are small and the same for every scheme. */
interface Cost {
  /** Bytes. */
  readonly sends: number;
  readonly reads: number;
  /** Milliseconds of one core. */
  readonly computesMs: number;
}

/** One party of each role. */
export interface TaskCost {
  readonly inputParty: Cost;
  readonly keyHolder: Cost;
  /** Everything that a party sends passes through it. */
  readonly aggregator: Cost;
  readonly outputParty: Cost;
}

/** What the estimate rests on. */
type Basis = Pick<Fit, 'parameters' | 'ciphertexts'>;

export function costOf({ parameters, ciphertexts }: Basis): TaskCost {
  const { holders, contributors, ciphertextBytes, outputBytes, jointKeyBytes } = parameters;
  const { ceremony, times, sharesBytes } =
    parameters.scheme === 'paillier'
      ? paillierCost(parameters, ciphertexts)
      : rlweCost(parameters, ciphertexts);
  const inputBytes = ciphertexts * ciphertextBytes;
  const inputParty = { sends: inputBytes, reads: jointKeyBytes, computesMs: times.encrypt };
  const evaluationMs = times.take * contributors;
  const keyHolder = {
    sends: ceremony.sends + jointKeyBytes + sharesBytes,
    reads: ceremony.reads + contributors * inputBytes,
    computesMs: times.ceremony + evaluationMs + times.release,
  };
  const outputParty = {
    sends: 0,
    reads: jointKeyBytes + holders * sharesBytes + ciphertexts * outputBytes,
    computesMs: times.combine,
  };
  const aggregator = {
    sends: contributors * inputParty.reads + holders * keyHolder.reads + outputParty.reads,
    reads: contributors * inputParty.sends + holders * keyHolder.sends,
    computesMs: evaluationMs,
  };
  return { inputParty, keyHolder, aggregator, outputParty };
}

/**
 * The figure that schemes are compared by, in milliseconds:
 *
 *     Σ over all parties of (time that it computes + bytes that it sends and reads / 10 MB/s).
 *
 * The sum, and not the longest path: whether 2,000 contributors send at the same time is not for a plan to know,
 * and what each of them spends counts however much of it happens at once.
 */
export const totalMs = (basis: Basis): number =>
  spentMs(costOf(basis), basis.parameters.contributors, basis.parameters.holders);

function spentMs(
  { inputParty, keyHolder, aggregator, outputParty }: TaskCost,
  contributors: number,
  holders: number,
): number {
  const spends = ({ sends, reads, computesMs }: Cost): number =>
    computesMs + (sends + reads) / LINK_BYTES_PER_MILLISECOND;
  return (
    contributors * spends(inputParty) + holders * spends(keyHolder) + spends(aggregator) + spends(outputParty)
  );
}

/** One line for each role, and the figure that schemes are compared by. */
export function costLines(cost: TaskCost, contributors: number, holders: number): string[] {
  const { inputParty, keyHolder, aggregator, outputParty } = cost;
  const line = (role: string, { sends, reads, computesMs }: Cost, after = ''): string =>
    `${role}: ${sends === 0 ? '' : `sends ${bytes(sends)}, `}reads ${bytes(reads)}, ` +
    `computes ${duration(computesMs)}${after}`;
  return [
    line('each input party', inputParty, ' after reading its table'),
    line('each key holder', keyHolder),
    line('aggregator', aggregator),
    line('output party', outputParty),
    `all parties together, with what passes over links of 10 MB/s: ${duration(spentMs(cost, contributors, holders))}`,
  ];
}

/** What differs between the schemes. */
interface SchemeCost {
  /** Bytes of the key ceremony that a holder sends and reads. */
  readonly ceremony: { readonly sends: number; readonly reads: number };
  /** Bytes of the partial decryptions of one holder. */
  readonly sharesBytes: number;
  /** Milliseconds. */
  readonly times: {
    readonly ceremony: number;
    readonly encrypt: number;
    /** To check and add what one input party sends. */
    readonly take: number;
    readonly release: number;
    readonly combine: number;
  };
}

/** Both rounds are read from all holders, one’s own messages included. The operations of ckks take no longer than those of bfv. */
function rlweCost(parameters: RlweParameters, ciphertexts: number): SchemeCost {
  const { holders, ringDegree, dataPrimes, contributionBytes, shareBytes } = parameters;
  const words = ringDegree * dataPrimes.length;
  const ms = (operation: keyof typeof BFV_MICROSECONDS, times: number): number =>
    (BFV_MICROSECONDS[operation] * words * times) / 1000;
  return {
    ceremony: { sends: 2 * contributionBytes, reads: 2 * holders * contributionBytes },
    sharesBytes: ciphertexts * shareBytes,
    times: {
      ceremony: ms('ceremony', 1),
      encrypt: ms('encrypt', ciphertexts),
      take: ms('add', ciphertexts),
      release: ms('release', ciphertexts),
      combine: ms('combine', ciphertexts),
    },
  };
}

/** The measured ceremony has three holders; what one of them does grows with the messages that it reads. */
function paillierCost(parameters: PaillierParameters, ciphertexts: number): SchemeCost {
  const { holders, ceremonyBytes, shareBytes, shareProofBytes, modulusBits } = parameters;
  const ms = PAILLIER_MILLISECONDS[modulusBits];
  return {
    ceremony: { sends: ceremonyBytes, reads: (holders - 1) * ceremonyBytes },
    sharesBytes: ciphertexts * shareBytes + shareProofBytes,
    times: {
      ceremony: (ms.ceremony * holders) / 3,
      encrypt: ciphertexts * (ms.encrypt + ms.proveKnowledge),
      take: ciphertexts * (ms.verifyKnowledge + ms.add),
      release: ciphertexts * ms.share + ms.proveShares,
      combine: holders * ms.verifyShares + ciphertexts * ms.combine,
    },
  };
}

export const bytes = (count: number): string =>
  count < 1e6
    ? `${Math.ceil(count / 1e3)} kB`
    : count < 1e9
      ? `${(count / 1e6).toFixed(1)} MB`
      : `${(count / 1e9).toFixed(1)} GB`;

/** `about 20 ms`, `about 4 s`, `about 17 min`. */
export function duration(milliseconds: number): string {
  if (milliseconds < 1e3) return `about ${Math.ceil(milliseconds / 10) * 10} ms`;
  return milliseconds < 600e3
    ? `about ${Math.ceil(milliseconds / 1e3)} s`
    : `about ${Math.ceil(milliseconds / 60e3)} min`;
}
