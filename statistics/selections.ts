/** What a task wants to have counted in the match of its linked tables, beyond their sizes. */
import { selectionKey, type UnitSelection } from './match.ts';
import { statisticOf } from './registry.ts';
import type { TaskDocument } from './task-form.ts';

/** Each selection once, in the order in which the statistics ask for them. */
export function selectionsOf({ statistics }: Pick<TaskDocument, 'statistics'>): UnitSelection[] {
  const asked = statistics.flatMap((spec) => statisticOf(spec).selection?.(spec) ?? []);
  return [...Map.groupBy(asked, selectionKey).values()].flatMap(([first]) => first ?? []);
}
