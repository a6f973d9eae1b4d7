/**
 * A product that shows that the relinearisation key works before anybody trusts it. The public key is an encryption of
 * zero modulo q·P, and so modulo q: (b + round(q·m/t), a) encrypts m. The product of two such ciphertexts, of known
 * polynomials m and m' with four coefficients each, is relinearised with the new key; the K holders open its first four
 * coefficients. Every coefficient of c_2 and every digit of the key meet in each of them, so a key that is wrong anywhere passes
 * with probability 2^−marginBits a coefficient.
 */
import { littleEndian } from '../../primitives/bytes.ts';
import type { Engine } from '../../rlwe/engine.ts';
import type { Ring } from '../../rlwe/ring.ts';
import { writeCiphertext } from '../../rlwe/wire.ts';
import type { Words } from '../../rlwe/words.ts';
import type { Xof } from '../../rlwe/xof.ts';
import type { Binding } from '../../rlwe/threshold/binding.ts';
import { ciphertextShape, toDataLevel, type BfvModuli } from '../../rlwe/threshold/levels.ts';
import { parseLanes, type LaneCiphertext } from './ciphertext.ts';
import { BfvProductSum, openLanes } from './evaluator.ts';
import type { ProductJointKey } from './joint-key.ts';
import { lanesOf, TESTED, type BfvProductParameters } from './parameters.ts';
import { decodeCoefficients, scaled } from './phase.ts';

interface TestSetting {
  readonly ring: Ring;
  readonly binding: Binding;
  readonly parameters: BfvProductParameters;
  /** a of the public key. */
  readonly reference: Words;
}

export interface TestProduct {
  /** The relinearised product, by plain modulus. */
  readonly output: readonly LaneCiphertext[];
  /** What its first coefficients are, by plain modulus. */
  readonly expected: readonly (readonly bigint[])[];
}

export function makeTestProduct(
  engine: Engine,
  { ring, binding, parameters, reference }: TestSetting,
  key: ProductJointKey,
): TestProduct {
  const a = toDataLevel(ring.fromNtt(reference), parameters);
  const b = toDataLevel(ring.fromNtt(key.b), parameters);
  const stream = binding.stream('test-values');
  const lanes = lanesOf(parameters).map((lane) => {
    const [left, right] = [valuesOf(stream, lane), valuesOf(stream, lane)];
    return {
      left: encrypt(lane, b, a, left),
      right: encrypt(lane, b, a, right),
      expected: TESTED.map((m) => convolution(left, right, m) % BigInt(lane.plainModulus)),
    };
  });
  const joined = (side: 'left' | 'right') => ({
    ciphertext: new Uint8Array(Buffer.concat(lanes.map((lane) => lane[side]))),
    party: '',
  });
  const opened = openLanes(engine, parameters, key);
  using sum = new BfvProductSum(parameters, opened);
  try {
    sum.add(joined('left'), joined('right'));
    const output = parseLanes('the test product', parameters, sum.bytes());
    return { output, expected: lanes.map(({ expected }) => expected) };
  } finally {
    for (const lane of opened) lane[Symbol.dispose]();
  }
}

/** Whether the shares of all holders open the test product to what it is. */
export function passesTest(
  parameters: BfvProductParameters,
  { output, expected }: TestProduct,
  shares: readonly (readonly Words[])[],
): boolean {
  return lanesOf(parameters).every((lane, l) => {
    const ofLane = shares.flatMap((ofHolder) => ofHolder.slice(l, l + 1));
    const c0 = output[l]?.c0 ?? new BigUint64Array();
    const values = decodeCoefficients(parameters, lane, c0, TESTED, ofLane);
    return values?.every((value, m) => value === expected[l]?.[m]) ?? false;
  });
}

const valuesOf = (stream: Xof, { plainModulus }: BfvModuli): bigint[] =>
  TESTED.map(() => littleEndian(stream.read(8)) % BigInt(plainModulus));

/** (b + round(q·m/t), a) for a polynomial m with these first coefficients. */
function encrypt(lane: BfvModuli, b: Words, a: Words, values: readonly bigint[]): Uint8Array {
  const primes = lane.dataPrimes.map(BigInt);
  const q = primes.reduce((product, prime) => product * prime, 1n);
  const c0 = b.slice();
  values.forEach((value, m) => {
    const addend = scaled(value, q, BigInt(lane.plainModulus));
    primes.forEach((prime, j) => {
      const at = j * lane.ringDegree + m;
      c0[at] = ((c0[at] ?? 0n) + addend) % prime;
    });
  });
  return writeCiphertext(ciphertextShape(lane), c0, a);
}

/** Coefficient m of the product; those below the number of values meet no reduction modulo X^N + 1. */
function convolution(left: readonly bigint[], right: readonly bigint[], m: number): bigint {
  return left.reduce((sum, value, i) => sum + value * (i <= m ? (right[m - i] ?? 0n) : 0n), 0n);
}
