import { choosePaillierParameters } from '../../schemes/paillier/parameters.ts';
import { cancel } from '../../clients/requester.ts';
import type { TaskLife } from '../../trust/life.ts';
import type { Benchmark, Contestant, Pace } from '../harness/benchmark.ts';
import { here, partsOf } from '../harness/contestants.ts';
import type { Setting, Suite } from '../harness/suite.ts';
import { bfvParameterSets } from '../work/committee.ts';
import { contributionsAlone, jointKeyOf, openedUnder, PaillierCeremony } from '../work/ceremonies.ts';
import { keyPair } from '../work/node-seal.ts';
import { BenchNetwork } from '../work/network.ts';
import { generatePlainKey } from '../work/paillier.ts';
import { checksum, fullVector } from '../work/values.ts';
import { sizeOf } from './blocks-bfv.ts';

const BETWEEN_DAEMONS = { tiny: [], quick: [3], full: [3, 5, 7] };
const HOLDERS = { tiny: [3], quick: [3, 5, 7], full: [3, 5, 7] };
/** What is long is run a few times only. */
const FEW: Partial<Pace> = { warmUp: 0, leastRounds: 1, mostRounds: 3, seconds: 60 };
/** After so long another system is given up; ours needs less than a tenth of it. */
const PEER_KEY_SECONDS = 600;
const SMALL_BITS = 128;
/** What takes some milliseconds, and is compiled while it runs. */
const MILLISECONDS: Partial<Pace> = { warmUp: 3, leastRounds: 9 };
/** Between daemons. */
const SOME: Partial<Pace> = { warmUp: 0, leastRounds: 2, mostRounds: 5, seconds: 3 };

/** The making of joint keys. */
export const ceremonies: Suite = {
  name: 'ceremonies',
  about:
    'joint keys of 3, 5 and 7 key holders: computation alone, and between daemons (Paillier in full runs)',
  benchmarks: (setting: Setting): Benchmark[] => {
    const { scale } = setting;
    return [
      ...HOLDERS[scale].map((holders) => bfvKey(setting, holders)),
      ...(scale === 'full' ? [] : [smallPaillierKey(setting)]),
      ...BETWEEN_DAEMONS[scale].map((holders) => betweenDaemons('bfv', holders)),
      ...(scale === 'full'
        ? HOLDERS.full.flatMap((holders) => [
            paillierKey(setting, holders, 2048),
            betweenDaemons('paillier', holders),
          ])
        : []),
      ...(scale === 'full' ? [paillierKey(setting, 3, 3072)] : []),
    ];
  },
};

/** The set of primes that most tasks plan. */
const USUAL = '8192 × 3';

function bfvKey({ scale, peers }: Setting, holders: number): Benchmark {
  return {
    name: `bfv joint key, K = ${holders}`,
    about:
      'All messages of all holders, one after another on one thread, and every check; node-seal makes one key pair',
    unit: 'keys',
    reference: 'node-seal',
    curve: { name: 'bfv joint key', along: 'K', at: holders },
    ...(scale === 'quick' && holders === 3 && { pace: MILLISECONDS }),
    open: async () => {
      const parameters = bfvParameterSets(holders).get(USUAL);
      if (parameters === undefined) throw new RangeError(`there is no set ${USUAL}`);
      const vector = fullVector(0, parameters.ringDegree);
      return [
        await here('strongroom', () =>
          jointKeyOf(parameters, async (made) => checksum(await openedUnder(made, vector))),
        ),
        await here(
          'strongroom, contributions alone',
          () => contributionsAlone(parameters, async (made) => checksum(await openedUnder(made, vector))),
          'as Lattigo makes it: secrets, common reference and share of each holder, one sum; nothing is encoded, read, compared or tested',
        ),
        await here('node-seal', () => keyPair({ moduli: parameters, first: 0, ciphertexts: 1 })),
        ...(await peers.contestants('bfv/joint-key', { ...sizeOf(parameters), threads: 1 })),
      ];
    },
  };
}

function paillierKey({ peers }: Setting, holders: number, modulusBits: 2048 | 3072): Benchmark {
  return {
    name: `paillier key ${modulusBits}, K = ${holders}`,
    about:
      'The whole search for N with every proof, all holders on one thread; paillier-bigint makes one key pair',
    unit: 'keys',
    reference: 'paillier-bigint',
    pace: FEW,
    ...(modulusBits === 2048 && { curve: { name: 'paillier key 2048', along: 'K', at: holders } }),
    open: async () => {
      const parameters = choosePaillierParameters({
        modulusBits,
        holders,
        contributors: 1000,
        decryptions: 1,
        statisticalBits: 80,
        magnitude: 1n << 40n,
      });
      const work = new PaillierCeremony(parameters);
      const ours = await here('strongroom', () => work);
      return [
        withNote(ours, () => work.note),
        await here('paillier-bigint', () => generatePlainKey(modulusBits)),
        ...(modulusBits === 2048 && holders === 3
          ? await peers.contestants('paillier/key', { modulusBits, holders }, PEER_KEY_SECONDS)
          : []),
      ];
    },
  };
}

/** Other systems alone, at a size that is not secure: whether they work on this machine. Ours has no such sizes. */
function smallPaillierKey({ peers }: Setting): Benchmark {
  return {
    name: `paillier key ${SMALL_BITS}, K = 3`,
    about:
      'Not secure: other systems at a size for which they need seconds; paillier-bigint makes one key pair',
    unit: 'keys',
    reference: 'paillier-bigint',
    pace: { warmUp: 0, leastRounds: 1, mostRounds: 2, seconds: 5 },
    open: async () => [
      await here('paillier-bigint', () => generatePlainKey(SMALL_BITS)),
      ...(await peers.contestants('paillier/key', { modulusBits: SMALL_BITS, holders: 3 })),
    ],
  };
}

/** From the last approval to the joint key that all have signed, by the dates of the signed documents. */
function betweenDaemons(scheme: 'bfv' | 'paillier', holders: number): Benchmark {
  return {
    name: `${scheme} joint key between daemons, K = ${holders}`,
    about:
      'Key holders and aggregator as processes on this machine: from the last approval to the key that all signed',
    unit: 'keys',
    reference: 'strongroom, from the proposal',
    pace: scheme === 'bfv' ? SOME : FEW,
    curve: { name: `${scheme} joint key between daemons`, along: 'K', at: holders },
    open: async () => {
      const net = await BenchNetwork.start({ holders, inputs: 3 });
      let last: TaskLife | undefined;
      const [first, ...others] = partsOf(['strongroom', 'strongroom, from the proposal'], async () => {
        if (last !== undefined) await cancel(net.office, last, 'the key was all that was wanted');
        const started = performance.now();
        last = await net.propose(net.task({ scheme }));
        await net.office.until(last.id, (life) => life.jointKey);
        const seconds = (performance.now() - started) / 1000;
        return { seconds: [ceremonySeconds(last), seconds], answer: last.jointKeys.size };
      });
      if (first === undefined) return [];
      return [{ ...first, [Symbol.asyncDispose]: () => net[Symbol.asyncDispose]() }, ...others];
    },
  };
}

function ceremonySeconds(task: TaskLife): number {
  const times = (documents: Iterable<{ payload: { at: string } }>): number[] =>
    [...documents].map(({ payload }) => Date.parse(payload.at));
  return (Math.max(...times(task.jointKeys.values())) - Math.max(...times(task.approvals.values()))) / 1000;
}

/** What is told about it changes with each run. */
function withNote(contestant: Contestant, note: () => string): Contestant {
  return {
    ...contestant,
    get note() {
      return note();
    },
  };
}
