/** Many inputs for one decoder, and what came of them. */
import type { Decoder } from './decoder.ts';
import { inputOf, judge } from './judge.ts';

interface Finding {
  readonly what: string;
  /** The first iteration that showed it, and how many did. */
  readonly iteration: number;
  times: number;
}

export interface Tally {
  inputs: number;
  accepted: number;
  /** Refusals by code. */
  readonly refused: Record<string, number>;
  /** By what they show. */
  readonly findings: Finding[];
}

export interface Campaign {
  readonly target: string;
  readonly seed: number;
  /** Whether to go on; asked before every iteration, with its number. */
  readonly goOn: (iteration: number, tally: Tally) => boolean | Promise<boolean>;
  readonly onFinding?: (finding: Finding, input: Uint8Array) => void;
}

/** Feeds inputs 0, 1, 2 … until `goOn` says no. Nothing a decoder does makes it throw. */
export async function fuzz(
  decoder: Decoder<unknown>,
  { target, seed, goOn, onFinding }: Campaign,
): Promise<Tally> {
  const tally: Tally = { inputs: 0, accepted: 0, refused: {}, findings: [] };
  for (let iteration = 0; await goOn(iteration, tally); iteration += 1) {
    const input = inputOf(decoder, target, seed, iteration);
    if (decoder.corpus.some((valid) => Buffer.compare(valid, input) === 0)) continue;
    tally.inputs += 1;
    const verdict = await judge(decoder, input);
    if (verdict.outcome === 'accepted') tally.accepted += 1;
    else if (verdict.outcome === 'refused')
      tally.refused[verdict.code] = (tally.refused[verdict.code] ?? 0) + 1;
    else note(tally, { what: verdict.what, iteration, times: 1 }, (finding) => onFinding?.(finding, input));
  }
  return tally;
}

/** The first complaint about a valid input; undefined where all are accepted. */
export async function complaintAboutCorpus(decoder: Decoder<unknown>): Promise<string | undefined> {
  if (decoder.corpus.length === 0) return 'there is no valid input';
  for (const [i, bytes] of decoder.corpus.entries()) {
    const verdict = await judge(decoder, bytes);
    if (verdict.outcome === 'accepted') continue;
    const why = verdict.outcome === 'refused' ? `is refused with ${verdict.code}` : verdict.what;
    return `valid input ${i} of ${decoder.corpus.length}: ${why}`;
  }
  return undefined;
}

function note({ findings }: Tally, finding: Finding, tell: (finding: Finding) => void): void {
  const known = findings.find(({ what }) => what === finding.what);
  if (known !== undefined) {
    known.times += 1;
    return;
  }
  findings.push(finding);
  tell(finding);
}
