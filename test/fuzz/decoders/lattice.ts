/** The objects of the bfv scheme: ciphertexts, the joint key, the messages of the ceremony, decryption shares. */
import { createHash, randomBytes } from 'node:crypto';
import { openRlweCeremony } from '../../../schemes/rlwe/threshold/ceremony.ts';
import { openBfvCombiner } from '../../../schemes/bfv/combination.ts';
import { validateRlweContribution } from '../../../schemes/rlwe/threshold/contribution.ts';
import { openBfvEncryptor } from '../../../schemes/bfv/encryption.ts';
import { openRlweEvaluator } from '../../../schemes/rlwe/threshold/evaluator.ts';
import { openRlweHolderCeremony } from '../../../schemes/rlwe/threshold/holder-ceremony.ts';
import { openRlweKeyShare } from '../../../schemes/rlwe/threshold/key-share.ts';
import { chooseBfvParameters, type BfvParameters } from '../../../schemes/bfv/parameters.ts';
import type { SchemeContext } from '../../../schemes/scheme.ts';
import { equalBytes } from '../../../trust/digest.ts';
import { BOUNDARIES, joined, type Mutation } from '../harness/bytes.ts';
import { target } from '../harness/decoder.ts';
import { cached } from '../corpora/cached.ts';

/** Where a ciphertext says what it is; behind it stand its words. */
const HEAD_BYTES = 113;

interface Bfv {
  readonly context: SchemeContext<BfvParameters>;
  readonly jointKey: Uint8Array;
  /** By round, then by holder. */
  readonly transcript: readonly (readonly Uint8Array[])[];
  readonly inputs: readonly Uint8Array[];
  readonly output: Uint8Array;
  readonly shares: readonly Uint8Array[];
  readonly values: readonly bigint[];
}

const makeBfv = cached(async (): Promise<Bfv> => {
  const parameters = chooseBfvParameters({
    holders: 3,
    contributors: 3,
    decryptions: 1,
    magnitude: 1n << 20n,
  });
  const context = { parameters, task: createHash('sha256').update('fuzz').digest('hex') };
  const seeds = [0, 1, 2].map(() => new Uint8Array(randomBytes(32)));
  const { jointKey, transcript } = await playCeremony(context, seeds);
  using encryptor = await openBfvEncryptor(context, jointKey);
  using evaluator = await openRlweEvaluator(context);
  using sum = evaluator.sum();
  const inputs = [[1n, -2n], [3n], [40n, 50n]].map((values) => encryptor.encrypt(values));
  for (const input of inputs) sum.add(input, 'north');
  const output = sum.bytes();
  const shares: Uint8Array[] = [];
  for (const seed of seeds) {
    using holder = await openRlweKeyShare(context, seed.slice());
    shares.push(...holder.partialDecryptions([output]));
  }
  return { context, jointKey, transcript, inputs, output, shares, values: [44n, 48n, 0n] };
});

async function playCeremony(
  context: SchemeContext<BfvParameters>,
  seeds: readonly Uint8Array[],
): Promise<Pick<Bfv, 'jointKey' | 'transcript'>> {
  const holders = await Promise.all(seeds.map((seed, i) => openRlweHolderCeremony(context, seed.slice(), i)));
  const transcript: Uint8Array[][] = [];
  for (let jointKey: Uint8Array | undefined; ;) {
    const messages: Uint8Array[] = [];
    for (const holder of holders) messages.push(await holder.contribution());
    for (const holder of holders) await holder.take(messages);
    transcript.push(messages);
    if (holders[0]?.finished === true) jointKey = holders[0].jointKey();
    if (jointKey === undefined) continue;
    for (const holder of holders) holder[Symbol.dispose]();
    return { jointKey, transcript };
  }
}

/** A field of the head, or a word, becomes a boundary or a prime or one beside it. */
function mutateWords(headBytes: number, { dataPrimes, specialPrime }: BfvParameters): Mutation {
  const primes = [...dataPrimes, specialPrime].map(BigInt);
  const values = [...BOUNDARIES, ...primes.flatMap((prime) => [prime - 1n, prime, prime + 1n])];
  return (bytes, random) => {
    const copy = Buffer.from(bytes);
    const words = Math.floor((bytes.length - headBytes) / 8);
    const at = random.oneIn(4) ? random.below(headBytes) : headBytes + 8 * random.below(words);
    if (at + 8 <= copy.length) copy.writeBigUInt64LE(random.pick(values), at);
    return new Uint8Array(copy);
  };
}

