/** The match of a task, recomputed by whoever must rely on it. */
import { StrongroomError } from '../proto/errors.ts';
import { PSEUDONYM_BYTES } from '../schemes/linkage/sizes.ts';
import { matchLists, requireSorted, type Match, type UnitSelection } from '../statistics/match.ts';
import { selectionsOf } from '../statistics/selections.ts';
import { sha256Hex } from './digest.ts';
import type { Blob, Content } from './documents.ts';
import type { TaskLife } from './life.ts';

/** The pseudonyms that a party has signed for, and the digest of the document in which it has. */
export interface SignedList {
  readonly party: string;
  readonly document: string;
  readonly list: Blob;
}

/** What a match is made of. */
export interface Matching {
  /** Of all input parties, in the order of the task document. */
  readonly lists: readonly SignedList[];
  readonly selections: readonly UnitSelection[];
}

type Fetch = (party: string, blob: Blob) => Promise<Uint8Array>;

/** What the aggregator says of the lists. */
type Claimed = Pick<Content<'match'>, 'records' | 'union' | 'pattern' | 'counts'>;

/** What the match of a task is made of. Throws LINKAGE_INVALID where a list is missing. */
export function matchingOf(task: TaskLife): Matching {
  const lists = task.inputs.map((party) => {
    const signed = task.linkage?.lists.get(party);
    if (signed === undefined)
      throw new StrongroomError('LINKAGE_INVALID', `${party} has handed in no pseudonyms`);
    return { party, document: signed.digest, list: signed.payload.list };
  });
  return { lists, selections: selectionsOf(task.document) };
}

/** The lists, matched. `fetch` gives the bytes that a party has signed for. Throws LINKAGE_INVALID. */
export async function matchOf(
  { lists: signed, selections }: Matching,
  fetch: Fetch,
): Promise<{ match: Match; content: Content<'match'> }> {
  const lists = await Promise.all(
    signed.map(async ({ party, list }) => {
      const bytes = await fetch(party, list);
      requireSorted(party, bytes, PSEUDONYM_BYTES);
      return bytes;
    }),
  );
  const positionsOf = (parties: readonly string[]) =>
    parties.map((name) => signed.findIndex(({ party }) => party === name));
  const match = matchLists(
    lists,
    PSEUDONYM_BYTES,
    selections.map((one) => ({ in: positionsOf(one.in), notIn: positionsOf(one['not-in']) })),
  );
  return {
    match,
    content: {
      lists: signed.map(({ document }) => document),
      records: match.positions[0]?.length ?? 0,
      union: match.union,
      pattern: matchDigest(match),
      ...(match.counts.length === 0 ? {} : { counts: [...match.counts] }),
    },
  };
}

/** Whether two matches of the same lists are one. */
export const isSameMatch = (a: Claimed, b: Claimed): boolean =>
  a.pattern === b.pattern &&
  a.records === b.records &&
  a.union === b.union &&
  String(a.counts) === String(b.counts);

/** The match of a task. Throws LINKAGE_INVALID, naming the aggregator, where its match in the log is another one. */
export async function requireTrueMatch(task: TaskLife, fetch: Fetch): Promise<Match> {
  const { match, content } = await matchOf(matchingOf(task), fetch);
  const claimed = task.linkage?.match?.payload;
  if (claimed !== undefined && isSameMatch(claimed, content)) return match;
  throw new StrongroomError(
    'LINKAGE_INVALID',
    `${task.aggregator} claims another match than that of the lists in the log`,
    { details: { party: task.aggregator } },
  );
}

/**
 * SHA-256 over a label, the number of parties, and for each its positions as 32-bit little-endian integers after
 * their number.
 */
function matchDigest({ positions }: Match): string {
  const parts = [
    uint32([positions.length]),
    ...positions.flatMap((list) => [uint32([list.length]), uint32(list)]),
  ];
  return sha256Hex(Buffer.concat([Buffer.from('strongroom/match/v1\n'), ...parts]));
}

function uint32(values: ArrayLike<number>): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(4 * values.length));
  for (let i = 0; i < values.length; i++) bytes.setUint32(4 * i, values[i] ?? 0, true);
  return new Uint8Array(bytes.buffer);
}
