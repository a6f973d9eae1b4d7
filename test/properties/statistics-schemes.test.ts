/** The two schemes of a task: the same result, the layout that costs least, and a choice that the costs explain. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mostBatches } from '../../schemes/paillier/keygen/plan.ts';
import { planProducts } from '../../schemes/paillier/keygen/products/plan.ts';
import { paillierSlots } from '../../schemes/paillier/parameters.ts';
import { costOf, totalMs } from '../../statistics/cost.ts';
import { describePlan } from '../../statistics/describe.ts';
import { largestSlot } from '../../statistics/fit.ts';
import { layOut } from '../../statistics/layout.ts';
import { bits } from '../../statistics/limbs.ts';
import { planTask, type Plan } from '../../statistics/plan.ts';
import { parseTask, type TaskDocument } from '../../statistics/task.ts';
import { planSums, surveyOf, taskOf, wagesYaml } from '../fixtures/statistics-tasks.ts';

const paillierPlan = (task: TaskDocument): Extract<Plan, { scheme: 'paillier' }> => {
  const plan = planTask(task);
  if (plan.scheme !== 'paillier') throw new Error('the task has another scheme');
  return plan;
};

/** Surveys of every shape that a cost depends on. */
const surveys = fc.record({
  contributors: fc.oneof(fc.integer({ min: 2, max: 40 }), fc.constantFrom(300, 800, 2_000)),
  cells: fc.integer({ min: 1, max: 120 }),
  maxRows: fc.constantFrom(1, 1_000, 1_000_000_000),
  max: fc.constantFrom(1, 1_000_000, Number.MAX_SAFE_INTEGER),
  holders: fc.integer({ min: 3, max: 7 }),
  modulusBits: fc.constantFrom(2048 as const, 3072 as const),
});

describe('packing', () => {
  /** Two parties, so a cell holds counts up to twice the rows. */
  const counts = (maxRows: number, cells: number): TaskDocument =>
    surveyOf({ contributors: 2, cells, maxRows, scheme: 'paillier', statistics: ['count'] });

  // 4095 + 4095 has 13 bits, and 2048 = 128·(13 + 3).
  test.each([
    [4095, 128, 16, 128, 1],
    [4095, 129, 16, 128, 2],
    [4096, 120, 17, 120, 1],
    [4096, 121, 17, 120, 2],
  ])(
    'with %i rows, %i cells: slots of %i bits, %i of them in each of %i',
    (rows, cells, width, each, all) => {
      const { parameters, ciphertexts, margins } = paillierPlan(counts(rows, cells));
      expect([parameters.slotBits, parameters.slots, ciphertexts]).toEqual([width, each, all]);
      expect(margins).toEqual({ guardBits: 2 });
    },
  );

  test('a modulus of 3072 bits holds half as many again', () => {
    const task = surveyOf({
      contributors: 2,
      cells: 192,
      maxRows: 4095,
      modulusBits: 3072,
      statistics: ['count'],
    });
    expect(paillierPlan({ ...task, scheme: 'paillier' }).ciphertexts).toBe(1);
  });

  test('no slot limit has fewer ciphertexts, or as many with fewer slots', () => {
    fc.assert(
      fc.property(surveys, fc.integer({ min: 2, max: 400 }), (shape, width) => {
        const task = surveyOf({ ...shape, scheme: 'paillier' });
        const { ciphertexts, layout, parameters } = paillierPlan(task);
        expect(largestSlot(layout)).toBe(BigInt(parameters.magnitude));
        expect(parameters.slots * parameters.slotBits).toBeLessThanOrEqual(parameters.modulusBits);
        expect(bits(BigInt(parameters.magnitude)) + 3).toBe(parameters.slotBits);
        const other = layOut(task, 1n << BigInt(width));
        if (other === undefined) return;
        const needed = Math.ceil(other.slots / paillierSlots(shape.modulusBits, largestSlot(other)));
        expect(needed).toBeGreaterThanOrEqual(ciphertexts);
        if (needed === ciphertexts) expect(other.slots).toBeGreaterThanOrEqual(layout.slots);
      }),
    );
  });

  test('the key ceremony is hidden by at least 80 bits, and by more where the task says so', () => {
    const bitsOf = (asked: number): number =>
      paillierPlan(surveyOf({ contributors: 3, cells: 1, scheme: 'paillier', statisticalBits: asked }))
        .statisticalBits;
    expect([40, 60, 80, 84].map(bitsOf)).toEqual([80, 80, 80, 84]);
  });

  test('the products of the ceremony of the largest committee can be hidden by 80 bits', () => {
    const task = surveyOf({ contributors: 3, cells: 1, holders: 255, scheme: 'paillier', modulusBits: 3072 });
    const { parameters } = paillierPlan(task);
    expect(() => planProducts({ ...parameters, batches: mostBatches(parameters) })).not.toThrow();
  });
});

