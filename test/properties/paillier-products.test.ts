/** The joint multiplication gives the products, says the same again, and stays within its noise bounds. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { centre, multiplyModulo, reduce, shiftIn } from '../../schemes/paillier/keygen/products/doubles.ts';
import { expandSecret } from '../../schemes/paillier/keygen/products/key.ts';
import {
  drawMask,
  maskBits,
  resultLength,
  toDigits,
  valueOf,
} from '../../schemes/paillier/keygen/products/masking.ts';
import {
  freshNoiseBound,
  productNoiseBound,
  type NoiseModel,
} from '../../schemes/paillier/keygen/products/noise.ts';
import { planProducts } from '../../schemes/paillier/keygen/products/plan.ts';
import type { Words } from '../../schemes/rlwe/words.ts';
import { largestCoefficient } from '../fixtures/largest-coefficient.ts';
import {
  batchOf,
  bytes32,
  multipliers,
  multiplyBatch,
  multiplySingle,
  SMALL,
  stream,
  type Multipliers,
} from '../fixtures/paillier-products.ts';

const sum = (numbers: readonly bigint[]): bigint => numbers.reduce((a, b) => a + b, 0n);

/** (Σ_i x_i)·(Σ_j y_j) in every slot. */
const productsOf = (values: readonly bigint[][], factors: readonly bigint[][]): bigint[] =>
  batchOf('any', 8).map(
    (_, slot) => sum(values.map((x) => x[slot] ?? 0n)) * sum(factors.map((y) => y[slot] ?? 0n)),
  );

describe('a batch', () => {
  test.each([
    { ...SMALL, holders: 3 },
    { ...SMALL, holders: 5 },
  ])('of $holders holders gives every product, extremes too', async (task) => {
    using committee = await multipliers(task);
    const most = (1n << BigInt(task.modulusBits)) - 1n;
    const extremes = { x: [0n, most, 1n, most >> 1n, 0n], y: [most, 1n, most, 2n, 0n] };
    const rest = Array.from({ length: task.holders - 1 }, (_, i) => i);
    const zeros = extremes.x.map(() => 0n);
    const values = [batchOf('x', 44, extremes.x), ...rest.map((i) => batchOf(`x${i}`, 44, zeros))];
    const factors = [...rest.map((i) => batchOf(`y${i}`, 44, zeros)), batchOf('y', 44, extremes.y)];
    const { product, shares } = multiplyBatch(committee, values, factors);
    expect(committee.products.batch.open(0, product, shares)).toEqual(productsOf(values, factors));
  });

  test('of the full size gives every product', async () => {
    using committee = await multipliers({ ...SMALL, modulusBits: 2048 });
    const values = [0, 1, 2].map((i) => batchOf(`x${i}`, 1022));
    const factors = [0, 1, 2].map((i) => batchOf(`y${i}`, 1022));
    const { product, shares } = multiplyBatch(committee, values, factors);
    expect(committee.products.batch.open(0, product, shares)).toEqual(productsOf(values, factors));
  });
});

