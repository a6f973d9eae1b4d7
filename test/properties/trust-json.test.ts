/** Canonical JSON and the text forms of bytes: one value, one text, and nothing else is read. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { base64, canonicalJson, hex, parseCanonicalJson, unbase64, unhex } from '../../trust/digest.ts';
import { refusal } from '../fixtures/trust-parties.ts';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const json = fc.jsonValue({ maxDepth: 4 }).map((value) => toIntegers(value));

/** JSON values with every number made a safe integer. */
function toIntegers(value: unknown): unknown {
  if (typeof value === 'number') return Math.trunc(value % 1e9) + 0;
  if (typeof value === 'string') return value.toWellFormed();
  if (Array.isArray(value)) return value.map(toIntegers);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key.toWellFormed(), toIntegers(item)]),
  );
}

test('what is written is read back, and written the same', () => {
  fc.assert(
    fc.property(json, (value) => {
      const bytes = canonicalJson(value);
      const read = parseCanonicalJson(bytes);
      expect(read).toEqual(value);
      expect(canonicalJson(read)).toEqual(bytes);
    }),
  );
});

test('the order in which keys were set does not matter', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string({ unit: 'grapheme' }), fc.integer()), (value) => {
      const reversed = Object.fromEntries(Object.entries(value).reverse());
      expect(canonicalJson(reversed)).toEqual(canonicalJson(value));
    }),
  );
});

test.each([
  '{"b":1,"a":2}',
  '{"a":1,"a":1}',
  '{ "a":1}',
  '{"a":1}\n',
  '{"a":1.0}',
  '{"a":1e2}',
  '{"a":9007199254740993}',
  '{"a":0.5}',
  '-0',
  '"\\u0041"',
  '"\\ud800"',
  '\ufeff1',
  '',
  '[1,]',
  '['.repeat(100) + ']'.repeat(100),
])('refuses the other form %j', async (text) => {
  await refusal(() => parseCanonicalJson(utf8(text)), 'DOCUMENT_INVALID');
});

test('refuses bytes that are not UTF-8', async () => {
  await refusal(() => parseCanonicalJson(Uint8Array.of(0x22, 0xff, 0x22)), 'DOCUMENT_INVALID');
});

test.each([
  [0.5],
  [NaN],
  [2 ** 53],
  [1n],
  [undefined],
  [new Date()],
  [{ a: undefined }],
  [new Map()],
  ['\ud800'],
])('does not write %s', async (value) => {
  await refusal(() => canonicalJson(value), 'DOCUMENT_INVALID');
});

test('hexadecimal and base64 have one text for every byte string', async () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      expect(unhex(hex(bytes))).toEqual(bytes);
      expect(unbase64(base64(bytes))).toEqual(bytes);
    }),
  );
  for (const text of ['A', '0', 'zz', 'AB']) await refusal(() => unhex(text), 'DOCUMENT_INVALID');
  for (const text of ['AB==', 'AA', 'A-==', 'AA==\n', 'AA=', '*']) {
    await refusal(() => unbase64(text), 'DOCUMENT_INVALID');
  }
});
