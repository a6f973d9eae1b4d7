import { primeAbove } from '../../schemes/rlwe/primes.ts';
import type { BfvProductParameters } from '../../schemes/bfv/products/parameters.ts';
import type { Absent, Answer, Benchmark, Contestant } from '../harness/benchmark.ts';
import { expecting, here } from '../harness/contestants.ts';
import type { Setting, Suite } from '../harness/suite.ts';
import { jointKeyOf } from '../work/ceremonies.ts';
import {
  encrypt,
  keepCommittee,
  multiply,
  openedUnderKey,
  partialDecryption,
  productCommittee,
  productParameters,
  productsInTheClear,
  sizeFor,
  SMALLEST,
} from '../work/products.ts';
import { withNodeSeal } from '../work/products-node-seal.ts';
import { checksum, valueOf } from '../work/values.ts';

const RECORDS = 600;
const HOLDERS = { tiny: [3], quick: [3], full: [3, 5, 7] };

/** Inner products of encrypted columns: what statistics over linked records are made of. */
export const products: Suite = {
  name: 'products',
  about: 'bfv products: relinearisation key, encrypt, multiply and relinearise, partial decryption',
  benchmarks: (setting: Setting): Benchmark[] => {
    const { scale, peers } = setting;
    const shape = scale === 'tiny' ? SMALLEST : sizeFor(RECORDS);
    const committee = () => productCommittee(shape);
    const expected = productsInTheClear(shape);
    const parameters = productParameters(3, shape);
    const size = { ...peerSize(parameters), ciphertexts: 2, threads: 1 };
    const fromPeers = async (benchmark: string, holders = 3): Promise<(Contestant | Absent)[]> => {
      const asked = await peers.contestants(benchmark, { ...size, holders });
      return asked.map((peer) => ('run' in peer ? expecting(peer, slotwise(parameters.ringDegree)) : peer));
    };
    const all = async (...contestants: Promise<Contestant>[]): Promise<Contestant[]> =>
      (await Promise.all(contestants)).map((contestant) => expecting(contestant, expected));
    const seal = (what: Parameters<typeof withNodeSeal>[1]) =>
      here('node-seal', () => withNodeSeal(parameters, what));
    return [
      ...HOLDERS[scale].map((holders): Benchmark => ({
        name: `joint relinearisation key, K = ${holders}`,
        about:
          'Joint key and joint relinearisation key with their tests, all holders on one thread; node-seal makes its own relinearisation key',
        unit: 'keys',
        reference: 'node-seal',
        curve: { name: 'joint relinearisation key', along: 'K', at: holders },
        pace: { warmUp: 0, leastRounds: 2, mostRounds: 5, seconds: 6 },
        open: async () => [
          ...(await all(
            here('strongroom', () =>
              jointKeyOf(productParameters(holders, shape), (made) => {
                if (holders === parameters.holders) keepCommittee(shape, made);
                return openedUnderKey(made);
              }),
            ),
            seal('relinearisation key'),
          )),
          ...(await fromPeers('bfv/relinearisation-key', holders)),
        ],
      })),
      {
        name: 'encrypt, 16384, 1 thread',
        about: 'Polynomials of columns, modulo every plain modulus; node-seal does not serialise them',
        unit: 'ciphertexts',
        reference: 'node-seal',
        open: async () =>
          all(
            here('strongroom', async () => encrypt(await committee())),
            seal('encrypt'),
          ),
      },
      {
        name: 'multiply and relinearise, 16384, 1 thread',
        about:
          'Products modulo one plain modulus each; ours from serialised inputs, checked, to serialised outputs; peers multiply slots',
        unit: 'products',
        reference: 'node-seal',
        open: async () => [
          ...(await all(
            here('strongroom', async () => multiply(await committee())),
            seal('multiply'),
          )),
          ...(await fromPeers('bfv/multiply')),
        ],
      },
      {
        name: 'partial decryption, 16384, 1 thread',
        about:
          "One key holder's shares of the opened coefficients; multiplying what is opened is the reference",
        unit: 'values',
        reference: 'node-seal, multiply',
        open: async () =>
          all(
            here('strongroom', async () => partialDecryption(await committee())),
            here('node-seal, multiply', () => withNodeSeal(parameters, 'multiply')),
          ),
      },
    ];
  },
};

/** Peers multiply slots, and need a batching prime: as large as the largest plain modulus. */
function peerSize({
  ringDegree,
  dataPrimes,
  specialPrime,
  plainModuli,
  holders,
  smudgingBound,
}: BfvProductParameters) {
  const plainModulus = String(primeAbove(BigInt(plainModuli.at(-1) ?? 2), 2n * BigInt(ringDegree)));
  return { ringDegree, dataPrimes, specialPrime, plainModulus, holders, smudgingBound };
}

/** The checksum of the product of ciphertexts 0 and 1, slot by slot. */
function slotwise(slots: number): Answer {
  return checksum(Array.from({ length: slots }, (_, i) => valueOf(0, i) * valueOf(1, i)));
}
