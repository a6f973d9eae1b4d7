/** DSSE envelopes and the documents of a task in them, as they come and signed anew over changed payloads. */
import { canonicalJson, equalBytes, sha256Hex } from '../../../trust/digest.ts';
import { openConsortium } from '../../../trust/consortium.ts';
import { blobsOf, openDocument } from '../../../trust/documents.ts';
import { encodeEnvelope, parseEnvelope, signEnvelope, verifyEnvelope } from '../../../trust/envelope.ts';
import { signerOf } from '../../../trust/identity.ts';
import { identityOf } from '../corpora/parties.ts';
import { payloadOf, tellStory, type Story } from '../corpora/story.ts';
import { target } from '../harness/decoder.ts';
import { mutateJson } from '../harness/json.ts';
import { joined } from '../harness/bytes.ts';
import { utf8 } from '../harness/text.ts';

/** Entries of every kind, once each. */
function oneOfEach({ entries }: Story): Uint8Array[] {
  const kinds = new Map(entries.map((bytes) => [parseEnvelope(bytes).payloadType, bytes]));
  return [...kinds.values()];
}

/** Who signed what, as text. */
const signedBy = (party: string, type: string, payload: Uint8Array): string =>
  `${party} ${type} ${sha256Hex(payload)}`;

export const envelopeTarget = target({
  name: 'envelope',
  short: 300,
  make: tellStory,
  open: (story) => {
    const keys = openConsortium(story.parties.consortium).signingKeys;
    const corpus = oneOfEach(story);
    const signed = new Set(
      story.entries
        .map(parseEnvelope)
        .flatMap(({ payloadType, payload, signatures }) =>
          signatures.map(({ keyid }) => signedBy(keyid.replace('ed25519:', ''), payloadType, payload)),
        ),
    );
    return {
      corpus,
      mutations: [mutateJson],
      decode: (bytes) => {
        const envelope = parseEnvelope(bytes);
        return { envelope, signers: verifyEnvelope(envelope, keys) };
      },
      objection: ({ envelope, signers }, bytes) => {
        if (!equalBytes(encodeEnvelope(envelope), bytes)) return 'another form than the canonical one';
        const { payloadType, payload } = envelope;
        return signers.every((party) => signed.has(signedBy(party, payloadType, payload)))
          ? undefined
          : 'a signature over what its party has not signed';
      },
      codes: ['DOCUMENT_INVALID', 'SIGNATURE_INVALID'],
    };
  },
});

export const documentTarget = target({
  name: 'document',
  short: 300,
  make: tellStory,
  open: (story) => {
    const keys = openConsortium(story.parties.consortium).signingKeys;
    const written = story.entries.slice(1);
    const payloads = new Set(written.map((bytes) => sha256Hex(parseEnvelope(bytes).payload)));
    return {
      corpus: oneOfEach({ ...story, entries: written }),
      mutations: [mutateJson],
      decode: (bytes) => openDocument(bytes, keys),
      objection: ({ payloadDigest, digest }, bytes) => {
        if (digest !== sha256Hex(bytes)) return 'the digest of other bytes';
        return payloads.has(payloadDigest) ? undefined : 'a document that nobody has signed';
      },
      codes: ['DOCUMENT_INVALID', 'SIGNATURE_INVALID'],
    };
  },
});

/** A line with the payload type, then a payload that its `by` signs whatever it says. */
export const signedDocumentTarget = target({
  name: 'signed-document',
  short: 200,
  make: tellStory,
  open: (story) => {
    const keys = openConsortium(story.parties.consortium).signingKeys;
    return {
      corpus: oneOfEach({ ...story, entries: story.entries.slice(1) }).map((bytes) => {
        const { payloadType, payload } = parseEnvelope(bytes);
        return joined(utf8(`${payloadType}\n`), payload);
      }),
      mutations: [
        (bytes, random, corpus) => {
          const { type, payload } = split(bytes);
          return joined(
            utf8(`${type}\n`),
            mutateJson(
              payload,
              random,
              corpus.map((other) => split(other).payload),
            ),
          );
        },
      ],
      decode: (bytes) => openDocument(signAnew(story, bytes), keys),
      objection: (document, bytes) => {
        blobsOf(document);
        return equalBytes(canonicalJson(document.payload), split(bytes).payload)
          ? undefined
          : 'something else than the payload says';
      },
      codes: ['DOCUMENT_INVALID', 'SIGNATURE_INVALID'],
    };
  },
});

function split(bytes: Uint8Array): { type: string; payload: Uint8Array } {
  const end = bytes.indexOf(0x0a);
  return { type: Buffer.from(bytes.subarray(0, end)).toString('utf8'), payload: bytes.slice(end + 1) };
}

function signAnew({ parties, entries }: Story, bytes: Uint8Array): Uint8Array {
  const { type, payload } = split(bytes);
  const { by } = payloadOf(entries[1] ?? new Uint8Array()) as { by: string };
  const claimed = /"by":"([a-z0-9-]+)"/.exec(Buffer.from(payload).toString('utf8'))?.[1] ?? by;
  const known = parties.identities.some(({ card }) => card.party === claimed);
  return signEnvelope(type || 'x', payload, signerOf(identityOf(parties, known ? claimed : by)));
}
