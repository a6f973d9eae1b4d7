/** Sealed bytes that were altered, moved to another context, or are opened with the wrong secret. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, test } from 'vitest';
import { openAtRest, sealAtRest, unlockKeyFrom } from '../../trust/at-rest.ts';
import { base64 } from '../../trust/digest.ts';
import { createSealingKey, sealTo } from '../../trust/sealed-box.ts';
import { openSealed } from '../../trust/sealed-box-open.ts';
import { refusal } from '../fixtures/trust-parties.ts';

const folder = mkdtempSync(join(tmpdir(), 'strongroom-sealing-'));
afterAll(() => rmSync(folder, { recursive: true }));

function keyFile(name: string, length = 32): string {
  const path = join(folder, name);
  writeFileSync(path, randomBytes(length));
  return path;
}

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const [plaintext, info, aad] = [utf8('a partial decryption'), utf8('task'), utf8('evaluation')];
const receiver = await createSealingKey();
const box = await sealTo(receiver.publicKey, plaintext, info, aad);
const unlock = unlockKeyFrom({ keyFile: keyFile('right') });
const record = sealAtRest(plaintext, unlock, 'share');

const flip = fc.integer({ min: 1, max: 255 });
function altered(bytes: Uint8Array, index: number, mask: number): Uint8Array {
  const copy = bytes.slice();
  copy[index] = (copy[index] ?? 0) ^ mask;
  return copy;
}

test('a sealed box with any byte altered, or cut short', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(box.length - 1), flip, async (index, mask) => {
      const changed = altered(box, index, mask);
      await refusal(() => openSealed(receiver.privateKey, changed, info, aad), 'CIPHERTEXT_INVALID');
      const cut = box.subarray(0, index);
      await refusal(() => openSealed(receiver.privateKey, cut, info, aad), 'CIPHERTEXT_INVALID');
    }),
    { numRuns: 60 },
  );
});

test('a sealed box for another receiver, task or evaluation', async () => {
  const other = await createSealingKey();
  await refusal(() => openSealed(other.privateKey, box, info, aad), 'CIPHERTEXT_INVALID');
  await refusal(() => openSealed(receiver.privateKey, box, utf8('task 2'), aad), 'CIPHERTEXT_INVALID');
  await refusal(() => openSealed(receiver.privateKey, box, info, utf8('evaluation 2')), 'CIPHERTEXT_INVALID');
});

test('sealing to bytes that are no key', async () => {
  const { suite } = receiver.publicKey;
  for (const key of ['', base64(new Uint8Array(1216).fill(255)), base64(new Uint8Array(1215))]) {
    await refusal(() => sealTo({ suite, key }, plaintext, info, aad), 'IDENTITY_INVALID');
  }
});

test('a record at rest with any byte altered, or cut short', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(record.length - 1), flip, async (index, mask) => {
      await refusal(() => openAtRest(altered(record, index, mask), unlock, 'share'), 'UNLOCK_FAILED');
      await refusal(() => openAtRest(record.subarray(0, index), unlock, 'share'), 'UNLOCK_FAILED');
    }),
    { numRuns: 300 },
  );
});

test('a record at rest under another label, key file or passphrase', async () => {
  await refusal(() => openAtRest(record, unlock, 'journal'), 'UNLOCK_FAILED');
  const other = unlockKeyFrom({ keyFile: keyFile('other') });
  await refusal(() => openAtRest(record, other, 'share'), 'UNLOCK_FAILED');
  const phrase = unlockKeyFrom({ passphrase: 'correct horse' });
  await refusal(() => openAtRest(record, phrase, 'share'), 'UNLOCK_FAILED');
  const phrased = sealAtRest(plaintext, phrase, 'share');
  const wrong = unlockKeyFrom({ passphrase: 'wrong horse' });
  await refusal(() => openAtRest(phrased, wrong, 'share'), 'UNLOCK_FAILED');
});

test('no secret, two secrets, an empty one, a key file that is absent or of another length', async () => {
  const path = keyFile('short', 31);
  await refusal(() => unlockKeyFrom({}), 'USAGE');
  await refusal(() => unlockKeyFrom({ passphrase: '' }), 'USAGE');
  await refusal(() => unlockKeyFrom({ passphrase: 'x', keyFile: path }), 'USAGE');
  await refusal(() => unlockKeyFrom({ keyFile: path }), 'UNLOCK_FAILED');
  await refusal(() => unlockKeyFrom({ keyFile: join(folder, 'absent') }), 'UNLOCK_FAILED');
});
