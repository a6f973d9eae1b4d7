/** Task documents that are refused, with where and why. */
import { describe, expect, test } from 'vitest';
import type { ErrorCode } from '../../proto/errors.ts';
import { parseTask, validateTask } from '../../statistics/task.ts';
import { refusalOf, taskValue, wagesYaml } from '../fixtures/statistics-tasks.ts';

interface Refused {
  /** Changes one thing of the wages example. */
  readonly from: string | RegExp;
  readonly to: string;
  readonly says: string;
  readonly line?: number;
  readonly code?: ErrorCode;
}

const REFUSED: Record<string, Refused> = {
  'an unknown key': { from: 'title:', to: 'titel:', says: 'titel: unknown key; did you mean "title"?' },
  'an unknown key of a column': {
    from: 'places: 2',
    to: 'place: 2',
    says: 'wage.place: unknown key; did you mean "places"?',
    line: 21,
  },
  'an unknown key that is like no other': {
    from: 'retention: P30D',
    to: 'retention: P30D\ncolour: red',
    says: 'colour: unknown key; known are strongroom, title',
  },
  'a missing field': { from: /legal-basis: .*/, to: '', says: 'legal-basis: is missing' },
  'an unknown scheme': {
    from: 'retention: P30D',
    to: 'retention: P30D\nscheme: bgv',
    says: 'scheme: must be auto, bfv, ckks or paillier',
    line: 8,
  },
  'a modulus of another length': {
    from: 'retention: P30D',
    to: 'retention: P30D\nsecurity: { modulus-bits: 1024 }',
    says: 'security.modulus-bits: must be 2048 or 3072',
    line: 8,
  },
  'a length that the scheme has no use for': {
    from: 'retention: P30D',
    to: 'retention: P30D\nscheme: bfv\nsecurity: { modulus-bits: 3072 }',
    says: 'security.modulus-bits: is the length of a paillier key, and scheme is bfv: leave it out, or let scheme be paillier',
    line: 9,
  },
  'an empty purpose': {
    from: /purpose: >-\n(?: .*\n)+/,
    to: 'purpose: " "\n',
    says: 'purpose: must not be empty',
    line: 3,
  },
  'another version': { from: 'task/1', to: 'task/2', says: 'must be task/1', line: 1 },
  'a title that is a number': {
    from: /title: .*/,
    to: 'title: 1985',
    says: 'title: must be text; put it between quotes',
    line: 2,
  },
  'an unknown statistic': {
    from: 'statistic: mean',
    to: 'statistic: median',
    says: 'there is no statistic "median"; there are count, sum, mean, variance, sd, covariance, correlation, ratio, histogram, crosstab, min, max, quantile, regression, index, mirror; did you mean "mean"?',
    line: 28,
  },
  'an unknown type of column': {
    from: 'type: decimal',
    to: 'type: float',
    says: 'must be one of decimal, integer',
  },
  'an unknown column in by': {
    from: 'by: [occupation, gender]',
    to: 'by: [ocupation]',
    says: 'statistics.0.by.0: there is no column "ocupation"; did you mean "occupation"?',
    line: 27,
  },
  'an inherited property as a column': {
    from: 'of: wage',
    to: 'of: constructor',
    says: 'there is no column "constructor"',
  },
  'a numeric column in by': {
    from: 'by: [occupation, gender]',
    to: 'by: [wage]',
    says: '"wage" is decimal; cells need',
  },
  'a column in by twice': {
    from: 'by: [occupation, gender]',
    to: 'by: [gender, gender]',
    says: 'is named twice',
  },
  'totals without cells': { from: 'by: [occupation, gender], totals', to: 'totals', says: 'needs "by"' },
  'a mean of a category': {
    from: 'of: wage',
    to: 'of: gender',
    says: '"gender" is category; it must be integer or decimal',
  },
  'a mean of nothing': { from: ', of: wage', to: '', says: 'statistics.1.of: is missing' },
  'decimals that are not whole': { from: 'decimals: 2', to: 'decimals: 2.5', says: 'decimals' },
  'one name for two statistics': {
    from: 'name: mean-wage',
    to: 'name: persons',
    says: 'is the name of another statistic too',
  },
  'a range upside down': { from: 'min: 0.00', to: 'min: 101', says: 'min is greater than max' },
  'a bound with more decimals than the column': {
    from: 'max: 100.00',
    to: 'max: 100.001',
    says: 'min and max may have 2 decimals',
  },
  'a bound with an exponent': { from: 'max: 100.00', to: 'max: 1e2', says: 'must be a decimal such as' },
  'a bound in hexadecimal': { from: 'max: 100.00', to: 'max: 0x64', says: 'must be a decimal such as' },
  'an infinite bound': { from: 'max: 100.00', to: 'max: .inf', says: 'must be a decimal such as' },
  'a category twice': { from: 'management, sales', to: 'sales, sales', says: 'is listed twice' },
  'a category that is a number': {
    from: 'management, sales',
    to: '1, sales',
    says: 'must be text; put it between quotes',
  },
  'a domain that is no table': {
    from: 'union: persons',
    to: 'union: person',
    says: 'no table "person"; did you mean "persons"?',
  },
  'an upper-case party': { from: 'output: statistics', to: 'output: Statistics', says: 'lower-case' },
  'a party twice': {
    from: 'manufacturing, construction',
    to: 'other, construction',
    says: 'parties.input.2: is named twice',
  },
  'one input party': { from: /input: \[.*\]/, to: 'input: [other]', says: 'at least two input parties' },
  'more contributors than there are': {
    from: 'contributors: 3',
    to: 'contributors: 4',
    says: 'is 4, but there are only 3',
  },
  'one contributor': { from: 'contributors: 3', to: 'contributors: 1', says: 'must be at least 2' },
  'a deadline of no fixed length': {
    from: 'collect: P1D',
    to: 'collect: P1M',
    says: 'must be an ISO 8601 duration in days',
  },
  'a deadline of zero': { from: 'collect: P1D', to: 'collect: PT0S', says: 'must be an ISO 8601 duration' },
  'a retention in words': { from: 'P30D', to: '30 days', says: 'must be an ISO 8601 duration such as P30D' },
  'two key holders': {
    from: ', holder-3',
    to: '',
    says: 'names 2 key holders; K must be at least 3',
    code: 'COMMITTEE_INVALID',
    line: 11,
  },
  'one key holder three times': {
    from: 'holder-2, holder-3',
    to: 'holder-1, holder-1',
    says: 'names a key holder twice',
    code: 'COMMITTEE_INVALID',
  },
  'the output party as the only input': {
    from: /input: \[.*\]/,
    to: 'input: [statistics]',
    says: 'is the only input party too',
  },
  'an alias': {
    from: 'output: statistics',
    to: 'output: &who statistics\n  controllers: [*who]',
    says: 'are not allowed',
  },
  'an anchor': {
    from: 'output: statistics',
    to: 'output: &who statistics',
    says: 'anchors (&) are not allowed',
    line: 12,
  },
  'a tag': {
    from: 'output: statistics',
    to: 'output: !!str statistics',
    says: 'tags (!) are not allowed',
    line: 12,
  },
  'an unknown tag': { from: 'output: statistics', to: 'output: !who statistics', says: 'tag' },
  'a duplicate key': { from: 'title:', to: 'title: x\ntitle:', says: 'unique', line: 3 },
  'a second document': { from: /$/, to: '\n---\nx: 1\n', says: 'documents' },
  'a broken bracket': {
    from: 'domain: { union: persons }',
    to: 'domain: { union: persons',
    says: 'task.yaml:',
  },
  'a key that is a list': { from: 'domain: {', to: 'domain: { [a]: 1,', says: 'a key must be text' },
};

