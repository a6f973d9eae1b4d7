/** What a key holder finds when it compares a task with those before it. */
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { askedBy, sameDataSet } from '../../keyholders/ledger-asked.ts';
import { differencing, type Asking, type Differencing } from '../../keyholders/ledger-differencing.ts';
import { Cast, MEAN, of, where } from '../fixtures/policy-tasks.ts';

let cast: Cast;
beforeAll(async () => {
  cast = await Cast.make();
});

/** A task as the ledger has it; `contributors` where not all have submitted. */
function asking(
  name: string,
  changes: Record<string, unknown> = {},
  contributors?: readonly string[],
): Asking {
  const { document, plan } = cast.propose(changes);
  return {
    task: name,
    contributors: contributors ?? document.parties.input,
    asked: askedBy(document, plan.layout),
  };
}

const found = (task: Asking, ...earlier: Asking[]): Differencing => differencing(task, earlier);
const ALL = ['north', 'south', 'east', 'west', 'isle'];

describe('input parties', () => {
  test('one party fewer is exposed, whichever of the two tasks comes first', () => {
    const [three, two] = [asking('three'), asking('two', of('north', 'south'))];
    for (const [a, b] of [
      [three, two],
      [two, three],
    ] as const) {
      expect(found(a, b)).toMatchObject({ exposed: ['east'], exposedWith: [b.task] });
      expect(found(a, b).near).toEqual([{ task: b.task, parties: ['east'], columns: [] }]);
    }
  });

  test('the same parties again expose nobody, and are a repetition', () => {
    expect(found(asking('b'), asking('a'))).toEqual({
      near: [],
      within: [],
      exposed: [],
      exposedWith: [],
      repeats: ['a'],
    });
  });

  test('the same task with an input left out on the way is another question', () => {
    const short = asking('b', {}, ['north', 'south']);
    expect(found(short, asking('a')).exposed).toEqual(['east']);
  });

  test('three pairs expose all three of them, and each of the earlier two is needed', () => {
    const pairs = [asking('ab', of('north', 'south')), asking('bc', of('south', 'east'))];
    const third = asking('ac', of('north', 'east'));
    expect(found(third, ...pairs)).toMatchObject({ exposed: ['east', 'north', 'south'] });
    expect(found(third, ...pairs).exposedWith).toEqual(['ab', 'bc']);
    expect(found(third, asking('far', of('west', 'isle')), ...pairs).exposedWith).toEqual(['ab', 'bc']);
    expect(found(pairs[1] ?? third, ...pairs.slice(0, 1)).exposed).toEqual([]);
  });

  test('fewer than the minimum are near, as many are not', () => {
    const five = asking('five', { ...of(...ALL), disclosure: { 'minimum-contributors': 3 } });
    const three = asking('three', { ...of(...ALL.slice(0, 3)), disclosure: { 'minimum-contributors': 3 } });
    expect(found(three, five).near).toEqual([{ task: 'five', parties: ['west', 'isle'], columns: [] }]);
    const loose = { disclosure: { 'minimum-contributors': 2 } };
    const other = asking('five', { ...of(...ALL), ...loose });
    expect(found(asking('three', { ...of(...ALL.slice(0, 3)), ...loose }), other).near).toEqual([]);
  });

  test('an output party that has data of its own subtracts it', () => {
    const parties = (...input: string[]) => ({
      parties: { ...(of(...input)['parties'] as object), output: 'office' },
    });
    expect(found(asking('a', parties('office', 'north')))).toMatchObject({
      exposed: ['north'],
      exposedWith: [],
    });
    expect(found(asking('a', parties('office', 'north', 'south'))).exposed).toEqual([]);
  });

  test('exposes exactly whom subtraction gives', () => {
    const subset = fc.subarray(ALL, { minLength: 2 });
    fc.assert(
      fc.property(subset, subset, (a, b) => {
        const only = [...a.filter((party) => !b.includes(party)), ...b.filter((party) => !a.includes(party))];
        const nested = a.every((party) => b.includes(party)) || b.every((party) => a.includes(party));
        const expected = nested && only.length === 1 ? only : [];
        const earlier = asking('a', of(...a));
        expect(found({ ...earlier, task: 'b', contributors: b }, earlier).exposed).toEqual(expected);
      }),
      { numRuns: 200 },
    );
  });
});

