/** The operations of CKKS, beside the same operations of BFV on the same primes and as many values. */
import type { Benchmark } from '../harness/benchmark.ts';
import { here, type Work } from '../harness/contestants.ts';
import type { Setting } from '../harness/suite.ts';
import { bfvParameterSets, ckksParameters, lazyCommittee, type Committee } from '../work/committee.ts';
import { add, combine, encrypt, partialDecryption, validate, type Job } from '../work/ours.ts';
import { perSlots } from '../work/values.ts';

const CIPHERTEXTS = { tiny: 2, quick: 6, full: 16 };
const SET = '8192 × 3';

interface Operation {
  readonly name: string;
  readonly about: string;
  readonly unit: string;
  readonly open: (job: Job) => Promise<Work>;
}

const OPERATIONS: readonly Operation[] = [
  { name: 'encrypt', about: 'Encoding, encryption, serialising', unit: 'values', open: encrypt },
  {
    name: 'load and validate',
    about: 'Every word of a ciphertext checked',
    unit: 'ciphertexts',
    open: validate,
  },
  { name: 'add', about: 'Checked, loaded and added up', unit: 'ciphertexts', open: add },
  {
    name: 'partial decryption',
    about: "One key holder's share, smudged",
    unit: 'ciphertexts',
    open: partialDecryption,
  },
  {
    name: 'combine and decode',
    about: 'The values from the shares of all three, noise checked',
    unit: 'values',
    open: combine,
  },
];

export function ckksBlocks({ scale }: Setting): Benchmark[] {
  const parameters = ckksParameters(SET);
  const other = bfvParameterSets().get(SET);
  if (other === undefined) throw new RangeError(`BFV has no set ${SET}`);
  const [ckks, bfv] = [lazyCommittee(parameters), lazyCommittee(other)];
  const job = (committee: Committee): Job => ({
    ...committee,
    first: 0,
    ciphertexts: CIPHERTEXTS[scale],
    values: parameters.slots,
    warmUp: 0,
  });
  return OPERATIONS.map(({ name, about, unit, open }) => ({
    name: `ckks/${name}, ${SET}, 1 thread`,
    about: `${about}; the reference is BFV with as many primes`,
    unit,
    per: perSlots(unit, parameters.slots),
    reference: 'strongroom, bfv',
    open: () =>
      Promise.all([
        here('strongroom', async () => open(job(await ckks()))),
        here('strongroom, bfv', async () => open(job(await bfv()))),
      ]),
  }));
}
