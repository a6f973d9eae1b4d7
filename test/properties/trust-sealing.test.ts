/** Sealed boxes and sealing at rest: what is sealed opens again with the right key, context and label. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { openAtRest, sealAtRest, unlockKeyFrom } from '../../trust/at-rest.ts';
import { hex } from '../../trust/digest.ts';
import { createSealingKey, sealTo } from '../../trust/sealed-box.ts';
import { openSealed } from '../../trust/sealed-box-open.ts';

const folder = mkdtempSync(join(tmpdir(), 'strongroom-sealing-'));
const keyFile = join(folder, 'key');
writeFileSync(keyFile, randomBytes(32));
afterAll(() => rmSync(folder, { recursive: true }));

const bytes = fc.uint8Array({ maxLength: 300 });

test('a sealed box opens for its receiver', async () => {
  const { privateKey, publicKey } = await createSealingKey();
  await fc.assert(
    fc.asyncProperty(bytes, bytes, bytes, async (plaintext, info, aad) => {
      const box = await sealTo(publicKey, plaintext, info, aad);
      expect(hex(box.subarray(0, 6))).toBe('647a00010002');
      expect(box.length).toBe(6 + 1120 + plaintext.length + 16);
      expect(await openSealed(privateKey, box, info, aad)).toEqual(plaintext);
    }),
    { numRuns: 20 },
  );
});

test('the same plaintext never gives the same box', async () => {
  const { publicKey } = await createSealingKey();
  const none = new Uint8Array();
  expect(await sealTo(publicKey, none, none, none)).not.toEqual(await sealTo(publicKey, none, none, none));
});

test('a record at rest opens in another process with the same key file', () => {
  fc.assert(
    fc.property(bytes, fc.string(), (plaintext, label) => {
      const record = sealAtRest(plaintext, unlockKeyFrom({ keyFile }), label);
      expect(openAtRest(record, unlockKeyFrom({ keyFile }), label)).toEqual(plaintext);
    }),
    { numRuns: 50 },
  );
});

test('a record at rest opens with the same passphrase, however its accents are typed', () => {
  const record = sealAtRest(Uint8Array.of(1, 2), unlockKeyFrom({ passphrase: 'caf\u00e9' }), 'x');
  expect(openAtRest(record, unlockKeyFrom({ passphrase: 'cafe\u0301' }), 'x')).toEqual(Uint8Array.of(1, 2));
});

test('the passphrase is stretched once: a thousand records cost one derivation', () => {
  const record = sealAtRest(Uint8Array.of(1), unlockKeyFrom({ passphrase: 'correct horse' }), 'x');
  using unlock = unlockKeyFrom({ passphrase: 'correct horse' });
  openAtRest(record, unlock, 'x');
  const salt = (bytes: Uint8Array): string => hex(bytes.subarray(0, 25));
  const started = performance.now();
  for (let index = 0; index < 1000; index += 1) {
    const next = sealAtRest(Uint8Array.of(index & 255), unlock, 'x');
    expect(salt(next)).toBe(salt(record));
    expect(openAtRest(next, unlock, 'x')).toEqual(Uint8Array.of(index & 255));
  }
  // One derivation takes over 50 ms, so a thousand would take a minute.
  expect(performance.now() - started).toBeLessThan(25_000);
});
