/** The match of a task, recomputed by whoever must rely on it. */
import { StrongroomError } from '../proto/errors.ts';
import { PSEUDONYM_BYTES } from '../schemes/linkage/sizes.ts';
import { matchLists, requireSorted, type Match } from '../statistics/match.ts';
import { sha256Hex } from './digest.ts';
import type { Blob, Content } from './documents.ts';
import type { TaskLife } from './life.ts';

/** The pseudonyms that a party has signed for, and the digest of the document in which it has. */
export interface SignedList {
  readonly party: string;
  readonly document: string;
  readonly list: Blob;
}

type Fetch = (party: string, blob: Blob) => Promise<Uint8Array>;

/** What the aggregator says of the lists. */
type Claimed = Pick<Content<'match'>, 'records' | 'union' | 'pattern'>;

/** The lists of all input parties, in the order of the task document. Throws LINKAGE_INVALID where one is missing. */
export function signedLists(task: TaskLife): SignedList[] {
  return task.inputs.map((party) => {
    const signed = task.linkage?.lists.get(party);
    if (signed === undefined)
      throw new StrongroomError('LINKAGE_INVALID', `${party} has handed in no pseudonyms`);
    return { party, document: signed.digest, list: signed.payload.list };
  });
}

/** The lists, matched. `fetch` gives the bytes that a party has signed for. Throws LINKAGE_INVALID. */
export async function matchOf(
  signed: readonly SignedList[],
  fetch: Fetch,
): Promise<{ match: Match; content: Content<'match'> }> {
  const lists = await Promise.all(
    signed.map(async ({ party, list }) => {
      const bytes = await fetch(party, list);
      requireSorted(party, bytes, PSEUDONYM_BYTES);
      return bytes;
    }),
  );
  const match = matchLists(lists, PSEUDONYM_BYTES);
  return {
    match,
    content: {
      lists: signed.map(({ document }) => document),
      records: match.positions[0]?.length ?? 0,
      union: match.union,
      pattern: matchDigest(match),
    },
  };
}

/** Whether two matches of the same lists are one. */
export const isSameMatch = (a: Claimed, b: Claimed): boolean =>
  a.pattern === b.pattern && a.records === b.records && a.union === b.union;

/** The match of a task. Throws LINKAGE_INVALID, naming the aggregator, where its match in the log is another one. */
export async function requireTrueMatch(task: TaskLife, fetch: Fetch): Promise<Match> {
  const { match, content } = await matchOf(signedLists(task), fetch);
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
  const parts = positions.flatMap((list) => [uint32(list.length), ...Array.from(list, uint32)]);
  return sha256Hex(Buffer.concat([Buffer.from('strongroom/match/v1\n'), uint32(positions.length), ...parts]));
}

function uint32(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
