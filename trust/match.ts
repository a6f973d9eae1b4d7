/** The match of a task, recomputed by whoever must rely on it. */
import { StrongroomError } from '../proto/errors.ts';
import { PSEUDONYM_BYTES } from '../schemes/linkage/sizes.ts';
import { matchLists, requireSorted, type Match } from '../statistics/match.ts';
import { sha256Hex } from './digest.ts';
import type { Blob, Content } from './documents.ts';
import type { TaskLife } from './life.ts';

/** The lists of all input parties, matched. `fetch` gives the bytes that a party has signed for. Throws LINKAGE_INVALID. */
export async function matchOf(
  task: TaskLife,
  fetch: (party: string, blob: Blob) => Promise<Uint8Array>,
): Promise<{ match: Match; content: Content<'match'> }> {
  const signed = task.inputs.map((party) => {
    const list = task.linkage?.lists.get(party);
    if (list === undefined)
      throw new StrongroomError('LINKAGE_INVALID', `${party} has handed in no pseudonyms`);
    return list;
  });
  const lists = await Promise.all(
    signed.map(async ({ payload: { by, list } }) => {
      const bytes = await fetch(by, list);
      requireSorted(by, bytes, PSEUDONYM_BYTES);
      return bytes;
    }),
  );
  const match = matchLists(lists, PSEUDONYM_BYTES);
  return {
    match,
    content: {
      lists: signed.map(({ digest }) => digest),
      records: match.positions[0]?.length ?? 0,
      union: match.union,
      pattern: matchDigest(match),
    },
  };
}

/** `matchOf`. Throws LINKAGE_INVALID, naming the aggregator, where its match in the log is another one. */
export async function requireTrueMatch(
  task: TaskLife,
  fetch: (party: string, blob: Blob) => Promise<Uint8Array>,
): Promise<Match> {
  const { match, content } = await matchOf(task, fetch);
  const claimed = task.linkage?.match?.payload;
  const same =
    claimed?.pattern === content.pattern &&
    claimed.records === content.records &&
    claimed.union === content.union;
  if (same) return match;
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
