/** One holder's part of a candidate, (p_i, q_i), out of the 32-byte seed of that candidate: `candidate-form.ts`. */
import { createHash } from 'node:crypto';
import { bitLength, byteLength, fromBytes } from '../integers.ts';
import type { CandidateForm } from './candidate-form.ts';

export interface CandidatePart {
  readonly p: bigint;
  readonly q: bigint;
}

/** Bits drawn beyond what a multiple needs: it is uniform but for a statistical distance of 2^−128. */
const SPARE_BYTES = 16;
/** Drawn for the pair of residues modulo one prime: uniform but for 2^−33. */
const RESIDUE_BYTES = 6;

export type CandidateExpander = (seed: Uint8Array) => CandidatePart;

/** The function from seeds to parts of holder `holder`, counted from 0. */
export function candidateExpander(form: CandidateForm, holder: number): CandidateExpander {
  const width = byteLength(bitLength(form.multiples)) + SPARE_BYTES;
  const units = holder === 0 ? unitBasis(form) : [];
  const length = 2 * width + RESIDUE_BYTES * units.length;
  const multiple = (bytes: Buffer): bigint =>
    form.step * ((fromBytes(bytes) * form.multiples) >> BigInt(8 * width));
  return (seed) => {
    const bytes = createHash('shake256', { outputLength: length })
      .update('strongroom/1/paillier/candidate')
      .update(seed)
      .digest();
    const residues = holder === 0 ? unitPair(form, units, bytes.subarray(2 * width)) : { p: 0n, q: 0n };
    const p = multiple(bytes.subarray(0, width)) + residues.p;
    const q = multiple(bytes.subarray(width, 2 * width)) + residues.q;
    bytes.fill(0);
    return { p, q };
  };
}

/** For each odd prime ℓ of M the number that is 1 modulo ℓ and 0 modulo M/ℓ. */
function unitBasis({ sieved, step }: CandidateForm): bigint[] {
  return sieved.map((prime) => {
    const others = step / BigInt(prime);
    return others * BigInt(inverseModulo(Number(others % BigInt(prime)), prime));
  });
}

/** lowest + a unit modulo M that is 3 modulo 4, twice: for each ℓ a pair of units other than (1, 1). */
function unitPair(form: CandidateForm, basis: readonly bigint[], bytes: Buffer): CandidatePart {
  const quarter = form.step / 4n;
  const threeModuloFour = quarter * (quarter % 4n === 3n ? 1n : 3n);
  let [p, q] = [threeModuloFour, threeModuloFour];
  form.sieved.forEach((prime, i) => {
    const pairs = (prime - 1) ** 2;
    const pair = 1 + (bytes.readUIntBE(RESIDUE_BYTES * i, RESIDUE_BYTES) % (pairs - 1));
    const unit = basis[i] ?? 0n;
    p += unit * BigInt(1 + Math.floor(pair / (prime - 1)));
    q += unit * BigInt(1 + (pair % (prime - 1)));
  });
  return { p: form.lowest + (p % form.step), q: form.lowest + (q % form.step) };
}

/** For a prime of a few hundred at most. */
function inverseModulo(value: number, prime: number): number {
  for (let inverse = 1; inverse < prime; inverse += 1) if ((value * inverse) % prime === 1) return inverse;
  throw new RangeError('zero has no inverse');
}
