/** Our reading of SEAL's formats against what SEAL itself writes. */
import { shake256 } from '@noble/hashes/sha3.js';
import { describe, expect, test } from 'vitest';
import { chooseBfvParameters } from '../../schemes/bfv/parameters.ts';
import { contextShape } from '../../schemes/rlwe/threshold/engine.ts';
import { ciphertextShape, publicKeyShape } from '../../schemes/rlwe/threshold/levels.ts';
import { loadEngine, makeContext } from '../../schemes/rlwe/engine.ts';
import { isPrime, primesBelow } from '../../schemes/rlwe/primes.ts';
import { ciphertextHead, writePlaintext } from '../../schemes/rlwe/wire.ts';
import { bytesOf, residues } from '../../schemes/rlwe/words.ts';
import { Xof } from '../../schemes/rlwe/xof.ts';

const parameters = chooseBfvParameters({ holders: 3, contributors: 3, decryptions: 1, magnitude: 1n << 40n });
const engine = await loadEngine();

describe('what SEAL writes', () => {
  using context = makeContext(engine, contextShape(parameters));
  using generator = new engine.KeyGenerator(context);
  using publicKey = generator.createPublicKey();
  using secretKey = generator.secretKey();
  using encryptor = new engine.Encryptor(context, publicKey);
  using encoder = new engine.BatchEncoder(context);
  using plaintext = new engine.Plaintext();
  using ciphertext = new engine.Ciphertext();
  encoder.encode(new BigInt64Array(parameters.ringDegree).fill(-3n), plaintext);
  const encrypted = (): Uint8Array => {
    encryptor.encrypt(plaintext, ciphertext);
    return ciphertext.saveToArray(engine.ComprModeType.none) as Uint8Array;
  };
  const bytes = {
    ciphertext: encrypted(),
    publicKey: publicKey.saveToArray(engine.ComprModeType.none) as Uint8Array,
    secretKey: secretKey.saveToArray(engine.ComprModeType.none) as Uint8Array,
  };
  const ids = {
    data: new Uint8Array((context.firstParmsId().values() as BigUint64Array).slice().buffer),
    key: new Uint8Array((context.keyParmsId().values() as BigUint64Array).slice().buffer),
  };
  const random: number[] = [];
  const original = crypto.getRandomValues.bind(crypto);
  crypto.getRandomValues = (view) => {
    random.push((view as Uint8Array).fill(7).byteLength);
    return view;
  };
  const fixed = [encrypted(), encrypted()];
  crypto.getRandomValues = original;
  const fresh = encrypted();

  test('parms_id of both levels', () => {
    expect(ciphertextShape(parameters).parmsId).toEqual(ids.data);
    expect(publicKeyShape(parameters).parmsId).toEqual(ids.key);
  });

  test('a ciphertext: every byte in front of the words, and the length', () => {
    expect(bytes.ciphertext.subarray(0, 113)).toEqual(
      new Uint8Array(ciphertextHead(ciphertextShape(parameters))),
    );
    expect(bytes.ciphertext.length).toBe(parameters.ciphertextBytes);
  });

  test('a public key: every byte in front of the words, and the length', () => {
    expect(bytes.publicKey.subarray(0, 113)).toEqual(
      new Uint8Array(ciphertextHead(publicKeyShape(parameters))),
    );
    expect(bytes.publicKey.length).toBe(parameters.jointKeyBytes);
  });

  test('a secret key: every byte in front of the words, and the length', () => {
    const { parmsId, ringDegree, primes } = publicKeyShape(parameters);
    const ours = writePlaintext(parmsId, new BigUint64Array(ringDegree * primes.length));
    expect(bytes.secretKey.length).toBe(ours.length);
    expect(bytes.secretKey.subarray(0, 88)).toEqual(ours.subarray(0, 88));
  });

  test('its randomness comes from crypto.getRandomValues, 64 bytes a ciphertext, and from nowhere else', () => {
    expect(random.reduce((a, b) => a + b)).toBe(128);
    expect(fixed[0]).toEqual(fixed[1]);
    expect(fresh).not.toEqual(fixed[0]);
  });
});

describe('primitives', () => {
  test('one block of the stream is SHAKE256 of the length-prefixed inputs and the counter', () => {
    const prefixed = Buffer.concat(
      ['\0\0\0\x01', 'L', '\0\0\0\x02', 'xy', '\0\0\0\0'].map((s) => Buffer.from(s)),
    );
    const expected = shake256(prefixed, { dkLen: 32768 });
    expect(new Uint8Array(new Xof('L', Buffer.from('xy')).read(100))).toEqual(expected.slice(0, 100));
  });

  test('primes: Carmichael numbers and strong pseudoprimes are composite; SEAL finds the same NTT primes', () => {
    for (const n of [561n, 1105n, 3215031751n, 3825123056546413051n, 0n, 1n, 4n])
      expect(isPrime(n)).toBe(false);
    for (const n of [2n, 3n, 41n, 65537n, (1n << 61n) - 1n]) expect(isPrime(n)).toBe(true);
    using chain = engine.CoeffModulus.Create(8192, Int32Array.of(60, 60, 60));
    const theirs = [2, 1, 0].map((i) => chain.get(i)?.value());
    expect(
      primesBelow(1n << 60n, 16384n)
        .take(3)
        .toArray(),
    ).toEqual(theirs);
  });

  test('residues of negative numbers', () => {
    expect(residues([-1, 2, -5n], [7n, 3n])).toEqual(BigUint64Array.of(6n, 2n, 2n, 2n, 2n, 1n));
    expect(bytesOf(BigUint64Array.of(1n))).toEqual(Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0));
  });
});