describe('cost', () => {
  test('what is sent is read, and stays within what a party may upload', () => {
    fc.assert(
      fc.property(surveys, fc.constantFrom('bfv' as const, 'paillier' as const), (shape, scheme) => {
        const plan = planSums({ ...surveyOf({ ...shape, scheme: 'auto' }), scheme });
        const { inputParty, keyHolder, aggregator, outputParty } = costOf(plan);
        const { contributors, holders, upload } = plan;
        expect(aggregator.reads).toBe(contributors * inputParty.sends + holders * keyHolder.sends);
        expect(aggregator.sends).toBe(
          contributors * inputParty.reads + holders * keyHolder.reads + outputParty.reads,
        );
        expect(inputParty.sends).toBe(upload.inputBytes);
        expect(keyHolder.sends).toBeLessThanOrEqual(upload.holderBytes);
        expect(keyHolder.reads).toBeGreaterThan(contributors * upload.inputBytes);
      }),
    );
  });

  test('a contributor of a few values sends two hundredths of what it would with bfv', () => {
    const survey = { contributors: 2_000, cells: 20, maxRows: 1, max: 1_000_000_000 };
    const sends = (scheme: string): number =>
      costOf(planSums(surveyOf({ ...survey, scheme }))).inputParty.sends;
    expect(sends('paillier')).toBeLessThan(0.02 * sends('bfv'));
  });
});

describe('auto', () => {
  const schemeOf = (contributors: number, cells: number): Plan['scheme'] =>
    planSums(surveyOf({ contributors, cells, maxRows: 1, max: 1_000_000_000 })).scheme;

  test('a few offices have bfv, thousands of firms with a few cells paillier, with thousands of cells bfv', () => {
    expect(planSums(parseTask(wagesYaml(), 'task.yaml')).scheme).toBe('bfv');
    expect([schemeOf(3, 1), schemeOf(2_000, 20), schemeOf(2_000, 2_000)]).toEqual(['bfv', 'paillier', 'bfv']);
  });

  test('there is one number of contributors from which it is paillier', () => {
    let [few, many] = [3, 3_000];
    while (many - few > 1) {
      const middle = (few + many) >> 1;
      if (schemeOf(middle, 20) === 'bfv') few = middle;
      else many = middle;
    }
    expect(many).toBeGreaterThan(100);
    for (const less of [2, few >> 1, few]) expect(schemeOf(less, 20)).toBe('bfv');
    for (const more of [many, many + 100, 3_000]) expect(schemeOf(more, 20)).toBe('paillier');
  });

  test('picks what costs all parties together less, and plans as where the task names it', () => {
    fc.assert(
      fc.property(surveys, (shape) => {
        const task = surveyOf(shape);
        const bfv = planSums({ ...task, scheme: 'bfv' });
        const paillier = planSums({ ...task, scheme: 'paillier' });
        const { why, ...plan } = planSums(task);
        const { why: named, ...cheaper } = totalMs(paillier) < totalMs(bfv) ? paillier : bfv;
        expect(plan).toEqual(cheaper);
        expect(named).toBe('the task names it');
        expect(why).toMatch(/^it costs all parties together about .* and (bfv|paillier) about /);
      }),
      { numRuns: 50 },
    );
  });

  test('has no random part, and the plan survives JSON', () => {
    const task = surveyOf({ contributors: 2_000, cells: 20, maxRows: 1 });
    const plan = planSums(task);
    expect(planSums(structuredClone(task))).toEqual(plan);
    expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
  });

  test('where paillier would need more ciphertexts than a document names, it says so', () => {
    const many = taskOf({ a: labels(1500), b: labels(1500) }, [
      { name: 'n', statistic: 'count', by: ['a', 'b'] },
    ]);
    const { scheme, why } = planSums(many);
    expect(scheme).toBe('bfv');
    expect(why).toContain('paillier cannot compute this task: The statistics need 2250000 slots');
  });
});

const labels = (count: number): object => ({
  type: 'category',
  values: Array.from({ length: count }, (_, i) => `l${i}`),
});

describe('in words', () => {
  const task = surveyOf({ contributors: 2_000, cells: 20, maxRows: 1, max: 1_000_000_000 });
  const text = describePlan(task, planSums(task)).replace(/\s+/g, ' ');

  test.each([
    'in-19 and 1980 more, 2000 in all',
    'scheme paillier: it costs all parties together about',
    'encrypts 80 numbers in 2 ciphertexts',
    'modulus of 2048 bits that nobody can factor',
    '46 slots of 44 bits in a ciphertext',
    '112 bits computational (NIST SP 800-57), 80 bits statistical',
    '2 guard bits and a sign above the largest sum of a slot',
    'Σ turnover² by branch: at most ±2000000000000000000000 (71 bits) in 2 limbs of 31 bits',
    'a slot reaches ±2147483648000 and holds ±2147483648000',
    'the candidates for the key that were tried and rejected',
    'all parties together, with what passes over links of 10 MB/s: about',
  ])('it says: %s', (words) => {
    expect(text).toContain(words);
  });

  test('nothing of one scheme is said of the other', () => {
    expect(text).not.toMatch(/noise|ring degree|Homomorphic/);
    const wages = parseTask(wagesYaml(), 'task.yaml');
    expect(describePlan(wages, planSums(wages))).not.toMatch(/guard bits|candidates|NIST/);
  });
});