describe('conditions', () => {
  const near = (a: Record<string, unknown>, b: Record<string, unknown>) => {
    const [one, other] = [asking('a', a), asking('b', b)];
    const [forth, back] = [found(one, other).near, found(other, one).near];
    expect(forth.map(({ columns }) => columns)).toEqual(back.map(({ columns }) => columns));
    expect([...found(one, other).exposed, ...found(other, one).exposed]).toEqual([]);
    return forth[0]?.columns;
  };
  const cut = (by: string[], condition: Record<string, unknown> = {}) => ({
    statistics: [{ ...MEAN, by, where: condition }],
  });

  test('a range that ends elsewhere', () => {
    expect(near(where({ age: { to: 64 } }), where({ age: { to: 65 } }))).toEqual(['age']);
    expect(near({}, where({ pay: { to: '99.99' } }))).toEqual(['pay']);
    expect(near(where({ age: { from: 18, to: 64 } }), where({ age: { from: 19 } }))).toEqual(['age']);
  });

  test('ranges without a record in common', () => {
    expect(near(where({ age: { to: 17 } }), where({ age: { from: 18 } }))).toBeUndefined();
  });

  test('a range written in another way is the same', () => {
    expect(near(where({ pay: { from: '5' } }), where({ pay: { from: '5.00', to: '100' } }))).toBeUndefined();
    expect(near({}, where({ pay: { from: 0 }, sex: ['m', 'f'] }))).toBeUndefined();
  });

  test('one label fewer of five, and one of two', () => {
    expect(near({}, where({ region: ['a', 'b', 'c', 'd'] }))).toEqual(['region']);
    expect(near({}, where({ sex: 'f' }))).toBeUndefined();
    expect(near(where({ region: 'a' }), where({ region: 'b' }))).toBeUndefined();
  });

  test('cells add up to what another task selects', () => {
    expect(near(cut(['region']), where({ region: ['a', 'b', 'c', 'd'] }))).toBeUndefined();
    expect(near(cut(['sex']), where({ sex: 'f', age: { to: 64 } }))).toEqual(['age']);
    expect(near(cut(['sex'], { age: { to: 65 } }), cut(['sex', 'region'], { age: { to: 64 } }))).toEqual([
      'age',
    ]);
  });

  test('bins that end elsewhere, and bins that are unions of others', () => {
    const histogram = (...edges: number[]) => ({
      statistics: [{ name: 'h', statistic: 'histogram', of: 'age', edges }],
    });
    expect(near(histogram(0, 64, 120), histogram(0, 65, 120))).toEqual(['age']);
    expect(near(histogram(0, 64, 120), histogram(0, 32, 64, 90, 120))).toBeUndefined();
  });

  test('two statistics of one task', () => {
    const { within } = found(
      asking('a', {
        statistics: [MEAN, { ...MEAN, name: 'other', where: { age: { to: 100 } } }],
      }),
    );
    expect(within).toEqual(['age']);
  });

  test('by a cell, a party fewer is exposed too', () => {
    const earlier = asking('a', cut(['sex']));
    expect(found(asking('b', { ...of('north', 'south'), ...where({ sex: 'f' }) }), earlier).exposed).toEqual([
      'east',
    ]);
  });
});

describe('comparisons of two parties', () => {
  const mirror = (name: string, from: string, minus: string, sex = 'f') => ({
    name,
    statistic: 'mirror',
    of: 'pay',
    decimals: 2,
    from: { party: from, where: { sex } },
    minus: { party: minus, where: { sex } },
  });
  const demands = { disclosure: { 'minimum-contributors': 3 } };

  test('a gap exposes nobody, and does with the sum of the two', () => {
    const gap = asking('gap', { ...demands, statistics: [mirror('gap', 'north', 'south')] });
    expect(found(gap).exposed).toEqual([]);
    const sum = asking('sum', { ...of('north', 'south'), ...where({ sex: 'f' }) });
    expect(found(sum, gap).exposed).toEqual(['north', 'south']);
    const others = asking('sum', { ...of('north', 'south'), ...where({ sex: 'm' }) });
    expect(found(others, gap).exposed).toEqual([]);
  });
});

describe('one data set or another', () => {
  const table = (name: string, columns: Record<string, unknown>, statistics: unknown[] = [MEAN]) => ({
    tables: { [name]: { columns, 'max-rows': 1000 } },
    domain: { union: name },
    statistics,
  });
  const pay = { type: 'decimal', places: 2, min: '0', max: '100' };
  const label = { type: 'category', values: ['f', 'm'] };

  test('a table under another name, with most of its columns', () => {
    const people = asking('a');
    expect(sameDataSet(people, asking('b', table('persons', { pay, sex: label })))).toBe(true);
    expect(
      sameDataSet(
        people,
        asking('b', table('persons', { Pay: pay, 'S e x': label }, [{ ...MEAN, of: 'Pay' }])),
      ),
    ).toBe(true);
    expect(
      sameDataSet(people, asking('b', table('firms', { pay, size: label, kind: label, town: label }))),
    ).toBe(false);
    expect(sameDataSet(people, asking('b', of('west', 'isle')))).toBe(false);
  });

  test('a column under another spelling is the same column', () => {
    const columns = { Pay: pay, age: { type: 'integer', min: 0, max: 120 }, sex: label };
    const other = table('people', columns, [{ ...MEAN, of: 'Pay' }]);
    expect(found(asking('b', { ...other, ...of('north', 'south') }), asking('a')).exposed).toEqual(['east']);
  });
});
