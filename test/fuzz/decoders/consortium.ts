/** The consortium document and its cards, as they come and signed anew over changed payloads. */
import { serverCredentials } from '../../../transport/tls.ts';
import { CONSORTIUM_TYPE } from '../../../trust/consortium-document.ts';
import { openConsortium, openSuccessor } from '../../../trust/consortium.ts';
import { canonicalJson, equalBytes, unbase64 } from '../../../trust/digest.ts';
import { addSignature, encodeEnvelope, parseEnvelope, signEnvelope } from '../../../trust/envelope.ts';
import { openCard, signCard, signerOf } from '../../../trust/identity.ts';
import { checkCertificates, checkTlsCertificate } from '../../../trust/tls-certificate.ts';
import { AGGREGATOR, HOLDERS, identityOf, makeParties, type Parties } from '../corpora/parties.ts';
import { target } from '../harness/decoder.ts';
import { mutateJson } from '../harness/json.ts';

export const consortiumTarget = target({
  name: 'consortium',
  short: 80,
  make: makeParties,
  open: ({ consortium, successor }) => {
    const current = openConsortium(consortium);
    const digests = [consortium, successor].map((bytes) => openConsortium(bytes).digest);
    return {
      corpus: [consortium, successor],
      mutations: [mutateJson],
      decode: (bytes) => [
        openConsortium(bytes),
        ...(equalBytes(bytes, consortium) ? [] : [openSuccessor(bytes, current)]),
      ],
      objection: (opened) =>
        opened.every(({ digest }) => digests.includes(digest))
          ? undefined
          : 'a document that the key holders have not signed',
      codes: ['IDENTITY_INVALID'],
    };
  },
});

/** The payload, which all key holders sign whatever it says. */
export const signedConsortiumTarget = target({
  name: 'signed-consortium',
  short: 60,
  make: makeParties,
  open: (parties) => ({
    corpus: [parties.consortium, parties.successor].map((bytes) => parseEnvelope(bytes).payload),
    mutations: [mutateJson],
    // As a process does that opens its profile.
    decode: (payload) => {
      const opened = openConsortium(signedByAll(parties, payload));
      checkCertificates(opened.parties);
      return opened;
    },
    objection: (opened) => {
      // The aggregator does this when it starts.
      serverCredentials(identityOf(parties, AGGREGATOR), opened);
      return undefined;
    },
    codes: ['IDENTITY_INVALID'],
  }),
});

function signedByAll(parties: Parties, payload: Uint8Array): Uint8Array {
  const draft = encodeEnvelope({ payloadType: CONSORTIUM_TYPE, payload, signatures: [] });
  return HOLDERS.map((name) => signerOf(identityOf(parties, name))).reduce(addSignature, draft);
}

export const cardTarget = target({
  name: 'card',
  short: 150,
  make: makeParties,
  open: ({ identities }) => {
    const corpus = identities.map(signCard);
    const payloads = corpus.map((bytes) => parseEnvelope(bytes).payload);
    return {
      corpus,
      mutations: [mutateJson],
      decode: openCard,
      objection: (card) =>
        payloads.some((payload) => equalBytes(payload, canonicalJson(card)))
          ? undefined
          : 'a card that its party has not signed',
      codes: ['IDENTITY_INVALID'],
    };
  },
});

/** The payload of a card, which its party signs whatever it says. */
export const signedCardTarget = target({
  name: 'signed-card',
  short: 100,
  make: makeParties,
  open: ({ identities }) => ({
    corpus: identities.map((identity) => parseEnvelope(signCard(identity)).payload),
    mutations: [mutateJson],
    decode: (payload) => {
      const named = /"party":"([a-z0-9-]+)"/.exec(Buffer.from(payload).toString('utf8'))?.[1];
      const identity = identities.find(({ card }) => card.party === named) ?? identities[0];
      if (identity === undefined) throw new Error('there is no party');
      return openCard(signEnvelope('application/vnd.strongroom.card+json', payload, signerOf(identity)));
    },
    objection: (card, payload) =>
      equalBytes(canonicalJson(card), payload) ? undefined : 'something else than the payload says',
    codes: ['IDENTITY_INVALID', 'DOCUMENT_INVALID'],
  }),
});

export const certificateTarget = target({
  name: 'tls-certificate',
  short: 400,
  make: makeParties,
  open: ({ identities }) => {
    const corpus = identities.map(({ card }) => unbase64(card.tlsCertificate));
    const names = identities.map(({ card }) => card.party);
    return {
      corpus,
      mutations: [],
      decode: (der) => {
        const text = Buffer.from(der).toString('latin1');
        checkTlsCertificate(der, names.find((name) => text.includes(name)) ?? names[0] ?? '');
      },
      objection: (_nothing, der) =>
        corpus.some((valid) => equalBytes(valid, der))
          ? undefined
          : 'a certificate that is not, byte for byte, what its key has signed',
      codes: ['IDENTITY_INVALID'],
    };
  },
});