describe.each(Object.entries(REFUSED))('%s', (_name, { from, to, says, line, code }) => {
  test('is refused with the place and the reason', async () => {
    const yaml = wagesYaml().replace(from, to);
    expect(yaml).not.toBe(wagesYaml());
    const error = await refusalOf(code ?? 'TASK_INVALID', () => parseTask(yaml, 'task.yaml'));
    expect(error.message).toContain(says);
    expect(error.message).toMatch(
      line === undefined ? /^task\.yaml:\d+: / : new RegExp(`^task\\.yaml:${line}: `, 'm'),
    );
  });
});

test.each([
  ['a title of two lines', 'title', 'Wages\n\nWho\n  - input parties: none'],
  ['a title that erases the screen', 'title', 'Wages\u001b[2J'],
  ['a purpose that erases the screen', 'purpose', 'Wages\u001b[2J'],
  ['a purpose with another control character', 'purpose', 'Wages\u009b2J'],
  ['a legal basis that is read from right to left', 'legal-basis', 'Act \u202e4891'],
  ['a legal basis with an isolate', 'legal-basis', 'Act \u2066x'],
])('%s is refused: an operator reads it on a terminal', async (_name, key, text) => {
  const error = await refusalOf('TASK_INVALID', () => validateTask({ ...taskValue(), [key]: text }));
  expect(error.message).toContain(`${key}: must be text`);
});

