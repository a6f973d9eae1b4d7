/** Canonical JSON, and the text forms of bytes that stand in it. */
import {
  base64,
  canonicalJson,
  equalBytes,
  hex,
  parseCanonicalJson,
  unbase64,
  unhex,
} from '../../../trust/digest.ts';
import { target } from '../harness/decoder.ts';
import { mutateJson } from '../harness/json.ts';
import { mutateText, utf8 } from '../harness/text.ts';

const VALUES: readonly unknown[] = [
  { a: 1, b: [true, false, null, -1, 0, 9007199254740991], ü: 'é\n"\\', '': {}, '\ud83d\ude00': [[[]]] },
  { digest: 'ab'.repeat(32), box: 'AAECAwQFBgc=', at: '2026-01-01T00:00:00.000Z', size: 262_257 },
  [],
  'text',
  -9007199254740991,
];

export const canonicalJsonTarget = target({
  name: 'canonical-json',
  short: 1000,
  make: () => VALUES.map(canonicalJson),
  open: (corpus) => ({
    corpus,
    mutations: [mutateJson],
    decode: parseCanonicalJson,
    objection: (value, bytes) =>
      equalBytes(canonicalJson(value), bytes) ? undefined : 'another form than the canonical one',
    codes: ['DOCUMENT_INVALID'],
  }),
});

/** A letter says which form it is. */
export const textFormsTarget = target({
  name: 'text-forms',
  short: 1000,
  make: () =>
    [new Uint8Array(), Uint8Array.of(0), Uint8Array.of(255, 254, 253, 252), utf8('some more bytes')].flatMap(
      (bytes) => [utf8(`b${base64(bytes)}`), utf8(`h${hex(bytes)}`)],
    ),
  open: (corpus) => ({
    corpus,
    mutations: [mutateText],
    decode: (bytes) => {
      const text = Buffer.from(bytes).toString('utf8');
      return text.startsWith('b') ? `b${base64(unbase64(text.slice(1)))}` : `h${hex(unhex(text.slice(1)))}`;
    },
    objection: (again, bytes) => {
      const text = Buffer.from(bytes).toString('utf8');
      return again.slice(1) === text.slice(1) ? undefined : 'another text for the same bytes';
    },
    codes: ['DOCUMENT_INVALID'],
  }),
});
