/** How fast an input party encodes and encrypts on one thread when its ciphertexts are full. */
import { randomBytes } from 'node:crypto';
import { openEncryptor } from '../schemes/encryptor.ts';
import type { Parameters } from '../schemes/scheme.ts';
import { makeJointKey } from './joint-key.ts';

export interface EncryptionFigures {
  readonly slots: number;
  readonly ciphertexts: number;
  readonly values: number;
  readonly elapsedMs: number;
  readonly valuesPerSecond: number;
}

/** Encrypts full ciphertexts for at least `forMs`, under a joint key of K holders made on the spot. */
export async function measureEncryption(parameters: Parameters, forMs: number): Promise<EncryptionFigures> {
  const context = { parameters, task: randomBytes(32).toString('hex') };
  using encryptor = await openEncryptor(context, (await makeJointKey(context)).jointKey, 'bench');
  const values = BigInt64Array.from({ length: encryptor.slots }, (_, i) => BigInt(i * 7919 - 20_000_000));
  encryptor.encrypt(values);
  const start = performance.now();
  let ciphertexts = 0;
  while (performance.now() - start < forMs) {
    encryptor.encrypt(values);
    ciphertexts += 1;
  }
  const elapsedMs = performance.now() - start;
  const count = ciphertexts * encryptor.slots;
  const valuesPerSecond = Math.round((1000 * count) / elapsedMs);
  return { slots: encryptor.slots, ciphertexts, values: count, elapsedMs, valuesPerSecond };
}
