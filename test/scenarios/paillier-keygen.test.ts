/** Key ceremonies from the first message to a key that decrypts; small moduli, everything else as in a task. */
import { checkPrimeSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { deriveBases } from '../../schemes/paillier/bases.ts';
import type { Context } from '../../schemes/paillier/binding.ts';
import { decryptionExponent } from '../../schemes/paillier/decryption-exponent.ts';
import { bitLength, centred, fromBytes, inverse } from '../../schemes/paillier/integers.ts';
import type { Transcript } from '../../schemes/paillier/joint-key.ts';
import { HolderSecrets } from '../../schemes/paillier/keygen/holder-secrets.ts';
import { PaillierHolderCeremony } from '../../schemes/paillier/keygen/holder-ceremony.ts';
import { openModulus } from '../../schemes/paillier/modular.ts';
import { KEY_TAG_BYTES, TOTIENT_BYTES, widthsOf } from '../../schemes/paillier/parameters.ts';
import { openSetting } from '../../schemes/paillier/keygen/setting.ts';
import { factorsOf, openTable, seedOf, type Table } from '../fixtures/paillier-keygen.ts';

function contentsOf({ parameters }: Context, key: Uint8Array): Transcript & { opened: bigint } {
  const n = parameters.modulusBits / 8;
  const w = widthsOf(parameters).opened;
  const openedAt = KEY_TAG_BYTES + n + TOTIENT_BYTES;
  expect(key.length).toBe(openedAt + w + parameters.holders * 2 * n);
  return {
    modulus: fromBytes(key.subarray(KEY_TAG_BYTES, KEY_TAG_BYTES + n)),
    totient: key.subarray(KEY_TAG_BYTES + n, openedAt),
    opened: fromBytes(key.subarray(openedAt, openedAt + w)),
  };
}

/** Encrypts, lets all holders decrypt partially, combines. */
function throughTheKey(name: string, context: Context, key: Uint8Array, value: bigint): bigint {
  const contents = contentsOf(context, key);
  const { modulus, opened } = contents;
  const ring = openModulus(modulus ** 2n);
  const { encryption } = deriveBases(context, modulus, ring);
  const randomised = ring.power(encryption, 123456789123456789n);
  const ciphertext = ((1n + value * modulus) * randomised) % ring.value;
  let combined = 1n;
  for (let holder = 0; holder < context.parameters.holders; holder += 1) {
    const exponent = 2n * decryptionExponent(context, seedOf(name, holder), holder, contents);
    combined = (combined * ring.power(ciphertext, exponent)) % ring.value;
  }
  expect(combined % modulus).toBe(1n);
  return centred(((combined - 1n) / modulus) * inverse(-2n * opened, modulus), modulus);
}

/** A holder's own process, as far as the scheme goes. */
function openHolder(name: string, { context }: Table, holder: number): PaillierHolderCeremony {
  const setting = openSetting(context);
  return new PaillierHolderCeremony(setting, new HolderSecrets(setting, seedOf(name, holder), holder));
}

describe('a whole ceremony', () => {
  test.each([3, 4])(
    '%i holders make a key of two primes that all of them together decrypt under',
    async (K) => {
      const name = `whole ${K}`;
      using table = await openTable(name, { holders: K });
      const transcript = await table.finish();
      expect(transcript.length).toBeGreaterThanOrEqual(10);
      expect(table.observer.round).toBe(transcript.length);
      const key = table.observer.jointKey();
      const { modulus } = contentsOf(table.context, key);
      expect(bitLength(modulus)).toBe(512);
      const [p, q] = factorsOf(name, table, modulus);
      expect(checkPrimeSync(p) && checkPrimeSync(q) && p !== q).toBe(true);
      for (const value of [0n, 1n, -1n, 10n ** 70n, -(10n ** 70n)]) {
        expect(throughTheKey(name, table.context, key, value)).toBe(value);
      }
    },
  );

  test('batches that give nothing are opened, and the search goes on', async () => {
    // A first batch gives a key in one ceremony of three: then there is nothing to see, and another is played.
    for (let ceremony = 0; ; ceremony += 1) {
      const name = `several batches ${ceremony}`;
      using table = await openTable(name, { candidatesPerBatch: 256, mostCandidates: 20 * 256 });
      const { progress } = table.observer;
      expect(progress).toMatchObject({ tried: 0, expected: 605 });
      await table.until('acceptance');
      const { batch } = table.observer.due;
      if (batch === 0) continue;
      expect(table.observer.progress.tried).toBe(256 * (batch + 1));
      await table.finish();
      expect(throughTheKey(name, table.context, table.observer.jointKey(), 42n)).toBe(42n);
      return;
    }
  });

  test('a search without success ends with a reason that names nobody', async () => {
    using table = await openTable('no luck', { candidatesPerBatch: 4, mostCandidates: 8 });
    const failure = await table.finish().catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'KEY_TEST_FAILED', details: { tried: 8 } });
    expect(failure).not.toHaveProperty('details.holder');
  });
});

describe('the process of a holder', () => {
  test('says from its seed what it said before it was started again, and ends with the same key', async () => {
    const name = 'restart';
    using table = await openTable(name);
    const transcript = await table.finish();
    using again = openHolder(name, table, 1);
    for (const messages of transcript) {
      const said = await again.contribution();
      expect(Buffer.compare(said, messages[1] ?? new Uint8Array())).toBe(0);
      await again.take(messages);
    }
    expect(again.finished).toBe(true);
    expect(Buffer.compare(again.jointKey(), table.observer.jointKey())).toBe(0);
    await expect(again.contribution()).rejects.toMatchObject({ code: 'INTERNAL' });
  });

  test('does not go on where others show another message for it', async () => {
    using table = await openTable('impostor');
    const messages = table.say();
    const spoilt = messages.with(1, table.sayOtherwise(1));
    using victim = openHolder('impostor', table, 1);
    await expect(victim.take(spoilt)).rejects.toMatchObject({
      code: 'COMMITMENT_MISMATCH',
      details: { holder: 1 },
    });
    using other = openHolder('impostor', table, 0);
    await expect(other.take(spoilt)).resolves.toBeUndefined();
  });
});
