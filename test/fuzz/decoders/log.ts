/** The log: its checkpoints, a party's own replica, and a log whose operator is hostile. */
import { TaskBook } from '../../../trust/book.ts';
import { openConsortium } from '../../../trust/consortium.ts';
import { equalBytes } from '../../../trust/digest.ts';
import { parseEnvelope, signEnvelope } from '../../../trust/envelope.ts';
import { signerOf } from '../../../trust/identity.ts';
import { openCheckpoint, signCheckpoint } from '../../../trust/log/checkpoint.ts';
import { leafOf } from '../../../trust/log/entry.ts';
import { MerkleTree } from '../../../trust/log/merkle.ts';
import { openNote, signNote } from '../../../trust/log/signed-note.ts';
import { LogReplica } from '../../../trust/storage/log-replica.ts';
import { summary } from '../../../trust/summary.ts';
import { AGGREGATOR, identityOf } from '../corpora/parties.ts';
import { bytesOfValue, payloadOf, tellStory, type Story } from '../corpora/story.ts';
import { target } from '../harness/decoder.ts';
import { jsonBytes, mutateJson } from '../harness/json.ts';
import { mutateText, utf8 } from '../harness/text.ts';

export const checkpointTarget = target({
  name: 'checkpoint',
  short: 400,
  make: tellStory,
  open: ({ parties, entries, checkpoint }) => {
    const { log } = openConsortium(parties.consortium);
    const operator = { ...signerOf(identityOf(parties, AGGREGATOR)), name: log.origin };
    const tree = new MerkleTree(entries.map(leafOf));
    const smaller = [0, 1, 7].map((size) =>
      signCheckpoint({ origin: log.origin, size, root: tree.root(size) }, operator),
    );
    const cosigned = `${checkpoint}— witness.example AAAAAAAAAAA=\n`;
    const notes = [
      checkpoint,
      cosigned,
      ...smaller,
      signNote('strongroom/fuzz\na note of another form\n', operator),
    ];
    const texts = new Set(notes.map((note) => openNote(note, log.keys).text));
    return {
      corpus: notes.slice(0, -1).map(utf8),
      mutations: [mutateText],
      decode: (bytes) => {
        const note = Buffer.from(bytes).toString('utf8');
        const { text } = openNote(note, log.keys);
        return { text, head: openCheckpoint(note, log.origin, log.keys) };
      },
      objection: ({ text, head }) => {
        if (!texts.has(text)) return 'a note that the log has not signed';
        return equalBytes(tree.root(head.size), head.root) ? undefined : 'another root than was signed';
      },
      codes: ['DOCUMENT_INVALID', 'SIGNATURE_INVALID'],
    };
  },
});

/** The rows of a replica, as JSON: entries in base64, and the checkpoint over them. */
export const replicaTarget = target({
  name: 'log-replica',
  short: 60,
  make: tellStory,
  open: (story) => {
    const pinned = openConsortium(story.parties.consortium);
    const prefixes = [story.entries.length, 1, 8].map((size) => rowsOf(story, size));
    return {
      corpus: prefixes.map(jsonBytes),
      mutations: [mutateJson],
      decode: (bytes) => {
        const { entries, checkpoint } = readRows(bytes);
        using replica = new LogReplica(':memory:');
        replica.keep(0, entries, checkpoint);
        const kept = replica.load();
        const book = new TaskBook(pinned);
        if (kept !== undefined) book.read(kept.entries, kept.checkpoint);
        return { book, entries };
      },
      objection: ({ book, entries }) => {
        [...book.tasks.values()].forEach(summary);
        return entries.every((entry, i) => equalBytes(entry, story.entries[i] ?? new Uint8Array()))
          ? undefined
          : 'entries that the log has never had';
      },
      codes: ['DOCUMENT_INVALID', 'SIGNATURE_INVALID', 'LOG_INCONSISTENT', 'IDENTITY_INVALID'],
      limitMs: 2_000,
    };
  },
});

