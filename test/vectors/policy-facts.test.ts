/** What a policy sees of a task, value by value, and that its page says so. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { schemaToJson } from '@cedar-policy/cedar-wasm/nodejs';
import { expect, test } from 'vitest';
import { contextOf, taskEntity } from '../../keyholders/policy/facts.ts';
import { historyOf } from '../../keyholders/policy/history.ts';
import { subjectOf } from '../../keyholders/policy/subject.ts';
import { Cast, HOLDER, MEAN } from '../fixtures/policy-tasks.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(resolve(ROOT, file), 'utf8');

const party = (id: string) => ({ __entity: { type: 'Party', id } });
const datetime = (arg: string) => ({ __extn: { fn: 'datetime', arg } });

const cast = await Cast.make();
const task = cast.propose(
  {
    statistics: [
      { ...MEAN, by: ['sex', 'region'], where: { age: { from: 18 } } },
      { name: 'n', statistic: 'count', by: ['sex', 'region'], where: { age: { from: 18 } } },
      { name: 'ages', statistic: 'histogram', of: 'age', edges: [0, 65, 120] },
    ],
  },
  new Date('2026-01-31T23:00:00.000Z'),
);
const subject = subjectOf(task, 'approval');

test('the task', () => {
  expect(taskEntity(subject)).toEqual({
    uid: { type: 'Task', id: task.id },
    parents: [],
    attrs: {
      title: 'Mean pay',
      purpose: 'A test',
      legalBasis: 'None: the people are made up',
      retentionDays: 366 + 2 * 31 + 4 + 1,
      proposed: datetime('2026-01-31T23:00:00.000Z'),
      approveBy: datetime('2026-02-01T00:00:00.000Z'),
      collectBy: datetime('2026-02-02T00:00:00.000Z'),
      expires: datetime('2026-02-03T00:00:00.000Z'),
      inputs: ['north', 'south', 'east'].map(party),
      inputCount: 3,
      committee: ['holder-1', 'holder-2', 'holder-3'].map(party),
      committeeSize: 3,
      output: party('registry'),
      controllers: [],
      minimumContributors: 2,
      table: 'people',
      columns: ['age', 'pay', 'region', 'sex'],
      maxRows: 1000,
      statistics: ['mean', 'count', 'histogram'],
      measured: ['pay', 'age'],
      groupedBy: ['sex', 'region'],
      conditionedOn: ['age'],
      cells: 2 * 5 + 2,
      // In each of the ten cells the number and the sum, in each of the two bins the number.
      sums: 2 * 5 * 2 + 2,
      scheme: task.plan.scheme,
      securityBits: task.plan.parameters.securityBits,
      statisticalBits: 60,
    },
  });
});

test('the context', () => {
  const now = new Date('2026-01-31T23:30:00.000Z');
  const counts = { day: 0, week: 0, month: 0, year: 0 };
  expect(contextOf(subject, historyOf(subject, [], now), HOLDER, now)).toEqual({
    stage: 'approval',
    now: datetime('2026-01-31T23:30:00.000Z'),
    keyHolder: party('holder-1'),
    contributors: ['north', 'south', 'east'].map(party),
    contributorCount: 3,
    history: {
      tasks: counts,
      byRequester: counts,
      onDataSet: counts,
      byRequesterOnDataSet: counts,
      repeats: 0,
    },
    differencing: {
      exposesOneParty: false,
      exposed: [],
      nearlyEqual: false,
      withinTask: true,
      earlier: [],
    },
  });
});

test('the page lists all of it, and no more', () => {
  const schema = schemaToJson(read('keyholders/policy/schema.cedarschema'));
  if (schema.type === 'failure') throw new Error(schema.errors[0]?.message);
  const namespace = JSON.parse(JSON.stringify(schema.json['']), (_, value: unknown) => value) as Namespace;
  const context = namespace.actions['ask-operator']?.appliesTo.context.attributes ?? {};
  const attributes = (name: string, of: Attributes): string[] =>
    Object.entries(of).flatMap(([key, { name: type = '' }]) => {
      const inner = namespace.commonTypes[type]?.attributes;
      return inner === undefined || type === 'Counts'
        ? [`${name}.${key}`]
        : attributes(`${name}.${key}`, inner);
    });
  const declared = [
    ...attributes('resource', namespace.entityTypes['Task']?.shape.attributes ?? {}),
    ...attributes('context', context),
  ];
  const listed = [...read('docs/policies.md').matchAll(/^\| `((?:resource|context)\.[\w.]+)`/gm)].map(
    ([, name]) => name,
  );
  expect(declared.length).toBeGreaterThan(35);
  expect(listed.toSorted()).toEqual(declared.toSorted());
});

type Attributes = Readonly<Record<string, { readonly name?: string }>>;

interface Namespace {
  readonly commonTypes: Readonly<Record<string, { readonly attributes?: Attributes }>>;
  readonly entityTypes: Readonly<Record<string, { readonly shape: { readonly attributes: Attributes } }>>;
  readonly actions: Readonly<
    Record<string, { readonly appliesTo: { readonly context: { readonly attributes: Attributes } } }>
  >;
}
