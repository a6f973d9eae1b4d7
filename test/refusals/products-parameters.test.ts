/** Parameters of product tasks: what does not fit is refused with numbers, and so is what was not derived. */
import { describe, expect, test } from 'vitest';
import {
  chooseBfvProductParameters,
  requireSoundProducts,
  type BfvProductTask,
} from '../../schemes/bfv/products/parameters.ts';

const TASK: BfvProductTask = {
  holders: 3,
  records: 1000,
  magnitude: 1n << 40n,
  blocks: [
    { form: 'left', columns: 2 },
    { form: 'right', columns: 3 },
  ],
  grids: [
    {
      left: 0,
      right: 1,
      released: [
        [0, 0],
        [1, 2],
      ],
    },
  ],
};

/** The message of the refusal; empty where there is none. */
function refusal(task: BfvProductTask): string {
  try {
    chooseBfvProductParameters(task);
    return '';
  } catch (error) {
    return (error as Error).message;
  }
}

describe('the choice', () => {
  test.each([
    [1n << 20n, 1, 4],
    [1n << 38n, 1, 4],
    [1n << 58n, 1, 5],
    [1n << 70n, 2, 4],
    [1n << 150n, 3, 5],
  ])('magnitude %i takes %i plain moduli and %i data primes', (magnitude, plainModuli, dataPrimes) => {
    const parameters = chooseBfvProductParameters({ ...TASK, magnitude });
    expect([parameters.plainModuli.length, parameters.dataPrimes.length]).toEqual([plainModuli, dataPrimes]);
    const capacity = parameters.plainModuli.reduce((product, t) => product * BigInt(t), 1n);
    expect(capacity).toBeGreaterThan(2n * magnitude);
    expect(parameters.marginBits).toBeGreaterThanOrEqual(40);
    const opened = BigInt(parameters.noiseBound) + 3n * BigInt(parameters.smudgingBound);
    const q = parameters.dataPrimes.reduce((product, prime) => product * BigInt(prime), 1n);
    for (const t of parameters.plainModuli) expect((opened << 41n) * BigInt(t)).toBeLessThan(q);
    expect(() => {
      requireSoundProducts(parameters);
    }).not.toThrow();
  });

  test('what does not fit is refused with the smallest change', () => {
    const refused = { code: 'TASK_IMPOSSIBLE', message: expect.stringContaining('up to 2^') as string };
    expect(() => chooseBfvProductParameters({ ...TASK, magnitude: 1n << 300n })).toThrow(
      expect.objectContaining(refused),
    );
    const [, fits = ''] = /up to 2\^(\d+) would/.exec(refusal({ ...TASK, magnitude: 1n << 300n })) ?? [];
    expect(refusal({ ...TASK, magnitude: 1n << BigInt(fits) })).toBe('');
    expect(refusal({ ...TASK, magnitude: 2n << BigInt(fits) })).toContain(`up to 2^${fits} would`);
    expect(() => chooseBfvProductParameters({ ...TASK, holders: 2 })).toThrow('the smallest change is 3');
    expect(() => chooseBfvProductParameters({ ...TASK, statisticalBits: 39 })).toThrow(
      'the smallest change is 40',
    );
    expect(() => chooseBfvProductParameters({ ...TASK, magnitude: 0n })).toThrow('at least 1');
  });

  test.each([
    ['a column that is not there', [{ left: 0, right: 1, released: [[0, 3]] }]],
    [
      'a pair twice',
      [
        {
          left: 0,
          right: 1,
          released: [
            [0, 0],
            [0, 0],
          ],
        },
      ],
    ],
    ['nothing', [{ left: 0, right: 1, released: [] }]],
    ['two blocks of one form', [{ left: 0, right: 0, released: [[0, 0]] }]],
    ['a block that is not there', [{ left: 0, right: 7, released: [[0, 0]] }]],
  ] as const)('a grid that opens %s is refused', (_, grids) => {
    expect(() => chooseBfvProductParameters({ ...TASK, grids: grids })).toThrow(
      expect.objectContaining({ code: 'TASK_IMPOSSIBLE' }),
    );
  });
});

describe('parameters made elsewhere', () => {
  const sound = chooseBfvProductParameters(TASK);

  test.each([
    ['less smudging', { smudgingBound: '1' }],
    ['less smudging of the key test', { testSmudgingBound: '1' }],
    ['fewer statistical bits than its smudging has', { statisticalBits: 59 }],
    ['another prime', { dataPrimes: ['1152921504606584833', ...sound.dataPrimes.slice(1)] }],
    ['another special prime', { specialPrime: '1152921504606584833' }],
    ['another plain modulus', { plainModuli: ['1125899906842597'] }],
    ['another coefficient to open', { products: { ...sound.products, chunkRecords: 999 } }],
    ['another ring degree', { ringDegree: 8192 }],
    ['no magnitude', { magnitude: 'x' }],
  ])('%s is refused', (_, change) => {
    expect(() => {
      requireSoundProducts({ ...sound, ...change });
    }).toThrow(expect.objectContaining({ code: 'TASK_IMPOSSIBLE' }));
  });
});
