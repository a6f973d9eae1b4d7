/** Encodings against the examples that their specifications publish. */
import { describe, expect, test } from 'vitest';
import { canonicalJson, hex, sha256, sha256Hex, unbase64, unhex } from '../../trust/digest.ts';
import { verifySignature } from '../../trust/ed25519.ts';
import { createSigner } from '../../trust/signing-key.ts';
import { preAuthenticationEncoding } from '../../trust/envelope.ts';
import { leafOf } from '../../trust/log/entry.ts';
import { openNote } from '../../trust/log/signed-note.ts';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

test('DSSE pre-authentication encoding: the example of protocol.md', () => {
  expect(preAuthenticationEncoding('http://example.com/HelloWorld', utf8('hello world'))).toEqual(
    utf8('DSSEv1 29 http://example.com/HelloWorld 11 hello world'),
  );
});

test('DSSE lengths count bytes, not characters', () => {
  expect(preAuthenticationEncoding('é', utf8('ü'))).toEqual(utf8('DSSEv1 2 é 2 ü'));
});

test('SHA-256: FIPS 180-4 example "abc", whole and in parts', () => {
  const digest = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
  expect(sha256Hex(utf8('abc'))).toBe(digest);
  expect(hex(sha256(utf8('a'), utf8('bc')))).toBe(digest);
  expect(sha256(utf8('abc')).constructor).toBe(Uint8Array);
});

// From Python's hashlib: sha256(b'\0' + sha256(b'abc').digest()).
test('a leaf of the log: SHA-256(0x00 ‖ SHA-256(envelope))', () => {
  expect(hex(leafOf(utf8('abc')))).toBe('8a7deab2cc5ee003b6394337538a52b3198f1a6ddeb10c7daf62fe1c9834b43b');
});

describe('Ed25519: RFC 8032 §7.1', () => {
  const signature =
    '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da' +
    '085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00';
  const signer = createSigner(
    'test-2',
    unhex('4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb'),
  );

  test('TEST 2', () => {
    expect(hex(signer.publicKey)).toBe('3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c');
    expect(hex(signer.sign(Uint8Array.of(0x72)))).toBe(signature);
    expect(verifySignature(signer.publicKey, Uint8Array.of(0x72), unhex(signature))).toBe(true);
    expect(verifySignature(signer.publicKey, Uint8Array.of(0x73), unhex(signature))).toBe(false);
  });
});

test('canonical JSON: RFC 8785 §3.2.3, keys in order of UTF-16 code units', () => {
  const value = {
    '\u20ac': 'Euro Sign',
    '\r': 'Carriage Return',
    '\ufb33': 'Hebrew Letter Dalet With Dagesh',
    '1': 'One',
    '\ud83d\ude00': 'Emoji: Grinning Face',
    '\u0080': 'Control',
    '\u00f6': 'Latin Small Letter O With Diaeresis',
  };
  expect(new TextDecoder().decode(canonicalJson(value))).toBe(
    '{"\\r":"Carriage Return","1":"One","\u0080":"Control","ö":"Latin Small Letter O With Diaeresis",' +
      '"€":"Euro Sign","😀":"Emoji: Grinning Face","\ufb33":"Hebrew Letter Dalet With Dagesh"}',
  );
});

// Published in the documentation of golang.org/x/mod/sumdb/note, whose format c2sp.org/signed-note is.
test('signed note: the example of the Go package', () => {
  const key = unbase64('ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW').subarray(1);
  const text =
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
  const note = `${text}\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n`;
  expect(openNote(note, new Map([['PeterNeumann', key]]))).toEqual({ text, signers: ['PeterNeumann'] });
});