describe('the single product', () => {
  test.each([96, 2048])('of %i bits is exact, with signs and extremes', async (modulusBits) => {
    using committee = await multipliers({ ...SMALL, modulusBits });
    const { valueBits, addendBits } = committee.products.single;
    const value = (1n << BigInt(valueBits)) - 1n;
    const addend = (1n << BigInt(addendBits)) - 1n;
    const cases = [
      [0, 1, 2].map(() => ({ value: 0n, factor: 0n, addend: 0n })),
      [0, 1, 2].map(() => ({ value, factor: value, addend })),
      [0, 1, 2].map(() => ({ value: -value, factor: value, addend: -addend })),
      [
        { value: 12n, factor: value, addend: 7n },
        { value: -value, factor: -5n, addend: -addend },
        { value: -1n, factor: 3n, addend },
      ],
    ];
    for (const inputs of cases) {
      const { product, shares } = multiplySingle(committee, inputs);
      const expected =
        sum(inputs.map((input) => input.value)) * sum(inputs.map(({ factor }) => factor)) +
        sum(inputs.map((input) => input.addend));
      expect(committee.products.single.open(product, shares)).toBe(expected);
    }
  });

  test('opens to coefficients that say nothing but the value', () => {
    const widths = { holders: 3, statisticalBits: 60, valueBits: 2049, addendBits: 4204 };
    const length = resultLength(widths);
    const h = maskBits(widths);
    const most = (1n << BigInt(widths.valueBits)) - 1n;
    // As different as two polynomials with one value can be: the factors of one swapped into the addend of the other.
    const product = convolve(toDigits(most, widths.valueBits), toDigits(most, widths.valueBits), length);
    const addend = toDigits(most * most, widths.addendBits);
    const difference = product.map((coefficient, k) => coefficient - (addend[k] ?? 0n));
    expect(valueOf(difference)).toBe(0n);
    const delta = quotientByXLess(difference, 1n << 16n);
    const shifts = sum(delta.map((coefficient) => (coefficient < 0n ? -coefficient : coefficient)));
    expect(shifts).toBeGreaterThan(0n);
    expect(shifts << BigInt(widths.statisticalBits + 1)).toBeLessThanOrEqual(1n << BigInt(h + 1));
    const mask = drawMask(stream('mask'), length, h);
    expect(valueOf(mask)).toBe(0n);
    const u = quotientByXLess(mask, 1n << 16n);
    const limit = 1n << BigInt(h);
    expect(u.every((coefficient) => coefficient >= -limit && coefficient < limit)).toBe(true);
    const halves = u.filter((coefficient) => coefficient < 0n).length;
    const wide = u.filter((coefficient) => 2n * coefficient >= limit || 2n * coefficient < -limit).length;
    for (const count of [halves, wide])
      expect(Math.abs(count - u.length / 2)).toBeLessThan((5 * Math.sqrt(u.length)) / 2);
  });
});

test('the same seeds and streams say the same, other streams something else', async () => {
  using committee = await multipliers();
  using again = await multipliers();
  const values = [0, 1, 2].map((i) => batchOf(`x${i}`, 44));
  const first = multiplyBatch(committee, values, values);
  expect(again.key).toEqual(committee.key);
  expect(multiplyBatch(again, values, values)).toEqual(first);
  const other = committee.holders[0]?.batch.encrypt(committee.key, 0, values[0] ?? [], stream('other'));
  expect(other).not.toEqual(first.encryptions[0]);
  const inputs = [1n, 2n, 3n].map((n) => ({ value: n, factor: n, addend: n }));
  expect(multiplySingle(again, inputs)).toEqual(multiplySingle(committee, inputs));
});

describe('noise', () => {
  test('of fresh sums, of products and of shares is within its bound, and the bounds are not idle', async () => {
    using committee = await multipliers();
    const { plan, ring } = committee.products.setting;
    const model = modelOf(committee);
    const values = [0, 1, 2].map((i) => batchOf(`x${i}`, 44));
    const done = multiplyBatch(committee, values, values);
    const words = 8192 * plan.primes.length;
    const secrets = [0, 1, 2].map(
      (i) => expandSecret(committee.products.setting, bytes32(`committee ${i}`)).share,
    );
    const s = secrets.reduce((a, b) => ring.add(a, b));
    plan.batchPrimes.forEach((t, k) => {
      const part = (message: Uint8Array, index: number): Words =>
        new BigUint64Array(message.slice(32 + 8 * index * words, 32 + 8 * (index + 1) * words).buffer);
      const noise = (message: Uint8Array): bigint => {
        const phase = ring.multiplyAdd(part(message, 2 * k + 1), s, part(message, 2 * k));
        return largestCoefficient(ring.fromNtt(phase), plan.ringDegree, plan.primes) / t;
      };
      const fresh = BigInt(freshNoiseBound(model) + plan.holders);
      expect(noise(done.sum)).toBeLessThanOrEqual(fresh);
      expect(8n * noise(done.sum)).toBeGreaterThan(fresh);
      // The bound on the product is worst case over the factors: √N above what is met, and the tails of 2 more.
      expect(noise(done.product)).toBeLessThanOrEqual(productNoiseBound(model));
      expect(noise(done.product) << 14n).toBeGreaterThan(productNoiseBound(model));
      secrets.forEach((secret, i) => {
        const share = part(done.shares[i] ?? new Uint8Array(), k);
        const rest = ring.subtract(share, ring.multiply(part(done.product, 2 * k + 1), secret));
        const smudging = largestCoefficient(ring.fromNtt(rest), plan.ringDegree, plan.primes);
        expect(smudging % t).toBe(0n);
        expect(smudging / t).toBeLessThanOrEqual(1n << BigInt(plan.smudgingBits));
        expect(smudging / t).toBeGreaterThan(
          (1n << BigInt(plan.smudgingBits)) - (1n << BigInt(plan.smudgingBits - 7)),
        );
      });
    });
  });

  test('leaves room in every plan', () => {
    for (const modulusBits of [2048, 3072]) {
      for (const holders of [3, 5, 7, 15]) {
        for (const statisticalBits of [60, 80]) {
          const plan = planProducts({ modulusBits, holders, statisticalBits, batches: 10 });
          const q = plan.primes.reduce((a, b) => a * b);
          const T = plan.batchPrimes.reduce((a, b) => a * b);
          const most = plan.batchPrimes[0] ?? 0n;
          expect(q).toBeLessThan(1n << 218n);
          expect(T).toBeGreaterThan(1n << BigInt(modulusBits));
          expect(4n * (most * plan.openedBound + most)).toBeLessThan(q);
          const primes = [...plan.primes, ...plan.batchPrimes];
          expect(new Set(primes).size).toBe(primes.length);
        }
      }
    }
  });
});

