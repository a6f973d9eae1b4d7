/** What linkage reads of others: blinded points, answers with their proofs, sorted lists of pseudonyms. */
import { randomBytes } from 'node:crypto';
import { verifyAnswer } from '../../../schemes/linkage/answer.ts';
import { blindKeys } from '../../../schemes/linkage/blinding.ts';
import { HolderLinkage } from '../../../schemes/linkage/holder-linkage.ts';
import { parsePoints, requirePoints, writePoints } from '../../../schemes/linkage/p256.ts';
import { POINT_BYTES, PSEUDONYM_BYTES } from '../../../schemes/linkage/sizes.ts';
import { matchLists, requireSorted } from '../../../statistics/match.ts';
import { equalBytes, hex } from '../../../trust/digest.ts';
import { cached } from '../corpora/cached.ts';
import type { Mutation } from '../harness/bytes.ts';
import { target } from '../harness/decoder.ts';

const TASK = 'ab'.repeat(32);
const PARTY = 'north';
const HOLDER = 'holder-1';

interface Linked {
  readonly request: Uint8Array;
  readonly publicKey: Uint8Array;
  readonly answer: Uint8Array;
  readonly list: Uint8Array;
}

const makeLinked = cached((): Promise<Linked> => {
  const keys = ['0007', '0031', '0044'].map((key) => Buffer.from(key));
  const request = blindKeys(keys, Uint8Array.from(randomBytes(32)));
  using holder = new HolderLinkage(TASK, Uint8Array.from(randomBytes(32)));
  const pseudonyms = keys.map(() => randomBytes(PSEUDONYM_BYTES)).sort((a, b) => Buffer.compare(a, b));
  const list = Uint8Array.from(Buffer.concat(pseudonyms));
  const answer = Uint8Array.from(holder.answer(PARTY, request));
  return Promise.resolve({ request, publicKey: holder.publicKey, answer, list });
});

/** Two coordinates, points or proofs change places; or one is left out. */
const swapHalves: Mutation = (bytes, random) => {
  const parts = Math.floor(bytes.length / 32);
  if (parts < 2) return bytes;
  const [a, b] = [random.below(parts), random.below(parts)];
  const copy = bytes.slice();
  copy.set(bytes.subarray(32 * b, 32 * b + 32), 32 * a);
  copy.set(bytes.subarray(32 * a, 32 * a + 32), 32 * b);
  return random.oneIn(4) ? copy.slice(0, -POINT_BYTES) : copy;
};

export const linkagePointsTarget = target({
  name: 'linkage-points',
  short: 200,
  make: makeLinked,
  open: ({ request, publicKey }) => ({
    corpus: [request, publicKey],
    mutations: [swapHalves],
    decode: (bytes) => requirePoints(PARTY, bytes),
    objection: (points, bytes) =>
      equalBytes(writePoints(points), bytes) ? undefined : 'points that are written otherwise',
    codes: ['LINKAGE_INVALID'],
  }),
});

export const linkageAnswerTarget = target({
  name: 'linkage-answer',
  short: 30,
  make: makeLinked,
  open: ({ request, publicKey, answer }) => {
    const asked = requirePoints(PARTY, request);
    const [key] = parsePoints('the key', publicKey);
    if (key === undefined) throw new Error('a key is one point');
    return {
      corpus: [answer],
      mutations: [swapHalves],
      decode: (bytes) => verifyAnswer(HOLDER, key, asked, bytes),
      objection: (_, bytes) =>
        equalBytes(bytes, answer) ? undefined : 'an answer that the holder has not given',
      codes: ['LINKAGE_INVALID'],
      limitMs: 1_000,
    };
  },
});

export const pseudonymsTarget = target({
  name: 'pseudonyms',
  short: 300,
  make: makeLinked,
  open: ({ list }) => ({
    corpus: [list],
    mutations: [swapHalves],
    decode: (bytes) => {
      requireSorted(PARTY, bytes, PSEUDONYM_BYTES);
      return matchLists([list, bytes], PSEUDONYM_BYTES);
    },
    objection: ({ positions, union }, bytes) => {
      const of = (all: Uint8Array): string[] => hex(all).match(/.{32}/g) ?? [];
      const [own, other] = [new Set(of(list)), new Set(of(bytes))];
      if (other.size * PSEUDONYM_BYTES !== bytes.length)
        return 'a list with a pseudonym twice, or a part of one';
      return positions[0]?.length === own.intersection(other).size && union === own.union(other).size
        ? undefined
        : 'another match than that of the lists';
    },
    codes: ['LINKAGE_INVALID'],
  }),
});
