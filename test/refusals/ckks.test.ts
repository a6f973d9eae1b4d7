/** What threshold CKKS refuses: malformed bytes, wrong shares, parameters and tasks without a margin. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openCombiner } from '../../schemes/combiner.ts';
import { openEncryptor } from '../../schemes/encryptor.ts';
import { openKeyShare } from '../../schemes/key-share.ts';
import {
  ckksChoices,
  GUARD_SLOTS,
  requireSoundCkks,
  type CkksParameters,
} from '../../schemes/ckks/parameters.ts';
import { planTask } from '../../statistics/plan.ts';
import {
  at,
  combineOne,
  encryptedSum,
  openCkksCommittee,
  openCommittee,
  PARTY,
  refusedBy,
  seed,
  shareOf,
  type Committee,
} from '../fixtures/schemes-committee.ts';
import { refusalOf, taskOf } from '../fixtures/statistics-tasks.ts';

let committee: Committee<CkksParameters>;
let good: Uint8Array;
let output: Uint8Array;
let shares: Uint8Array[];

beforeAll(async () => {
  committee = await openCkksCommittee('ckks refusals');
  good = committee.encryptor.encrypt([1n << 90n, -5n]);
  output = encryptedSum(committee, [[1n << 100n], [2n], [3n]]);
  shares = committee.holders.map((holder) => shareOf(holder, output));
});
afterAll(() => {
  committee[Symbol.dispose]();
});

const code = (expected: string): unknown => expect.objectContaining({ code: expected });

describe('foreign bytes', () => {
  test.each<[string, (bytes: Uint8Array) => Uint8Array]>([
    ['length', (bytes) => bytes.slice(0, -1)],
    ['header', at(5, 1)],
    ['parms_id', at(20, 0)],
    ['NTT form', at(48, 1)],
    ['number of polynomials', at(49, 3)],
    ['scale', at(80, 0)],
    ['scale', at(79, 1)],
    ['correction factor', at(81, 2)],
    ['number of words', at(105, 1)],
    ['transparent', (bytes) => bytes.slice().fill(0, 113 + 8 * 3 * 8192)],
    ['word range', (bytes) => bytes.slice().fill(0xff, -8)],
  ])('a ciphertext is refused by the check on: %s', (check, spoil) => {
    const { evaluator, holders, combiner } = committee;
    expect(
      refusedBy(() => {
        evaluator.validateInput(spoil(good), PARTY);
      }),
    ).toBe(check);
    using sum = evaluator.sum();
    expect(
      refusedBy(() => {
        sum.add(spoil(good), PARTY);
      }),
    ).toBe(check);
    expect(refusedBy(() => holders[0]?.partialDecryptions([spoil(good)]))).toBe(check);
    expect(refusedBy(() => combineOne(combiner, spoil(good), shares))).toBe(check);
  });

  test('a bfv ciphertext, a bfv key and a key of another task are refused', async () => {
    using bfv = await openCommittee('bfv');
    expect(bfv.context.parameters.dataPrimes).toHaveLength(3);
    expect(
      refusedBy(() => {
        committee.evaluator.validateInput(bfv.encryptor.encrypt([1n]), PARTY);
      }),
    ).toBe('parms_id');
    await expect(openEncryptor(committee.context, bfv.jointKey, PARTY)).rejects.toThrow(
      code('CIPHERTEXT_INVALID'),
    );
    const elsewhere = { ...committee.context, task: 'cd'.repeat(32) };
    await expect(openEncryptor(elsewhere, committee.jointKey, PARTY)).rejects.toThrow(
      code('CIPHERTEXT_INVALID'),
    );
  });

  test('a value beyond ±Δ, one value too many, and one ciphertext too many in a sum', () => {
    const beyond = (1n << BigInt(committee.context.parameters.scaleBits)) + 1n;
    expect(() => committee.encryptor.encrypt([0n, beyond])).toThrow('slot 1 is too large');
    const full = new Array<bigint>(committee.encryptor.slots + 1).fill(0n);
    expect(() => committee.encryptor.encrypt(full)).toThrow('slots');
    using sum = committee.evaluator.sum();
    for (let i = 0; i < 3; i += 1) sum.add(good, PARTY);
    expect(() => {
      sum.add(good, PARTY);
    }).toThrow(code('QUOTA_EXCEEDED'));
  });
});

/** One word of a share moved, modulo its prime. */
function moved(share: Uint8Array | undefined, coefficient: number, by: bigint): Uint8Array {
  const copy = Buffer.from(share ?? []);
  const { ringDegree, dataPrimes } = committee.context.parameters;
  for (const [j, prime] of dataPrimes.map(BigInt).entries()) {
    const offset = 32 + 8 * (j * ringDegree + coefficient);
    copy.writeBigUInt64LE((copy.readBigUInt64LE(offset) + by) % prime, offset);
  }
  return new Uint8Array(copy);
}

