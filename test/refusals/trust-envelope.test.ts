/** Altered and malformed envelopes: never accepted as signed, and never an error of another kind. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { StrongroomError } from '../../proto/errors.ts';
import {
  addSignature,
  encodeEnvelope,
  parseEnvelope,
  signEnvelope,
  verifyEnvelope,
} from '../../trust/envelope.ts';
import { newSigner, refusal } from '../fixtures/trust-parties.ts';

const TYPE = 'application/vnd.strongroom.test+json';
const [a, b] = [newSigner('office-a'), newSigner('office-b')];
const keys = new Map([a, b].map(({ name, publicKey }) => [name, publicKey]));
const payload = new TextEncoder().encode('{"approve":true}');
const valid = addSignature(signEnvelope(TYPE, payload, a), b);

/** Who is proven to have signed; nobody where the bytes are refused. */
function signers(bytes: Uint8Array): string[] {
  try {
    return verifyEnvelope(parseEnvelope(bytes), keys);
  } catch (error) {
    if (error instanceof StrongroomError && ['DOCUMENT_INVALID', 'SIGNATURE_INVALID'].includes(error.code))
      return [];
    throw error;
  }
}

test('the unaltered envelope is signed by both', () => {
  expect(signers(valid)).toEqual(['office-a', 'office-b']);
});

test('no altered byte leaves both signers standing', () => {
  fc.assert(
    fc.property(fc.nat(valid.length - 1), fc.integer({ min: 1, max: 255 }), (index, flip) => {
      const altered = valid.slice();
      altered[index] = (altered[index] ?? 0) ^ flip;
      expect(signers(altered).length).toBeLessThan(2);
    }),
    { numRuns: 2000 },
  );
});

test('cut short, lengthened or random bytes are refused', () => {
  fc.assert(
    fc.property(fc.nat(valid.length - 1), fc.uint8Array({ maxLength: 40 }), (length, noise) => {
      expect(signers(valid.subarray(0, length))).toEqual([]);
      expect(signers(noise)).toEqual([]);
      if (noise.length > 0) expect(signers(Buffer.concat([valid, noise]))).toEqual([]);
    }),
  );
});

test.each([
  ['spacing', (text: string) => text.replace('":"', '": "')],
  ['a second payload', (text: string) => text.replace('{"payload"', '{"payload":"AAAA","payload"')],
  ['an unknown key', (text: string) => text.replace('{"payload"', '{"extra":1,"payload"')],
  ['base64 without padding', (text: string) => text.replace('=="', '"')],
  ['URL-safe base64', (text: string) => text.replace(/"payload":"[^"]*"/, '"payload":"-_-_"')],
  ['another type', (text: string) => text.replace('test+json', 'best+json')],
  ['signatures that are no list', (text: string) => text.replace(/"signatures":\[.*\]/, '"signatures":{}')],
  ['null', () => 'null'],
])('%s is refused', (_name, alter) => {
  const text = new TextDecoder().decode(valid);
  const altered = alter(text);
  expect(altered).not.toBe(text);
  expect(signers(new TextEncoder().encode(altered))).toEqual([]);
});

test('a signature under the name of another party is an error that names the party', async () => {
  const envelope = parseEnvelope(signEnvelope(TYPE, payload, a));
  const sig = envelope.signatures[0]?.sig ?? new Uint8Array();
  const forged = { ...envelope, signatures: [{ keyid: 'ed25519:office-b', sig }] };
  const error = await refusal(() => verifyEnvelope(forged, keys), 'SIGNATURE_INVALID');
  expect(error.details).toEqual({ party: 'office-b' });
});

test('a signature over the payload of one type does not count for another type', async () => {
  const envelope = parseEnvelope(signEnvelope(TYPE, payload, a));
  await refusal(() => verifyEnvelope({ ...envelope, payloadType: `${TYPE}2` }, keys), 'SIGNATURE_INVALID');
});

test('too many signatures, and signatures of absurd length, are refused', async () => {
  const { signatures } = parseEnvelope(valid);
  const many = Array.from({ length: 33 }, () => signatures).flat();
  const long = [{ keyid: 'x:y', sig: new Uint8Array(60_000) }];
  for (const list of [many, long]) {
    await refusal(() => encodeEnvelope({ payloadType: TYPE, payload, signatures: list }), 'DOCUMENT_INVALID');
  }
});
