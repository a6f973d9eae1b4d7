/** The operations of our schemes as work to be timed, each through the interface of `schemes/scheme.ts`. */
import { slotsOf } from '../../schemes/bfv/batching.ts';
import { SlotEncoder } from '../../schemes/bfv/slot-encoder.ts';
import { openCombiner } from '../../schemes/combiner.ts';
import { openEncryptor } from '../../schemes/encryptor.ts';
import { openEvaluator } from '../../schemes/evaluator.ts';
import { openKeyShare } from '../../schemes/key-share.ts';
import type { SumParameters } from '../../schemes/scheme.ts';
import type { Work } from '../harness/contestants.ts';
import type { Committee } from './committee.ts';
import { checksum, valueOf } from './values.ts';

/** A finished joint key, and which ciphertexts to work on; it can be handed to a thread. */
export interface Job extends Committee {
  /** Position of the first ciphertext, and how many. */
  readonly first: number;
  readonly ciphertexts: number;
  /** `full`: the values of `peers/README.md` for this ciphertext; otherwise so many of one sequence in each. */
  readonly values: 'full' | number;
  /** Ciphertexts made before anything is measured: so many until a scheme has its tables. */
  readonly warmUp: number;
}

const PARTY = 'bench';

/** Encoding of BFV alone, as encryption does it. */
export function encode(job: Job): Work {
  const { encoder, vectors } = slotEncoder(job);
  return {
    units: vectors.reduce((sum, vector) => sum + vector.length, 0),
    run: () => {
      for (const vector of vectors) encoder.encode(vector);
    },
    answer: () => {
      const decoded = vectors.map((vector) => {
        encoder.encode(vector);
        return slotsOf(encoder.coefficients(), encoder.t.q);
      });
      return answerOf(job, decoded);
    },
    [Symbol.dispose]: () => encoder[Symbol.dispose](),
  };
}

/** Decoding of BFV alone, as combining ends with it. */
export function decode(job: Job): Work {
  const { encoder, vectors } = slotEncoder(job);
  const plaintexts = vectors.map((vector) => {
    encoder.encode(vector);
    return encoder.coefficients();
  });
  let values: bigint[][] = [];
  return {
    units: vectors.reduce((sum, vector) => sum + vector.length, 0),
    run: () => (values = plaintexts.map((coefficients) => slotsOf(coefficients, encoder.t.q))),
    answer: () => answerOf(job, values),
    [Symbol.dispose]: () => encoder[Symbol.dispose](),
  };
}

function slotEncoder(job: Job): { encoder: SlotEncoder; vectors: BigInt64Array[] } {
  const { parameters } = job.context;
  if (parameters.scheme !== 'bfv') throw new TypeError('only BFV has slots of integers');
  const encoder = new SlotEncoder(parameters.ringDegree, BigInt(parameters.plainModulus));
  // As a user of node-seal hands them over.
  return { encoder, vectors: vectorsOf(job).map((vector) => BigInt64Array.from(vector)) };
}

/** Encoding, encryption and serialising. */
export async function encrypt(job: Job): Promise<Work> {
  const encryptor = await openEncryptor(job.context, job.jointKey, PARTY);
  const vectors = vectorsOf(job);
  for (let i = 0; i < job.warmUp; i += 1) encryptor.encrypt(vectors[0] ?? []);
  let made: Uint8Array[] = [];
  return {
    units: vectors.reduce((sum, vector) => sum + vector.length, 0),
    run: () => (made = vectors.map((vector) => encryptor.encrypt(vector))),
    answer: async () => answerOf(job, [await decryptSum(job, made)]),
    [Symbol.dispose]: () => encryptor[Symbol.dispose](),
  };
}

/** All checks on input ciphertexts, so many at a time. */
export async function validate(job: Job, together = job.ciphertexts): Promise<Work> {
  const inputs = await encrypted(job);
  let evaluator = await openEvaluator(job.context, job.jointKey);
  let sound = 0;
  return {
    units: inputs.length,
    run: async () => {
      // One that knows the inputs already need not look at them again.
      evaluator[Symbol.dispose]();
      evaluator = await openEvaluator(job.context, job.jointKey);
      sound = 0;
      for (let at = 0; at < inputs.length; at += together) {
        const batch = inputs.slice(at, at + together).map((ciphertext) => ({ ciphertext, party: PARTY }));
        evaluator.validateInputs(batch);
        sound += batch.length;
      }
    },
    answer: () => sound,
    [Symbol.dispose]: () => evaluator[Symbol.dispose](),
  };
}

/** Checks, loading and addition. */
export async function add(job: Job): Promise<Work> {
  const inputs = await encrypted(job);
  let total = new Uint8Array();
  return {
    units: inputs.length,
    run: async () => {
      using evaluator = await openEvaluator(job.context, job.jointKey);
      using sum = evaluator.sum();
      for (const input of inputs) sum.add(input, PARTY);
      total = new Uint8Array(sum.bytes());
    },
    answer: async () => answerOf(job, await decrypt(job, [total])),
    [Symbol.dispose]: () => undefined,
  };
}

