/** DSSE envelopes: what is signed is read back exactly, and signers are counted, not signatures. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  addSignature,
  encodeEnvelope,
  parseEnvelope,
  preAuthenticationEncoding,
  signEnvelope,
  verifyEnvelope,
} from '../../trust/envelope.ts';
import { newSigner, refusal } from '../fixtures/trust-parties.ts';

const TYPE = 'application/vnd.strongroom.test+json';
const [a, b, c] = [newSigner('office-a'), newSigner('office-b'), newSigner('office-c')];
const keys = new Map([a, b].map(({ name, publicKey }) => [name, publicKey]));
const payload = new TextEncoder().encode('{"x":1}');

test('any payload and type come back byte for byte, signed', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 5000 }), fc.stringMatching(/^[a-z/+.]{1,50}$/), (bytes, type) => {
      const envelope = parseEnvelope(signEnvelope(type, bytes, a));
      expect(envelope.payload).toEqual(bytes);
      expect(envelope.payloadType).toBe(type);
      expect(verifyEnvelope(envelope, keys)).toEqual(['office-a']);
    }),
  );
});

test('several parties sign the same payload, one after the other', () => {
  const bytes = addSignature(signEnvelope(TYPE, payload, b), a);
  expect(verifyEnvelope(parseEnvelope(bytes), keys)).toEqual(['office-b', 'office-a']);
  expect(encodeEnvelope(parseEnvelope(bytes))).toEqual(bytes);
});

test('a signer whose signature stands there twice is one signer', () => {
  const envelope = parseEnvelope(signEnvelope(TYPE, payload, a));
  const twice = { ...envelope, signatures: [...envelope.signatures, ...envelope.signatures] };
  expect(verifyEnvelope(parseEnvelope(encodeEnvelope(twice)), keys)).toEqual(['office-a']);
});

test('an unknown party and an unknown algorithm are ignored', () => {
  const envelope = parseEnvelope(addSignature(signEnvelope(TYPE, payload, c), a));
  const other = { keyid: 'ml-dsa-65:office-b', sig: new Uint8Array(3309) };
  const more = { ...envelope, signatures: [...envelope.signatures, other] };
  expect(verifyEnvelope(parseEnvelope(encodeEnvelope(more)), keys)).toEqual(['office-a']);
});

test('an envelope that nobody has signed names nobody', () => {
  const bytes = encodeEnvelope({ payloadType: TYPE, payload, signatures: [] });
  expect(verifyEnvelope(parseEnvelope(bytes), keys)).toEqual([]);
});

test('nobody signs the same envelope twice', async () => {
  await refusal(() => addSignature(signEnvelope(TYPE, payload, a), a), 'DOCUMENT_INVALID');
});

test('the type is signed: no two (type, payload) pairs are encoded alike', () => {
  const text = fc.string({ maxLength: 12 });
  fc.assert(
    fc.property(text, text, text, text, (type1, body1, type2, body2) => {
      fc.pre(type1 !== type2 || body1 !== body2);
      const encode = (type: string, body: string) => preAuthenticationEncoding(type, Buffer.from(body));
      expect(encode(type1.toWellFormed(), body1)).not.toEqual(encode(type2.toWellFormed(), body2));
    }),
  );
});

test('a payload of 2 MiB fits, one byte more does not', async () => {
  const full = new Uint8Array(2 << 20);
  expect(parseEnvelope(signEnvelope(TYPE, full, a)).payload.length).toBe(2 << 20);
  await refusal(() => signEnvelope(TYPE, new Uint8Array((2 << 20) + 1), a), 'DOCUMENT_INVALID');
});
