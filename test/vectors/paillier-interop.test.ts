/** paillier-bigint, an independent implementation, on the other side: its ciphertexts here, ours there. */
import { PrivateKey, PublicKey } from 'paillier-bigint';
import { beforeAll, describe, expect, test } from 'vitest';
import { openPaillierCombiner } from '../../schemes/paillier/combination.ts';
import { rerandomise } from '../../schemes/paillier/encryption.ts';
import { centred, fromBytes, inverse, modulo, toBytes } from '../../schemes/paillier/integers.ts';
import { openJointKey, type PaillierJointKey } from '../../schemes/paillier/joint-key.ts';
import { pack, unpack } from '../../schemes/paillier/packing.ts';
import { dealKey, type DealtKey } from '../../bench/work/dealt-paillier-key.ts';
import { encryptFor, openHolders, sumOf } from '../fixtures/paillier-key.ts';

let dealt: DealtKey;
let key: PaillierJointKey;
let publicKey: PublicKey;
let privateKey: PrivateKey;
const vectors = [
  [1n, -2n, (1n << 40n) - 1n, 0n, -5n],
  [-(1n << 39n), 3n, 0n, -1n, 4n],
] as const;
const sums = [1n - (1n << 39n), 1n, (1n << 40n) - 1n, -1n, -1n];

beforeAll(() => {
  dealt = dealKey('interop', { holders: 3 });
  key = openJointKey(dealt.context, dealt.jointKey);
  publicKey = new PublicKey(key.modulus, key.modulus + 1n);
  const { p, q } = dealt.primes;
  const lambda = (p - 1n) * (q - 1n);
  privateKey = new PrivateKey(lambda, inverse(lambda, key.modulus), publicKey);
});

describe('paillier-bigint', () => {
  test('encrypts and adds; the key holders decrypt', async () => {
    const { parameters } = dealt.context;
    const [a = 0n, b = 0n] = vectors.map((vector) =>
      publicKey.encrypt(modulo(pack(vector, parameters), key.modulus)),
    );
    const output = new Uint8Array(toBytes(publicKey.addition(a, b), parameters.outputBytes));
    const shares = (await openHolders(dealt)).map((holder) => holder.partialDecryptions([output]));
    const combiner = openPaillierCombiner(dealt.context, dealt.jointKey);
    expect(combiner.combine([output], shares)[0]?.slice(0, sums.length)).toEqual(sums);
  });

  test('decrypts what was encrypted and added here, re-randomised too', async () => {
    const inputs = await Promise.all(
      vectors.map(async (vector, i) => {
        const [ciphertext = new Uint8Array()] = await encryptFor(dealt, `office ${i}`, [vector]);
        return { party: `office ${i}`, ciphertext };
      }),
    );
    const sum = fromBytes(await sumOf(dealt, inputs));
    const fresh = rerandomise(key, sum);
    expect(fresh).not.toBe(sum);
    for (const ciphertext of [sum, fresh]) {
      const packed = centred(privateKey.decrypt(ciphertext), key.modulus);
      expect(unpack(packed, dealt.context.parameters).slice(0, sums.length)).toEqual(sums);
    }
  });
});
