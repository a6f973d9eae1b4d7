/** What a task costs each party, in words. Not part of the plan: a faster program must not change its digest. */
import type { Plan } from './plan.ts';

/**
 * Microseconds for each word (coefficient × data prime) of one ciphertext, rounded up: node-seal 7.0.0 on one of
 * two shared cores at N = 8192. The ceremony is once per task; it contains the check of the others’ messages.
 */
const MICROSECONDS = { ceremony: 16, encrypt: 1, add: 0.25, release: 3, combine: 1.5 };

/** One line for each role: bytes that it moves, and the time that it computes on one core. */
export function costLines({ parameters, contributors, holders, ciphertexts, upload }: Plan): string[] {
  const words = parameters.ringDegree * parameters.dataPrimes.length;
  const all = words * ciphertexts;
  const inputs = contributors * upload.inputBytes;
  const shares = holders * ciphertexts * parameters.shareBytes;
  const evaluation = MICROSECONDS.add * all * contributors;
  const holderTime = MICROSECONDS.ceremony * words + evaluation + MICROSECONDS.release * all;
  const holderReads = inputs + 2 * holders * parameters.contributionBytes;
  const outputReads = shares + ciphertexts * parameters.ciphertextBytes;
  return [
    `each input party: sends ${bytes(upload.inputBytes)}, computes ${time(MICROSECONDS.encrypt * all)} after reading its table`,
    `each key holder: sends ${bytes(upload.holderBytes)}, reads ${bytes(holderReads)}, computes ${time(holderTime)}`,
    `aggregator: stores ${bytes(inputs + holders * upload.holderBytes)}, computes ${time(evaluation)}`,
    `output party: reads ${bytes(outputReads)}, computes ${time(MICROSECONDS.combine * all)}`,
  ];
}

const bytes = (count: number): string =>
  count < 1e6
    ? `${Math.ceil(count / 1e3)} kB`
    : count < 1e9
      ? `${(count / 1e6).toFixed(1)} MB`
      : `${(count / 1e9).toFixed(1)} GB`;

const time = (microseconds: number): string =>
  microseconds < 1e6
    ? `about ${Math.ceil(microseconds / 1e4) * 10} ms`
    : `about ${Math.ceil(microseconds / 1e6)} s`;