describe('arithmetic on doubles agrees with BigInt', () => {
  const primes = [
    ...planProducts(SMALL).primes,
    ...planProducts({ ...SMALL, modulusBits: 2048 }).batchPrimes,
    ...planProducts({ ...SMALL, statisticalBits: 100 }).batchPrimes,
  ];
  const prime = fc.constantFrom(...primes);
  const below = (limit: bigint): fc.Arbitrary<bigint> =>
    fc.oneof(fc.bigInt(0n, limit - 1n), fc.constantFrom(0n, 1n, limit / 2n, limit / 2n + 1n, limit - 1n));

  test('shiftIn', () => {
    const chunks = fc.array(below(1n << 24n), { maxLength: 9 });
    fc.assert(
      fc.property(prime, chunks, (p, list) => {
        const column = new Float64Array(1);
        for (const chunk of list) shiftIn(column, Int32Array.of(Number(chunk)), Number(p));
        const expected = list.reduce((all, chunk) => (all << 24n) + chunk, 0n) % p;
        expect(BigInt(reduce(column[0] ?? 0, Number(p)))).toBe(expected);
      }),
      { numRuns: 2000 },
    );
  });

  test('multiplyModulo, reduce, centre', () => {
    const numbers = prime.chain((p) =>
      fc.tuple(
        fc.constant(p),
        below(p),
        fc.boolean(),
        below(p < 1n << 50n ? p : 1n << 50n),
        below(1n << 53n),
      ),
    );
    fc.assert(
      fc.property(numbers, ([p, a, negative, b, c]) => {
        const signed = negative ? -a : a;
        const product = multiplyModulo(Number(signed), Number(b), Number(p));
        expect(BigInt(product)).toBe((((signed * b) % p) + p) % p);
        expect(BigInt(reduce(Number(c), Number(p)))).toBe(c % p);
        expect(reduce(Number(signed), Number(p))).toBe(Number((signed + p) % p));
        if (p < 1n << 51n) expect(BigInt(centre(Number(a), Number(p)))).toBe(2n * a > p ? a - p : a);
      }),
      { numRuns: 5000 },
    );
  });
});

function modelOf({ products }: Multipliers): NoiseModel {
  const { plan } = products.setting;
  return {
    ...plan,
    plainBits: (plan.batchPrimes[0] ?? 0n).toString(2).length,
    decryptions: plan.batches * plan.batchPrimes.length + plan.singlePrimes.length + 1,
  };
}

function convolve(a: readonly bigint[], b: readonly bigint[], length: number): bigint[] {
  const product = Array.from({ length }, () => 0n);
  a.forEach((x, i) => {
    b.forEach((y, j) => (product[i + j] = (product[i + j] ?? 0n) + x * y));
  });
  return product;
}

/** δ with polynomial = (X − base)·δ, from the lowest coefficient on. */
function quotientByXLess(polynomial: readonly bigint[], base: bigint): bigint[] {
  let previous = 0n;
  return polynomial.slice(0, -1).map((coefficient) => {
    const doubled = previous - coefficient;
    expect(doubled % base).toBe(0n);
    previous = doubled / base;
    return previous;
  });
}