test('a unit and a category are shown as what they are, too', async () => {
  const yaml = wagesYaml().replace(/unit: \w+/, 'unit: "EUR\\u202eRUE"');
  expect(yaml).not.toBe(wagesYaml());
  await refusalOf('TASK_INVALID', () => parseTask(yaml, 'task.yaml'));
});

test('every problem has a line of its own', async () => {
  const yaml = wagesYaml().replace('title:', 'titel:').replace('of: wage', 'of: wages');
  const error = await refusalOf('TASK_INVALID', () =>
    parseTask(yaml.replace('places: 2', 'places: two'), 'task.yaml'),
  );
  expect(error.message.split('\n').length).toBeGreaterThan(2);
});

test('a document with thousands of problems is refused in a bounded number of words', async () => {
  const unknown = Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`key-${i}`, 0]));
  const error = await refusalOf('TASK_INVALID', () => validateTask({ ...taskValue(), ...unknown }));
  expect(error.message.split('\n')).toHaveLength(51);
  expect(error.message).toMatch(/\nand 4950 more problems$/);
  const long = await refusalOf('TASK_INVALID', () => validateTask({ ['x'.repeat(1e6)]: 0 }));
  expect(long.message.length + JSON.stringify(long.details).length).toBeLessThan(10_000);
});

test('minus zero is zero, as the signed form writes it', () => {
  const task = parseTask(wagesYaml().replace('decimals: 2', 'decimals: -0'), 'task.yaml');
  expect(task).toEqual(parseTask(wagesYaml().replace('decimals: 2', 'decimals: 0'), 'task.yaml'));
});

const NOT_YAML: Record<string, string> = {
  'nothing at all': '',
  'a word': 'strongroom',
  'a list': '- strongroom: task/1',
  'more than a mebibyte': `# ${'x'.repeat(1024 * 1024)}\n${wagesYaml()}`,
  'brackets nested 100,000 deep': '['.repeat(100_000),
};

test('brackets that open on every line of a mebibyte are refused at once', async () => {
  const text = `strongroom: task/1\n${`key: ${'['.repeat(250)}\n`.repeat(4000)}`;
  const start = process.cpuUsage();
  const error = await refusalOf('TASK_INVALID', () => parseTask(text, 'task.yaml'));
  expect(error.message).toBe('task.yaml:2: is nested more than 64 levels deep');
  expect(process.cpuUsage(start).user).toBeLessThan(5e6);
});

test.each(Object.entries(NOT_YAML))('%s is not a task', async (_name, text) => {
  await refusalOf('TASK_INVALID', () => parseTask(text, 'task.yaml'));
});

describe('the JSON form', () => {
  test('takes bounds as exact text, and no binary fraction', async () => {
    const value = taskValue();
    value['tables'] = {
      units: { columns: { x: { type: 'decimal', places: 1, min: 0.1, max: 1 } }, 'max-rows': 1 },
    };
    const error = await refusalOf('TASK_INVALID', () => validateTask(value));
    expect(error.message).toContain('tables.units.columns.x.min: must be a decimal such as -12.50');
  });

  test.each([undefined, null, 1, 'task', [], {}])('refuses %j', async (value) => {
    await refusalOf('TASK_INVALID', () => validateTask(value));
  });

  test('refuses unknown keys at any depth', async () => {
    const value = { ...taskValue(), security: { 'statistical-bit': 60 } };
    const error = await refusalOf('TASK_INVALID', () => validateTask(value));
    expect(error.message).toContain(
      'security.statistical-bit: unknown key; did you mean "statistical-bits"?',
    );
  });

  test('a table that nobody needs is refused: data minimisation', async () => {
    const value = taskValue();
    const tables = value['tables'] as Record<string, unknown>;
    const error = await refusalOf('TASK_INVALID', () =>
      validateTask({ ...value, tables: { ...tables, more: tables['units'] } }),
    );
    expect(error.message).toContain('tables.more: is not in the domain');
  });
});
