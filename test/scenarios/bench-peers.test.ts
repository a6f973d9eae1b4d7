/**
 * The systems of `bench/peers` answer rightly, and are found out where they do not. Whoever is not prepared
 * (`npm run bench -- --prepare`) is skipped with its own words; nothing is installed here.
 */
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import type { Answer, Benchmark, Contestant } from '../../bench/harness/benchmark.ts';
import { measure } from '../../bench/harness/measure.ts';
import { Peer, Peers, type PeerSize } from '../../bench/harness/peer.ts';
import { bfvParameterSets } from '../../bench/work/committee.ts';
import { checksum, valueOf } from '../../bench/work/values.ts';

const at = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const peers = new Peers(at('bench/peers'), at('out/bench/peers'));
const all = await peers.all();
afterAll(() => peers[Symbol.asyncDispose]());

const SETS = bfvParameterSets();
const USUAL = SETS.get('8192 × 3');
if (USUAL === undefined) throw new RangeError('there is no set 8192 × 3');
const { ringDegree, dataPrimes, specialPrime, plainModulus, holders, smudgingBound } = USUAL;
const BFV = { ringDegree, dataPrimes, specialPrime, plainModulus, holders, smudgingBound, threads: 1 };
/** Too small to be secure; what the answer is does not depend on it. */
const PAILLIER = { modulusBits: 512, holders, threads: 1 };
const TINY_MODULUS_BITS = 64;

/** The checksum of f over the slots. */
const over = (f: (slot: number) => bigint): string =>
  checksum(Array.from({ length: ringDegree }, (_, slot) => f(slot)));
const sumOfValues = (count: number): string =>
  String(Array.from({ length: count }, (_, i) => valueOf(0, i)).reduce((a, b) => a + b));
const sumOfVectors = (count: number): string =>
  over((slot) => Array.from({ length: count }, (_, c) => valueOf(c, slot)).reduce((a, b) => a + b));
const sumOfProducts = (count: number): string =>
  over((slot) =>
    Array.from({ length: count >> 1 }, (_, j) => valueOf(2 * j, slot) * valueOf(2 * j + 1, slot)).reduce(
      (a, b) => a + b,
    ),
  );

interface Question {
  readonly size: PeerSize;
  readonly answer: Answer;
}
const sums = (count: number, threads = 1): Question => ({
  size: { ...BFV, ciphertexts: count, threads },
  answer: sumOfVectors(count),
});
const products = (count: number): Question => ({
  size: { ...BFV, ciphertexts: count },
  answer: sumOfProducts(count),
});

/** Two questions of different answers for each benchmark; the same, with the second on two threads where that matters. */
const QUESTIONS: Readonly<Record<string, readonly [Question, Question]>> = {
  'bfv/encode': [sums(2), sums(3)],
  'bfv/encrypt': [sums(2), sums(3, 2)],
  'bfv/add': [sums(2), sums(3)],
  'bfv/multiply': [products(2), products(4)],
  'bgv/multiply': [products(2), products(4)],
  'bfv/partial-decryption': [sums(2), sums(3)],
  'bfv/combine': [sums(2), sums(3)],
  'bfv/joint-key': [sums(1), { ...sums(1), answer: sumOfVectors(2) }],
  'bfv/relinearisation-key': [products(2), { ...products(2), answer: sumOfProducts(4) }],
  'paillier/encrypt': [
    { size: { ...PAILLIER, values: 3 }, answer: sumOfValues(3) },
    { size: { ...PAILLIER, values: 4, threads: 2 }, answer: sumOfValues(4) },
  ],
  'paillier/add': [
    { size: { ...PAILLIER, ciphertexts: 3 }, answer: sumOfValues(3) },
    { size: { ...PAILLIER, ciphertexts: 4 }, answer: sumOfValues(4) },
  ],
  'paillier/key': [
    {
      size: { ...PAILLIER, modulusBits: TINY_MODULUS_BITS },
      answer: { modulusBits: TINY_MODULUS_BITS, decrypted: '42' },
    },
    {
      size: { ...PAILLIER, modulusBits: TINY_MODULUS_BITS },
      answer: { modulusBits: TINY_MODULUS_BITS, decrypted: '43' },
    },
  ],
};

/** What is right, without any cryptography. */
const inTheClear = (answer: Answer): Contestant => ({
  name: 'in the clear',
  run: () => Promise.resolve({ seconds: 1, units: 1 }),
  answer: () => Promise.resolve(answer),
  [Symbol.asyncDispose]: () => Promise.resolve(),
});

async function beside(answer: Answer, peer: string, benchmark: string, size: PeerSize) {
  const compared: Benchmark = {
    name: benchmark,
    about: 'the answer of a peer',
    unit: 'answers',
    reference: 'in the clear',
    open: async () => {
      const contestants = await peers.contestants(benchmark, size);
      return [inTheClear(answer), ...contestants.filter(({ name }) => name.startsWith(`${peer} `))];
    },
  };
  const { failed, contestants } = await measure('peers', compared, 'tiny');
  return { failed, entrant: contestants.find(({ name }) => name.startsWith(`${peer} `)) };
}

test('every folder of bench/peers starts, or says in a line why it takes no part', () => {
  expect(all.map(({ name }) => name).toSorted()).toEqual([
    'distributed-keygen',
    'lattigo',
    'openfhe',
    'python-paillier',
  ]);
  for (const peer of all) {
    if (peer instanceof Peer) continue;
    process.stdout.write(`skipped: ${peer.why}\n`);
    expect(peer.why).toMatch(/^[a-z-]+: (not prepared: npm run bench -- --prepare|no(ne)? .+)$/);
  }
});

for (const peer of all) {
  const here = peer instanceof Peer;
  describe.runIf(here)(peer.name, () => {
    for (const benchmark of here ? peer.benchmarks : []) {
      test(`${benchmark}: the right answer, and another one fails the run`, async () => {
        const [question, other] = QUESTIONS[benchmark] ?? [];
        if (question === undefined || other === undefined) throw new RangeError(`what is ${benchmark}?`);
        const right = await beside(question.answer, peer.name, benchmark, question.size);
        expect(right.failed).toBeUndefined();
        expect(right.entrant?.absent).toBeUndefined();
        expect(right.entrant?.seconds?.median).toBeGreaterThan(0);
        // It takes long to make a key; `SLOW=1` makes two more.
        if (benchmark === 'paillier/key' && process.env['SLOW'] === undefined) return;
        const wrong = await beside(other.answer, peer.name, benchmark, question.size);
        expect(wrong.failed).toContain('Different answers');
        if (JSON.stringify(other.size) === JSON.stringify(question.size)) return;
        expect((await beside(other.answer, peer.name, benchmark, other.size)).failed).toBeUndefined();
      });
    }
  });
}
