/** The operations of Paillier, beside paillier-bigint and other systems, under a dealt key. */
import type { Absent, Benchmark, Contestant, Pace, Scale } from '../harness/benchmark.ts';
import type { Setting } from '../harness/suite.ts';
import { here, type Work } from '../harness/contestants.ts';
import { dealKey, type DealtKey } from '../work/dealt-paillier-key.ts';
import { add, combine, encrypt, partialDecryption, validate, type Job } from '../work/ours.ts';
import { addPlain, decryptPlain, encryptByOpenssl, encryptPlain, type PlainJob } from '../work/paillier.ts';

/** Ciphertexts of a run. */
const CIPHERTEXTS = { tiny: 1, quick: 1, full: 2 };
/** Inputs of a sum: their proofs are verified together. */
const INPUTS = { tiny: 2, quick: 24, full: 512 };
/** So many ciphertexts until the table of powers is made. */
const WARM_UP = { tiny: 0, quick: 50, full: 150 };
/** Where the reference takes seconds, and varies little: one ciphertext for each value. */
const SLOW: Partial<Record<Scale, Partial<Pace>>> = {
  quick: { warmUp: 0, leastRounds: 2 },
  full: { warmUp: 1, leastRounds: 4 },
};

export function paillierBlocks({ scale, peers }: Setting): Benchmark[] {
  const bits = scale === 'full' ? ([2048, 3072] as const) : ([2048] as const);
  return bits.flatMap((modulusBits) => {
    const task = { modulusBits, contributors: 1000, decryptions: 10, magnitude: 1n << 40n } as const;
    let made: DealtKey | undefined;
    const dealt = (): DealtKey => (made ??= dealKey(`bench ${modulusBits}`, task));
    const job = (values: number, ciphertexts: number): Job => ({
      ...dealt(),
      first: 0,
      ciphertexts,
      values,
      warmUp: WARM_UP[scale],
    });
    const plain = (values: number, ciphertexts: number): PlainJob => ({
      dealt: dealt(),
      ciphertexts,
      values,
    });
    const block = (
      name: string,
      about: string,
      unit: string,
      open: () => Promise<(Contestant | Absent)[]>,
    ): Benchmark => ({
      name: `paillier/${name}, ${modulusBits}, 1 thread`,
      about,
      unit,
      reference: 'paillier-bigint',
      open,
    });
    const both = (ours: (job: Job) => Promise<Work>, theirs: (job: PlainJob) => Work, ciphertexts: number) =>
      Promise.all([
        here('strongroom', () => ours(job(1, ciphertexts))),
        here('paillier-bigint', () => theirs(plain(1, ciphertexts))),
      ]);
    const inputs = INPUTS[scale];
    const few = CIPHERTEXTS[scale];
    return [
      {
        ...block(
          'encrypt',
          'Packed, with a proof that the party knows what it encrypts; paillier-bigint has one value a ciphertext',
          'values',
          async () => {
            const slots = scale === 'tiny' ? 2 : dealt().context.parameters.slots;
            const size = { modulusBits, values: few * slots, threads: 1 };
            return [
              await here('strongroom', () => encrypt(job(slots, few))),
              await here('OpenSSL r^N, packed', () => encryptByOpenssl(plain(slots, few))),
              await here('paillier-bigint', () => encryptPlain(plain(slots, few))),
              ...(await peers.contestants('paillier/encrypt', size)),
            ];
          },
        ),
        pace: SLOW[scale] ?? {},
      },
      {
        ...block(
          'validate',
          'The proofs of many inputs in batches; adding the same inputs up checks them likewise',
          'ciphertexts',
          () =>
            Promise.all([
              here('strongroom', () => validate(job(1, inputs))),
              here('strongroom, one by one', () => oneByOne(job(1, inputs))),
            ]),
        ),
        reference: 'strongroom, one by one',
      },
      block('add', 'Checked and added up; paillier-bigint checks nothing', 'ciphertexts', async () => [
        ...(await both(add, addPlain, inputs)),
        ...(await peers.contestants('paillier/add', { modulusBits, ciphertexts: inputs, threads: 1 })),
      ]),
      block(
        'partial decryption',
        "One key holder's share with its proof; paillier-bigint decrypts with the one key that it has",
        'ciphertexts',
        () => both(partialDecryption, decryptPlain, few),
      ),
      block(
        'combine and decode',
        'The values from the shares of all three, their proofs verified; paillier-bigint decrypts',
        'values',
        () => both(combine, decryptPlain, few),
      ),
    ];
  });
}

/** Every input verified by itself. */
async function oneByOne(job: Job): Promise<Work> {
  return validate(job, 1);
}