/** One half of the words becomes zero, or that of another. */
const mutateHalf: Mutation = (bytes, random, corpus) => {
  const copy = bytes.slice();
  const half = HEAD_BYTES + ((bytes.length - HEAD_BYTES) >> 1);
  const other = random.pick(corpus);
  const [from, to] = random.oneIn(2) ? [HEAD_BYTES, half] : [half, bytes.length];
  if (random.oneIn(2) || other.length !== bytes.length) copy.fill(0, from, to);
  else copy.set(other.subarray(from, to), from);
  return copy;
};

// Some hundred thousand words are looked at, several times.
const limitMs = 1_000;

export const ciphertextTarget = target({
  name: 'bfv-ciphertext',
  short: 20,
  make: makeBfv,
  open: async ({ context, inputs, output }) => {
    const evaluator = await openRlweEvaluator(context);
    return {
      corpus: [...inputs, output],
      mutations: [mutateWords(HEAD_BYTES, context.parameters), mutateHalf],
      decode: (bytes) => {
        evaluator.validateInput(bytes, 'north');
        using sum = evaluator.sum();
        sum.add(bytes, 'north');
        return sum.bytes();
      },
      // The sum of one ciphertext is that ciphertext.
      objection: (sum, bytes) => (equalBytes(sum, bytes) ? undefined : 'another form than the canonical one'),
      codes: ['CIPHERTEXT_INVALID'],
      limitMs,
      dispose: () => evaluator[Symbol.dispose](),
    };
  },
});

export const jointKeyTarget = target({
  name: 'bfv-joint-key',
  short: 40,
  make: makeBfv,
  open: ({ context, jointKey, inputs }) => ({
    corpus: [jointKey],
    mutations: [mutateWords(HEAD_BYTES, context.parameters), mutateHalf],
    decode: async (bytes) => {
      using encryptor = await openBfvEncryptor(context, bytes);
      return encryptor.encrypt([1n]);
    },
    objection: (ciphertext, bytes) => {
      const half = HEAD_BYTES + ((bytes.length - HEAD_BYTES) >> 1);
      if (!equalBytes(bytes.subarray(half), jointKey.subarray(half))) return 'another common reference';
      return ciphertext.length === inputs[0]?.length ? undefined : 'a key that does not encrypt';
    },
    codes: ['CIPHERTEXT_INVALID'],
    limitMs,
  }),
});

/** The first holder's message; the byte before it says of which round it is. */
export const ceremonyTarget = target({
  name: 'bfv-ceremony',
  short: 25,
  make: makeBfv,
  open: ({ context, transcript }) => {
    const [first = [], second = []] = transcript;
    return {
      corpus: transcript.map(([message = new Uint8Array()], round) => joined(Uint8Array.of(round), message)),
      mutations: [mutateWords(33, context.parameters)],
      decode: async (bytes) => {
        const [round = 0, message] = [bytes[0], bytes.slice(1)];
        validateRlweContribution(context, round, message);
        using ceremony = await openRlweCeremony(context);
        await ceremony.take(round === 0 ? [message, ...first.slice(1)] : first);
        await ceremony.take(round === 1 ? [message, ...second.slice(1)] : second);
        return ceremony.jointKey();
      },
      objection: () => undefined,
      codes: ['CIPHERTEXT_INVALID', 'KEY_TEST_FAILED'],
      limitMs: 3_000,
    };
  },
});

export const shareTarget = target({
  name: 'bfv-share',
  short: 25,
  make: makeBfv,
  open: ({ context, output, shares, values }) => {
    const combiner = openBfvCombiner(context);
    return {
      corpus: shares.slice(0, 1),
      mutations: [mutateWords(32, context.parameters)],
      decode: (share) =>
        combiner.combine(
          [output],
          [share, ...shares.slice(1)].map((one) => [one]),
        )[0] ?? [],
      objection: (combined) =>
        values.every((value, slot) => combined[slot] === value)
          ? undefined
          : 'a share that changes the result',
      codes: ['CIPHERTEXT_INVALID', 'SHARE_INVALID'],
      limitMs: 2_000,
    };
  },
});
