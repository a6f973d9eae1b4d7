/** The operations of BFV for sums, beside plain node-seal and other systems. */
import type { BfvParameters } from '../../schemes/bfv/parameters.ts';
import type { Absent, Benchmark, Contestant, Scale } from '../harness/benchmark.ts';
import type { Setting } from '../harness/suite.ts';
import { here, inThreads, openWork, type ThreadWork } from '../harness/contestants.ts';
import { bfvParameterSets, lazyCommittee, type Committee } from '../work/committee.ts';
import type { SealJob } from '../work/node-seal.ts';
import type { Job } from '../work/ours.ts';
import { addedUp, perSlots } from '../work/values.ts';

const OURS = new URL('../work/ours.ts', import.meta.url).href;
const SEAL = new URL('../work/node-seal.ts', import.meta.url).href;
/** In a run, for each thread. */
const CIPHERTEXTS = { tiny: 2, quick: 6, full: 16 };
/** The set that most tasks plan. */
const USUAL = '8192 × 3';
/** Sets of primes that are measured; all of them where none is named. */
const SETS: Partial<Record<Scale, readonly string[]>> = { tiny: [USUAL], quick: [USUAL, '16384 × 4'] };

interface Operation {
  readonly name: string;
  readonly about: string;
  readonly unit: string;
  /** What ours.ts and node-seal.ts open for it, where they do. */
  readonly ours?: string;
  readonly seal: string;
  /** What peers call it. */
  readonly peers?: string;
  /** Whether it is worth measuring on all threads at once. */
  readonly parallel?: boolean;
}

const OPERATIONS: readonly Operation[] = [
  {
    name: 'encode',
    about: 'Values into the slots of plaintexts',
    unit: 'values',
    ours: 'encode',
    seal: 'encode',
    peers: 'bfv/encode',
  },
  {
    name: 'encrypt',
    about: 'Encoding, encryption under the public key, serialising',
    unit: 'values',
    ours: 'encrypt',
    seal: 'encrypt',
    peers: 'bfv/encrypt',
    parallel: true,
  },
  {
    name: 'load and validate',
    about: 'Every word of a ciphertext checked; node-seal loads with the checks of SEAL',
    unit: 'ciphertexts',
    ours: 'validate',
    seal: 'load',
  },
  {
    name: 'add',
    about: 'Serialised ciphertexts checked, loaded and added up; node-seal checks what SEAL checks',
    unit: 'ciphertexts',
    ours: 'add',
    seal: 'add',
    peers: 'bfv/add',
    parallel: true,
  },
  {
    name: 'partial decryption',
    about: "One key holder's share, smudged; node-seal decrypts with the one key that it has",
    unit: 'ciphertexts',
    ours: 'partialDecryption',
    seal: 'decrypt',
    peers: 'bfv/partial-decryption',
  },
  {
    name: 'decode',
    about:
      'Values from the slots of plaintexts; ours is exact integers without a kernel, as a browser runs it',
    unit: 'values',
    ours: 'decode',
    seal: 'decode',
  },
  {
    name: 'combine and decode',
    about: 'The values from the shares of all three, noise checked; node-seal decrypts and decodes',
    unit: 'values',
    ours: 'combine',
    seal: 'decryptAndDecode',
    peers: 'bfv/combine',
  },
];

export function bfvBlocks(setting: Setting): Benchmark[] {
  const { scale } = setting;
  const benchmarks: Benchmark[] = [];
  for (const [name, parameters] of bfvParameterSets()) {
    if (SETS[scale]?.includes(name) === false) continue;
    const committee = lazyCommittee(parameters);
    for (const operation of OPERATIONS) {
      if (scale === 'quick' && name !== USUAL && operation.parallel !== true) continue;
      benchmarks.push(blockOf(setting, name, operation, committee, parameters, 1));
      if (operation.parallel === true && setting.threads > 1) {
        benchmarks.push(blockOf(setting, name, operation, committee, parameters, setting.threads));
      }
    }
  }
  return benchmarks;
}

function blockOf(
  { scale, peers }: Setting,
  set: string,
  { name, about, unit, ours, seal, peers: asked }: Operation,
  committee: () => Promise<Committee>,
  parameters: BfvParameters,
  threads: number,
): Benchmark {
  const each = CIPHERTEXTS[scale];
  const ranges = Array.from({ length: threads }, (_, i) => ({ first: i * each, ciphertexts: each }));
  const plain = ranges.map((range): SealJob => ({ moduli: parameters, ...range }));
  const works = (module: string, open: string, jobs: readonly unknown[]): ThreadWork[] =>
    jobs.map((args) => ({ module, open, args }));
  return {
    name: `bfv/${name}, ${set}, ${threads === 1 ? '1 thread' : 'all threads'}`,
    about,
    unit,
    per: perSlots(unit, parameters.ringDegree),
    reference: 'node-seal',
    open: async (): Promise<(Contestant | Absent)[]> => {
      const made = await committee();
      const own = ranges.map((range): Job => ({ ...made, ...range, values: 'full', warmUp: 0 }));
      return [
        ...(ours === undefined ? [] : [await onThreads('strongroom', works(OURS, ours, own))]),
        await onThreads('node-seal', works(SEAL, seal, plain)),
        ...(asked === undefined
          ? []
          : await peers.contestants(asked, { ...sizeOf(parameters), ciphertexts: each * threads, threads })),
      ];
    },
  };
}

/** On this thread, or on as many as there are parts; the parts add up. */
function onThreads(name: string, works: readonly ThreadWork[]): Promise<Contestant> {
  const [work] = works;
  if (works.length > 1 || work === undefined) return inThreads(name, works, addedUp);
  return here(name, () => openWork(work));
}

/** The parameters as peers are told them. */
export function sizeOf(parameters: BfvParameters) {
  const { ringDegree, dataPrimes, specialPrime, plainModulus, holders, smudgingBound } = parameters;
  return { ringDegree, dataPrimes, specialPrime, plainModulus, holders, smudgingBound };
}
