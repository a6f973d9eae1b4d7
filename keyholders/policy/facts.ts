/** A task and what this key holder knows about it, as the values that `schema.cedarschema` declares. */
import type { CedarValueJson, Context, EntityJson } from '@cedar-policy/cedar-wasm/nodejs';
import { tableNameOf, tableOf } from '../../statistics/domain.ts';
import { daysSinceEarlier, type History } from './history.ts';
import { deadlinesOf, type Subject } from './subject.ts';

export function taskEntity(subject: Subject): EntityJson {
  const { document, plan, proposedAt } = subject;
  const { parties, statistics } = document;
  const [approveBy, collectBy, expires] = deadlinesOf(subject);
  const { groups } = plan.layout;
  const table = tableOf(document);
  const measured = groups.flatMap(({ moments }) => moments.flatMap(({ factors }) => factors));
  const bins = groups.flatMap(({ bins: cut }) => (cut === null ? [] : [cut.column]));
  const conditions = groups.flatMap(({ where, sides }) => [where, ...sides.map((side) => side.where)]);
  return {
    uid: { type: 'Task', id: subject.task },
    attrs: {
      title: document.title,
      purpose: document.purpose,
      legalBasis: document['legal-basis'],
      retentionDays: daysOf(document.retention),
      proposed: datetime(proposedAt),
      approveBy: datetime(approveBy),
      collectBy: datetime(collectBy),
      expires: datetime(expires),
      inputs: parties.input.map(party),
      inputCount: parties.input.length,
      committee: parties.processing.map(party),
      committeeSize: parties.processing.length,
      output: party(parties.output),
      controllers: parties.controllers.map(party),
      minimumContributors: document.disclosure['minimum-contributors'],
      table: tableNameOf(document),
      columns: Object.keys(table.columns),
      maxRows: table['max-rows'],
      statistics: distinct(statistics.map(({ statistic }) => statistic)),
      measured: distinct([...measured, ...bins]),
      groupedBy: distinct(groups.flatMap(({ by }) => by)),
      conditionedOn: distinct(conditions.flatMap((where) => Object.keys(where))),
      cells: groups.reduce((sum, { cells }) => sum + cells, 0),
      sums: groups.reduce((sum, { cells, moments }) => sum + cells * moments.length, 0),
      scheme: plan.scheme,
      securityBits: plan.parameters.securityBits,
      statisticalBits: plan.statisticalBits,
    },
    parents: [],
  };
}

export function contextOf(subject: Subject, history: History, keyHolder: string, now: Date): Context {
  const { differencing: found, earlier, tasks, byRequester, onDataSet, byRequesterOnDataSet } = history;
  const days = daysSinceEarlier(history, now);
  return {
    stage: subject.stage,
    now: datetime(now),
    keyHolder: party(keyHolder),
    contributors: subject.contributors.map(party),
    contributorCount: subject.contributors.length,
    history: {
      tasks: { ...tasks },
      byRequester: { ...byRequester },
      onDataSet: { ...onDataSet },
      byRequesterOnDataSet: { ...byRequesterOnDataSet },
      repeats: found.repeats.length,
    },
    differencing: {
      exposesOneParty: found.exposed.length > 0,
      exposed: found.exposed.map(party),
      nearlyEqual: found.near.length > 0,
      withinTask: found.within.length > 0,
      earlier: earlier.map(({ task }) => task),
      ...(days === undefined ? {} : { daysSinceEarlier: days }),
    },
  };
}

const party = (id: string): CedarValueJson => ({ __entity: { type: 'Party', id } });

const datetime = (at: Date): CedarValueJson => ({ __extn: { fn: 'datetime', arg: at.toISOString() } });

const distinct = (names: readonly string[]): string[] => [...new Set(names)];

const LENGTHS = { Y: 366, M: 31, W: 7, D: 1 } as const;

/** Days of an ISO 8601 duration, counted long: years of 366 days, months of 31, a part of a day for a whole one. */
function daysOf(duration: string): number {
  const [calendar = '', clock] = duration.slice(1).split('T');
  const days = [...calendar.matchAll(/(\d+)([YMWD])/g)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * LENGTHS[unit as keyof typeof LENGTHS],
    0,
  );
  if (clock === undefined) return days;
  const [hours, minutes, seconds] = ['H', 'M', 'S'].map((unit) =>
    Number(new RegExp(`(\\d+)${unit}`).exec(clock)?.[1] ?? 0),
  );
  return days + Math.ceil(((hours ?? 0) + (minutes ?? 0) / 60 + (seconds ?? 0) / 3600) / 24);
}