describe('shares', () => {
  test('K − 1 shares, one twice, and one from another seed void the result', async () => {
    const { combiner, context, jointKey } = committee;
    const [first, second, third] = shares;
    if (!first || !second || !third) throw new Error('unreachable');
    expect(() => combineOne(combiner, output, [first, second])).toThrow(code('SHARE_INVALID'));
    expect(() => combineOne(combiner, output, [first, second, second])).toThrow(code('SHARE_INVALID'));
    using other = await openKeyShare(context, seed('another'), 2, jointKey);
    expect(() => combineOne(combiner, output, [first, second, shareOf(other, output)])).toThrow(
      code('SHARE_INVALID'),
    );
    expect(combineOne(combiner, output, [first, second, third])).toHaveLength(8192 - GUARD_SLOTS);
  });

  test('a share of another ciphertext names its holder', () => {
    const [first, second] = shares;
    if (!first || !second) throw new Error('unreachable');
    const foreign = shareOf(committee.holders[2], good);
    expect(() => combineOne(committee.combiner, output, [first, second, foreign])).toThrow(
      expect.objectContaining({ code: 'CIPHERTEXT_INVALID', details: { check: 'tag', holder: 2 } }),
    );
  });

  test('noise beyond the plan in a guard slot voids the result, whoever made it', () => {
    const { scaleBits, slots } = committee.context.parameters;
    for (const coefficient of [slots, 8191]) {
      const noisy = [moved(shares[0], coefficient, 1n << BigInt(scaleBits - 60)), ...shares.slice(1)];
      expect(() => combineOne(committee.combiner, output, noisy)).toThrow(code('SHARE_INVALID'));
    }
  });

  test('an offset that a key holder chooses for a value is not found: it shifts the result', () => {
    const shift = 1n << 120n;
    const wrong = [moved(shares[0], 7, shift), ...shares.slice(1)];
    const [right, shifted] = [shares, wrong].map((each) => combineOne(committee.combiner, output, each));
    expect((shifted?.[7] ?? 0n) - (right?.[7] ?? 0n)).toBe(shift);
  });
});

test.each<[string, (p: CkksParameters) => object]>([
  ['less smudging', (p) => ({ smudgingBound: String(BigInt(p.smudgingBound) / 2n) })],
  ['a smaller noise bound', () => ({ noiseBound: '1' })],
  ['λ below what was planned for', () => ({ statisticalBits: 40 })],
  ['λ below the floor', () => ({ statisticalBits: 39 })],
  ['a larger scale', (p) => ({ scaleBits: p.scaleBits + 1 })],
  ['a smaller error', () => ({ errorBound: '1' })],
  ['fewer guard slots', () => ({ slots: 8192 })],
  ['another prime', (p) => ({ dataPrimes: [...p.dataPrimes.slice(1), '1152921504606830593'] })],
  ['a ring that is too small', () => ({ ringDegree: 4096 })],
  ['a plain modulus', () => ({ plainModulus: '65537' })],
  ['two key holders', () => ({ holders: 2 })],
])('parameters with %s are not sound', (_, change) => {
  const parameters = committee.context.parameters;
  const sent = JSON.parse(JSON.stringify(parameters)) as CkksParameters;
  requireSoundCkks(sent);
  const changed = { ...sent, ...change(sent) } as CkksParameters;
  expect(() => {
    requireSoundCkks(changed);
  }).toThrow(code('TASK_IMPOSSIBLE'));
  expect(() => openCombiner({ ...committee.context, parameters: changed }, committee.jointKey)).toThrow(
    code('TASK_IMPOSSIBLE'),
  );
});

describe('a plan', () => {
  const COLUMNS = {
    x: { type: 'decimal', places: 3, min: '-9000000000000.0', max: '9000000000000.0' },
    w: { type: 'integer', min: 1, max: 9000000000000000 },
  };
  const names = (prefix: string, length: number) => Array.from({ length }, (_, i) => `${prefix}-${i}`);
  const largest = {
    scheme: 'ckks',
    security: { 'statistical-bits': 128 },
    parties: { input: names('in', 500), processing: names('holder', 255), output: 'out' },
  };
  const planned = (spec: Record<string, unknown>, changes: Record<string, unknown> = largest) =>
    planTask(taskOf(COLUMNS, [{ name: 's', ...spec }], changes, 1_000_000_000));

  test('is refused where the error may pass half a unit, with the numbers and the decimals that would do', async () => {
    const spec = { statistic: 'variance', of: 'x', weight: 'w' };
    const { message } = await refusalOf('TASK_IMPOSSIBLE', () => planned({ ...spec, decimals: 6 }));
    const [, bound, allowed, fewer] =
      /^s: .* the variance can be off by (\S+), and to 6 decimals at most (\S+) is allowed. The smallest change is (\d+) decimals;/.exec(
        message,
      ) ?? [];
    expect(Number(bound)).toBeGreaterThan(Number(allowed));
    const plan = planned({ ...spec, decimals: Number(fewer) });
    expect(plan.scheme === 'ckks' && plan.errors).toEqual([
      { name: 's', bound, allowed: expect.stringMatching(/^5\.0e-/) as string },
    ]);
    await refusalOf('TASK_IMPOSSIBLE', () => planned({ ...spec, decimals: Number(fewer) + 1 }));
  });

  test('is refused where nothing bounds the error: a regression on sums that are not exact', async () => {
    const spec = { statistic: 'regression', of: 'x', on: [['x', 'x', 'w']], decimals: 2 };
    const { message } = await refusalOf('TASK_IMPOSSIBLE', () => planned(spec));
    expect(message).toMatch(/^s: .*is not exact, and without that nothing bounds .*let scheme be bfv$/);
  });

  test('is refused below the floor of λ, and with a length of a paillier key', async () => {
    const low = { ...largest, security: { 'statistical-bits': 39 } };
    const { message } = await refusalOf('TASK_IMPOSSIBLE', () => planned({ statistic: 'count' }, low));
    expect(message).toContain('raise it to 40');
    const long = { ...largest, security: { 'modulus-bits': 3072 } };
    await refusalOf('TASK_INVALID', () => planned({ statistic: 'count' }, long));
  });
});

test('no parameters are offered where λ leaves no bit of a value', () => {
  const task = { holders: 3, contributors: 3, statisticalBits: 128 };
  expect(ckksChoices(task, 1).map(({ dataPrimes }) => dataPrimes.length)).toEqual([3, 4, 5, 6]);
  expect(() => ckksChoices({ ...task, statisticalBits: 129 }, 1)).toThrow(code('TASK_IMPOSSIBLE'));
});