interface Rows {
  readonly checkpoint: string;
  readonly entries: readonly string[];
}

function rowsOf({ entries, parties }: Story, size: number): Rows {
  const { origin } = openConsortium(parties.consortium).log;
  const kept = entries.slice(0, size);
  const root = new MerkleTree(kept.map(leafOf)).root();
  const checkpoint = signCheckpoint({ origin, size, root }, signerOf(identityOf(parties, AGGREGATOR)));
  return { checkpoint, entries: kept.map((entry) => Buffer.from(entry).toString('base64')) };
}

/** The database holds blobs and text and nothing else, so whatever the JSON says becomes that. */
function readRows(bytes: Uint8Array): { entries: Uint8Array[]; checkpoint: string } {
  let rows: Partial<Rows> | null = {};
  try {
    rows = JSON.parse(Buffer.from(bytes).toString('utf8')) as Partial<Rows> | null;
  } catch {
    // Not rows at all: an empty replica.
  }
  const entries: unknown = rows?.entries;
  return {
    entries: (Array.isArray(entries) ? entries : []).map(
      (text) => new Uint8Array(Buffer.from(typeof text === 'string' ? text : 'AAAA', 'base64')),
    ),
    checkpoint: typeof rows?.checkpoint === 'string' ? rows.checkpoint.toWellFormed() : '',
  };
}

/**
 * A log whose operator signs whatever stands in it, with documents whose parties sign whatever they say: a list of
 * payloads, each with its type and whether it is signed anew.
 */
export const hostileLogTarget = target({
  name: 'hostile-log',
  short: 25,
  make: tellStory,
  open: (story) => {
    const pinned = openConsortium(story.parties.consortium);
    const { origin } = pinned.log;
    const operator = signerOf(identityOf(story.parties, AGGREGATOR));
    const said = story.entries.slice(1).map((entry) => ({
      type: parseEnvelope(entry).payloadType,
      payload: payloadOf(entry),
    }));
    return {
      corpus: [bytesOfValue(said), bytesOfValue(said.slice(0, 10))],
      mutations: [mutateJson],
      decode: (bytes) => {
        const entries = [story.parties.consortium, ...signedAgain(story, bytes)];
        const root = new MerkleTree(entries.map(leafOf)).root();
        const book = new TaskBook(pinned);
        book.read(entries, signCheckpoint({ origin, size: entries.length, root }, operator));
        return [...book.tasks.values()].map(summary);
      },
      objection: (summaries) => {
        JSON.stringify(summaries);
        return undefined;
      },
      codes: [],
      limitMs: 3_000,
    };
  },
});

function signedAgain({ parties, entries }: Story, bytes: Uint8Array): Uint8Array[] {
  let list: unknown;
  try {
    list = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return [bytes];
  }
  return (Array.isArray(list) ? list : [list]).slice(0, 100).map((item: unknown, i) => {
    const { type, payload } = (item ?? {}) as { type?: unknown; payload?: { by?: unknown } };
    const text = textOf(payload);
    const original = entries[i + 1];
    // What was not touched keeps its bytes, so that later documents still refer to it.
    if (original !== undefined && equalBytes(parseEnvelope(original).payload, text)) return original;
    const { by } = payload ?? {};
    const signer = parties.identities.find(({ card }) => card.party === by) ?? parties.identities[0];
    if (signer === undefined || text.length > 1 << 20) return text;
    return signEnvelope(
      typeof type === 'string' && type !== '' ? type.slice(0, 200) : 'x',
      text,
      signerOf(signer),
    );
  });
}

/** As JSON; empty where there is no value, or one so deep that no party could write it. */
function textOf(payload: unknown): Uint8Array {
  try {
    return payload === undefined ? new Uint8Array() : utf8(JSON.stringify(payload));
  } catch {
    return new Uint8Array();
  }
}
