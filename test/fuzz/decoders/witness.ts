/** What witnesses and monitors of the log read: cosigned checkpoints, the names of tiles, and evidence of two histories. */
import { isDeepStrictEqual } from 'node:util';
import { openConsortium } from '../../../trust/consortium.ts';
import { base64, equalBytes, hex } from '../../../trust/digest.ts';
import { parseEvidence, verifyEvidence } from '../../../trust/evidence.ts';
import { signerOf } from '../../../trust/identity.ts';
import { signCheckpoint } from '../../../trust/log/checkpoint.ts';
import { cosignatureLine, openCosigned } from '../../../trust/log/cosignature.ts';
import { leafOf } from '../../../trust/log/entry.ts';
import { MerkleTree } from '../../../trust/log/merkle.ts';
import { parseTilePath, tilePath, tilesOf } from '../../../trust/log/tiles.ts';
import { AGGREGATOR, HOLDERS, identityOf } from '../corpora/parties.ts';
import { tellStory, type Story } from '../corpora/story.ts';
import { target } from '../harness/decoder.ts';
import { jsonBytes, mutateJson } from '../harness/json.ts';
import { mutateText, utf8 } from '../harness/text.ts';

const TIME = 1_800_000_000;

/** The log's signature on a root of this size, whatever the log holds. */
function signed({ parties }: Story, size: number, root: Uint8Array): string {
  const { origin } = openConsortium(parties.consortium).log;
  return signCheckpoint({ origin, size, root }, signerOf(identityOf(parties, AGGREGATOR)));
}

function treeOf({ entries }: Story): MerkleTree {
  return new MerkleTree(entries.map(leafOf));
}

export const cosignedTarget = target({
  name: 'cosigned-checkpoint',
  short: 300,
  make: tellStory,
  open: (story) => {
    const { log, witnesses } = openConsortium(story.parties.consortium);
    const tree = treeOf(story);
    const notes = [tree.size, 3].map((size) => {
      const note = signed(story, size, tree.root(size));
      const lines = HOLDERS.map((holder) =>
        cosignatureLine(note, log.origin, signerOf(identityOf(story.parties, holder)), TIME),
      );
      return note + lines.join('');
    });
    return {
      corpus: notes.map(utf8),
      mutations: [mutateText],
      decode: (bytes) => openCosigned(Buffer.from(bytes).toString('utf8'), log, witnesses),
      objection: ({ size, root, witnesses: names }) => {
        if (!names.every((name) => HOLDERS.includes(name))) return 'a witness that has not cosigned';
        return [tree.size, 3].includes(size) && equalBytes(tree.root(size), root)
          ? undefined
          : 'a head that was not cosigned';
      },
      codes: ['DOCUMENT_INVALID', 'SIGNATURE_INVALID'],
    };
  },
});

export const tileTarget = target({
  name: 'tile-path',
  short: 1000,
  make: () => [...tilesOf(70_000)].slice(-300).map((tile) => utf8(tilePath(tile))),
  open: (corpus) => ({
    corpus,
    mutations: [mutateText],
    decode: (bytes) => parseTilePath(Buffer.from(bytes).toString('utf8')),
    objection: (tile, bytes) =>
      tile === undefined || tilePath(tile) === Buffer.from(bytes).toString('utf8')
        ? undefined
        : 'a tile of another name',
    codes: [],
  }),
});

export const evidenceTarget = target({
  name: 'evidence',
  short: 60,
  make: tellStory,
  open: (story) => {
    const tree = treeOf(story);
    const other = new Uint8Array(32).fill(7);
    const evidence = {
      strongroom: 'evidence/1',
      kind: 'split-history',
      accused: AGGREGATOR,
      consortium: base64(story.parties.consortium),
      held: signed(story, tree.size, tree.root()),
      shown: signed(story, 5, other),
      root: hex(tree.root(5)),
      consistency: tree.consistencyProof(5).map(hex),
    };
    return {
      corpus: [jsonBytes(evidence)],
      mutations: [mutateJson],
      decode: async (bytes) => {
        const parsed = parseEvidence(bytes);
        await verifyEvidence(parsed);
        return parsed;
      },
      // The consortium document may carry a signature of somebody that it does not know, which nobody looks at.
      objection: (parsed) =>
        isDeepStrictEqual({ ...parsed, consortium: '' }, { ...evidence, consortium: '' })
          ? undefined
          : 'evidence of something that nobody has done',
      codes: ['EVIDENCE_INVALID'],
      limitMs: 2_000,
    };
  },
});