/** One holder's share of each output. */
export async function partialDecryption(job: Job): Promise<Work> {
  const outputs = await encryptedOutputs(job);
  const [first, ...others] = await Promise.all(
    job.seeds.map((seed, holder) => openKeyShare(job.context, seed, holder, job.jointKey)),
  );
  const shares = others.map((holder) => holder.partialDecryptions(outputs));
  const combiner = openCombiner(job.context, job.jointKey);
  let own: Uint8Array[] = [];
  return {
    units: outputs.length,
    run: () => (own = first?.partialDecryptions(outputs) ?? []),
    answer: () => answerOf(job, combiner.combine(outputs, [own, ...shares])),
    [Symbol.dispose]: () => {
      for (const holder of [first, ...others]) holder?.[Symbol.dispose]();
    },
  };
}

/** The values of outputs from the shares of all, every check included. */
export async function combine(job: Job): Promise<Work> {
  const outputs = await encryptedOutputs(job);
  const shares = await sharesOf(job, outputs);
  const combiner = openCombiner(job.context, job.jointKey);
  let values: bigint[][] = [];
  return {
    units: vectorsOf(job).reduce((sum, vector) => sum + vector.length, 0),
    run: () => (values = combiner.combine(outputs, shares)),
    answer: () => answerOf(job, values),
    [Symbol.dispose]: () => undefined,
  };
}

function vectorsOf({ first, ciphertexts, values, context }: Job): bigint[][] {
  const { slots } = context.parameters;
  const scale = scaleOf(context.parameters);
  return Array.from({ length: ciphertexts }, (_, i) =>
    values === 'full'
      ? Array.from({ length: slots }, (_, slot) => scale * valueOf(first + i, slot))
      : Array.from({ length: values }, (_, at) => scale * valueOf(0, (first + i) * values + at)),
  );
}

/** With CKKS sums of up to 2^8 ciphertexts of values below 2^15 have to stay within the scale. */
function scaleOf(parameters: SumParameters): bigint {
  return parameters.scheme === 'ckks' ? 1n << BigInt(parameters.scaleBits - 23) : 1n;
}

/** To the nearest integer. */
const descaled = (value: bigint, scale: bigint): bigint => {
  const shifted = 2n * value + scale;
  const quotient = shifted / (2n * scale);
  return shifted < 0n && quotient * 2n * scale !== shifted ? quotient - 1n : quotient;
};

async function encrypted(job: Job): Promise<Uint8Array[]> {
  using encryptor = await openEncryptor(job.context, job.jointKey, PARTY);
  return vectorsOf(job).map((vector) => encryptor.encrypt(vector));
}

/** Sums of one ciphertext each. */
async function encryptedOutputs(job: Job): Promise<Uint8Array[]> {
  return Promise.all((await encrypted(job)).map((input) => sumOf(job, PARTY, [input])));
}

async function sharesOf(committee: Committee, outputs: readonly Uint8Array[]): Promise<Uint8Array[][]> {
  const { context, jointKey, seeds } = committee;
  return Promise.all(
    seeds.map(async (seed, holder) => {
      using share = await openKeyShare(context, seed, holder, jointKey);
      return share.partialDecryptions(outputs);
    }),
  );
}

async function decrypt(committee: Committee, outputs: readonly Uint8Array[]): Promise<bigint[][]> {
  const { context, jointKey } = committee;
  return openCombiner(context, jointKey).combine(outputs, await sharesOf(committee, outputs));
}

async function sumOf(
  { context, jointKey }: Committee,
  party: string,
  inputs: readonly Uint8Array[],
): Promise<Uint8Array> {
  using evaluator = await openEvaluator(context, jointKey);
  using sum = evaluator.sum();
  for (const input of inputs) sum.add(input, party);
  return sum.bytes();
}

/** What the inputs of one party hold, one by one: as outputs, with no other party's added. */
export async function decryptOutputs(
  committee: Committee,
  party: string,
  inputs: readonly Uint8Array[],
): Promise<bigint[][]> {
  return decrypt(committee, await Promise.all(inputs.map((input) => sumOf(committee, party, [input]))));
}

async function decryptSum(job: Job, inputs: readonly Uint8Array[]): Promise<bigint[]> {
  const [values = []] = await decrypt(job, [await sumOf(job, PARTY, inputs)]);
  return values;
}

/** What `peers/README.md` compares: the checksum, or with values of one sequence their sum. */
function answerOf({ values, context }: Job, vectors: readonly (readonly bigint[])[]): string {
  const total = (vectors[0] ?? []).map((_, i) =>
    vectors.reduce((sum, vector) => sum + (vector[i] ?? 0n), 0n),
  );
  const scale = scaleOf(context.parameters);
  const rounded = total.map((value) => descaled(value, scale));
  return values === 'full' ? checksum(rounded) : String(rounded.reduce((sum, value) => sum + value, 0n));
}
