/**
 * DSSE v1 envelopes (github.com/secure-systems-lab/dsse, protocol.md and envelope.md): signatures over the
 * exact bytes of a payload together with its type.
 *
 * On the wire an envelope is the canonical JSON of `{payload, payloadType, signatures: [{keyid, sig}]}` with
 * canonical base64, so one envelope has one encoding. A keyid is `algorithm:party`, e.g. `ed25519:office-a`;
 * a signature of another algorithm may stand beside it and is ignored by those who do not know it.
 */
import * as z from 'zod';
import { StrongroomError } from '../proto/errors.ts';
import { base64, canonicalJson, parseCanonicalJson, unbase64 } from './digest.ts';
import { type Signer, verifySignature } from './ed25519.ts';

export type { Signer } from './ed25519.ts';

/** A parsed envelope. Nothing in it is verified yet. */
export interface Envelope {
  readonly payloadType: string;
  readonly payload: Uint8Array;
  readonly signatures: readonly { readonly keyid: string; readonly sig: Uint8Array }[];
}

/** 2 MiB, for the cards of some thousands of parties; other documents are small, and bulk data travels in chunks. */
const MAX_PAYLOAD_BYTES = 2 << 20;
// The largest signature that may have to stand beside Ed25519, SLH-DSA-256f of FIPS 205, has 49,856 bytes.
const MAX_SIGNATURE_BYTES = 50_000;
const MAX_SIGNATURES = 32;
const MAX_ENVELOPE_BYTES = base64Length(MAX_PAYLOAD_BYTES) + (1 << 20);

const Wire = z.strictObject({
  payload: z.string().max(base64Length(MAX_PAYLOAD_BYTES)),
  payloadType: z.string().min(1).max(200),
  signatures: z
    .array(
      z.strictObject({
        keyid: z.string().min(1).max(200),
        sig: z.string().max(base64Length(MAX_SIGNATURE_BYTES)),
      }),
    )
    .max(MAX_SIGNATURES),
});

const ED25519 = 'ed25519:';

/** PAE(type, body) = "DSSEv1" SP LEN(type) SP type SP LEN(body) SP body, lengths in bytes (protocol.md). */
export function preAuthenticationEncoding(payloadType: string, payload: Uint8Array): Uint8Array {
  const type = new TextEncoder().encode(payloadType);
  const head = new TextEncoder().encode(`DSSEv1 ${type.length} ${payloadType} ${payload.length} `);
  const encoded = new Uint8Array(head.length + payload.length);
  encoded.set(head);
  encoded.set(payload, head.length);
  return encoded;
}

/** The wire bytes of an envelope with one signature. Throws DOCUMENT_INVALID for a payload over 2 MiB. */
export function signEnvelope(payloadType: string, payload: Uint8Array, signer: Signer): Uint8Array {
  return addSignature(encodeEnvelope({ payloadType, payload, signatures: [] }), signer);
}

/**
 * The same envelope with one more signature, over the same payload bytes. The caller has read the payload.
 * Throws DOCUMENT_INVALID where the bytes are no envelope, or already carry a signature of this signer.
 */
export function addSignature(bytes: Uint8Array, signer: Signer): Uint8Array {
  const envelope = parseEnvelope(bytes);
  const keyid = ED25519 + signer.name;
  if (envelope.signatures.some((signature) => signature.keyid === keyid)) {
    throw new StrongroomError(
      'DOCUMENT_INVALID',
      `The document already carries a signature of ${signer.name}.`,
    );
  }
  const sig = signer.sign(preAuthenticationEncoding(envelope.payloadType, envelope.payload));
  return encodeEnvelope({ ...envelope, signatures: [...envelope.signatures, { keyid, sig }] });
}

/** The wire bytes. Throws DOCUMENT_INVALID where the envelope exceeds a limit. */
export function encodeEnvelope(envelope: Envelope): Uint8Array {
  const wire = {
    payload: base64(envelope.payload),
    payloadType: envelope.payloadType,
    signatures: envelope.signatures.map(({ keyid, sig }) => ({ keyid, sig: base64(sig) })),
  };
  if (envelope.payload.length > MAX_PAYLOAD_BYTES || !Wire.safeParse(wire).success) throw invalid();
  return canonicalJson(wire);
}

/**
 * Reads wire bytes, without verifying anything. Throws DOCUMENT_INVALID unless they are, byte for byte, what
 * `encodeEnvelope` writes. An envelope may have no signature yet; `verifyEnvelope` then names nobody.
 */
export function parseEnvelope(bytes: Uint8Array): Envelope {
  if (bytes.length > MAX_ENVELOPE_BYTES) throw invalid();
  const wire = Wire.safeParse(parseCanonicalJson(bytes));
  if (!wire.success) throw invalid(wire.error);
  const { payloadType, signatures } = wire.data;
  const payload = unbase64(wire.data.payload);
  if (payload.length > MAX_PAYLOAD_BYTES) throw invalid();
  return {
    payloadType,
    payload,
    signatures: signatures.map(({ keyid, sig }) => ({ keyid, sig: unbase64(sig) })),
  };
}

/**
 * The distinct parties whose signature verifies, in order of first appearance: signers are counted, never
 * signatures. `keys` maps party names to raw Ed25519 keys. Signatures of parties that are not in `keys` and
 * of unknown algorithms are ignored, so the caller compares the answer with whom it expects.
 * Throws SIGNATURE_INVALID, naming the party, where a signature of a known party does not verify.
 */
export function verifyEnvelope(envelope: Envelope, keys: ReadonlyMap<string, Uint8Array>): string[] {
  const message = preAuthenticationEncoding(envelope.payloadType, envelope.payload);
  const signers = new Set<string>();
  for (const { keyid, sig } of envelope.signatures) {
    if (!keyid.startsWith(ED25519)) continue;
    const party = keyid.slice(ED25519.length);
    const key = keys.get(party);
    if (key === undefined) continue;
    if (!verifySignature(key, message, sig)) {
      throw new StrongroomError('SIGNATURE_INVALID', `The signature of ${party} does not verify.`, {
        details: { party },
      });
    }
    signers.add(party);
  }
  return [...signers];
}

function base64Length(bytes: number): number {
  return 4 * Math.ceil(bytes / 3);
}

function invalid(cause?: unknown): StrongroomError {
  return new StrongroomError(
    'DOCUMENT_INVALID',
    'Not a signed document: a DSSE envelope with a payload of at most 2 MiB is expected.',
    { cause },
  );
}
