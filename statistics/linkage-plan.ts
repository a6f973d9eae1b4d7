/** The plan of the linkage of a task: who asks for how much, and what that costs. */
import { StrongroomError } from '../proto/errors.ts';
import { answerBytes, POINT_BYTES, PSEUDONYM_BYTES } from '../schemes/linkage/sizes.ts';
import { intersectionOf, ownTable } from './domain.ts';
import { bytes, duration } from './cost.ts';
import { LINKAGE_MICROSECONDS } from './speeds.ts';
import type { TaskDocument } from './task.ts';

export interface LinkagePlan {
  readonly on: readonly string[];
  /** The most records that each input party may ask for. */
  readonly parties: readonly { readonly party: string; readonly table: string; readonly maxRows: number }[];
  /** The most that one input party, and one key holder, sends for it. */
  readonly inputBytes: number;
  readonly holderBytes: number;
}

/** A client keeps all records and points in memory while it links. */
const MAX_ROWS = 2 ** 21;

/** Null for a union. Throws TASK_IMPOSSIBLE for more rows than a client can link. */
export function planLinkage(task: TaskDocument): LinkagePlan | null {
  const intersection = intersectionOf(task);
  if (intersection === undefined) return null;
  const parties = task.parties.input.map((party) => {
    const { name, table } = ownTable(task, party);
    return { party, table: name, maxRows: table['max-rows'] };
  });
  const tooLarge = parties.find(({ maxRows }) => maxRows > MAX_ROWS);
  if (tooLarge !== undefined) {
    throw new StrongroomError(
      'TASK_IMPOSSIBLE',
      `tables.${tooLarge.table}.max-rows is ${tooLarge.maxRows}; at most ${MAX_ROWS} records of a party can be linked`,
    );
  }
  const sizes = parties.map(({ maxRows }) => maxRows);
  return {
    on: intersection.on,
    parties,
    inputBytes: Math.max(...sizes) * (POINT_BYTES + PSEUDONYM_BYTES),
    holderBytes: sizes.reduce((sum, rows) => sum + answerBytes(rows), 0),
  };
}

/** What linking costs where every party brings all the rows that it may, one line for each role. */
export function linkageLines({ parties, inputBytes, holderBytes }: LinkagePlan, holders: number): string[] {
  const rows = parties.map(({ maxRows }) => maxRows);
  const all = rows.reduce((sum, count) => sum + count, 0);
  const most = Math.max(...rows);
  const { blind, verify, answer } = LINKAGE_MICROSECONDS;
  const inputMs = (most * (blind + holders * verify)) / 1000;
  return [
    `linkage, at most: an input party sends ${bytes(inputBytes)}, reads ${bytes(holders * answerBytes(most) + all * PSEUDONYM_BYTES)}, ` +
      `computes ${duration(inputMs)}; a key holder sends ${bytes(holderBytes)}, reads ${bytes(all * (POINT_BYTES + PSEUDONYM_BYTES))}, ` +
      `computes ${duration((all * answer) / 1000)}`,
  ];
}
