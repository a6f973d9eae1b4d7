/** Foreign bytes that must not reach the engine: each refusal names the check that failed. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openCeremony } from '../../schemes/ceremony.ts';
import { validateContribution } from '../../schemes/contribution.ts';
import { openEncryptor } from '../../schemes/encryptor.ts';
import { contextShape } from '../../schemes/rlwe/threshold/engine.ts';
import { loadEngine, makeContext } from '../../schemes/rlwe/engine.ts';
import {
  altered,
  at,
  combineOne,
  openCommittee,
  PARTY,
  refusedBy,
  sha256,
  type Committee,
} from '../fixtures/schemes-committee.ts';

let committee: Committee;
let good: Uint8Array;

beforeAll(async () => {
  committee = await openCommittee('refusals');
  good = committee.encryptor.encrypt([1n, 2n, 3n]);
});
afterAll(() => {
  committee[Symbol.dispose]();
});

describe('an input ciphertext', () => {
  test.each<[string, (bytes: Uint8Array) => Uint8Array]>([
    ['length', (bytes) => bytes.slice(0, -1)],
    ['length', (bytes) => new Uint8Array([...bytes, 0])],
    ['length', () => new Uint8Array()],
    ['header', (bytes) => new Uint8Array(bytes.length)],
    ['header', at(0, 0)],
    ['header', at(3, 3)],
    ['header', at(5, 1)],
    ['header', at(6, 1)],
    ['header', at(8, 0)],
    ['parms_id', at(20, 0)],
    ['NTT form', at(48, 1)],
    ['number of polynomials', at(49, 3)],
    ['ring degree', at(58, 0x40)],
    ['number of primes', at(65, 4)],
    ['scale', at(80, 0)],
    ['correction factor', at(81, 2)],
    ['inner header', at(97, 0)],
    ['number of words', at(105, 1)],
    ['transparent', (bytes) => bytes.slice().fill(0, 113 + 8 * 3 * 8192)],
    ['word range', at(113 + 7, 0x10)],
    ['word range', (bytes) => bytes.slice().fill(0xff, -8)],
  ])('is refused by the check on: %s', (check, spoil) => {
    expect(
      refusedBy(() => {
        committee.evaluator.validateInput(spoil(good), PARTY);
      }),
    ).toBe(check);
    using sum = committee.evaluator.sum();
    expect(
      refusedBy(() => {
        sum.add(spoil(good), PARTY);
      }),
    ).toBe(check);
    expect(refusedBy(() => committee.holders[0]?.partialDecryptions([spoil(good)]))).toBe(check);
    expect(refusedBy(() => combineOne(committee.combiner, spoil(good), [good, good, good]))).toBe(check);
  });

  test('one word equal to its prime is refused, one less is accepted', () => {
    committee.context.parameters.dataPrimes.forEach((prime, j) => {
      const bytes = Buffer.from(good);
      bytes.writeBigUInt64LE(BigInt(prime) - 1n, 113 + 8 * 8192 * j);
      expect(
        refusedBy(() => {
          committee.evaluator.validateInput(bytes, PARTY);
        }),
      ).toBe('accepted');
      bytes.writeBigUInt64LE(BigInt(prime), 113 + 8 * 8192 * j);
      expect(
        refusedBy(() => {
          committee.evaluator.validateInput(bytes, PARTY);
        }),
      ).toBe('word range');
    });
  });

  test('a seeded one, a key-level one and one of another task size are refused', async () => {
    const { context, jointKey } = committee;
    const engine = await loadEngine();
    using seal = makeContext(engine, contextShape(context.parameters));
    using generator = new engine.KeyGenerator(seal);
    using publicKey = generator.createPublicKey();
    using secretKey = generator.secretKey();
    using encryptor = new engine.Encryptor(seal, publicKey, secretKey);
    using plaintext = new engine.Plaintext(1);
    using seeded = encryptor.encryptSymmetricSerializable(plaintext);
    const bytes = seeded.saveToArray(engine.ComprModeType.none) as Uint8Array;
    expect(
      refusedBy(() => {
        committee.evaluator.validateInput(bytes, PARTY);
      }),
    ).toBe('length');
    expect(
      refusedBy(() => {
        committee.evaluator.validateInput(jointKey, PARTY);
      }),
    ).toBe('length');
    using other = await openCommittee('refusals, other t', { magnitude: 1n << 41n });
    expect(
      refusedBy(() => {
        other.evaluator.validateInput(good, PARTY);
      }),
    ).toBe('parms_id');
  });

  test('a Buffer is as good as a Uint8Array', () => {
    using sum = committee.evaluator.sum();
    sum.add(Buffer.from(good), PARTY);
    expect(sha256(sum.bytes())).toBe(sha256(good));
  });
});

describe('sums', () => {
  test('more ciphertexts than the plan allows are refused', () => {
    using sum = committee.evaluator.sum();
    for (let i = 0; i < 3; i += 1) sum.add(good, PARTY);
    expect(() => {
      sum.add(good, PARTY);
    }).toThrow(expect.objectContaining({ code: 'QUOTA_EXCEEDED' }));
  });

  test('inputs made to cancel each other are refused as a sum', () => {
    const { dataPrimes } = committee.context.parameters;
    const negated = Buffer.from(good);
    for (let i = 0; i < 2 * 3 * 8192; i += 1) {
      const word = negated.readBigUInt64LE(113 + 8 * i);
      const prime = BigInt(dataPrimes[Math.floor(i / 8192) % 3] ?? 0);
      negated.writeBigUInt64LE(word === 0n ? 0n : prime - word, 113 + 8 * i);
    }
    using sum = committee.evaluator.sum();
    sum.add(good, PARTY);
    sum.add(negated, PARTY);
    expect(refusedBy(() => sum.bytes())).toBe('transparent');
    sum.add(good, PARTY);
    expect(sha256(sum.bytes())).toBe(sha256(good));
  });
});

describe('messages of the key ceremony', () => {
  test.each<[string, (bytes: Uint8Array) => Uint8Array]>([
    ['length', (bytes) => bytes.slice(1)],
    ['tag', at(0, 0)],
    ['tag', (bytes) => new Uint8Array(bytes.length)],
    ['word range', (bytes) => bytes.slice().fill(0xff, 32, 40)],
    ['word range', at(32 + 8 * 8192 * 3 + 7, 1)],
  ])('are refused by the check on: %s', (check, spoil) => {
    committee.transcript.forEach((round, index) => {
      const spoilt = spoil(
        altered(round[0] ?? new Uint8Array(), 0, (round[0]?.[0] ?? 0) ^ (check === 'tag' ? 1 : 0)),
      );
      expect(
        refusedBy(() => {
          validateContribution(committee.context, index, spoilt);
        }),
      ).toBe(check);
    });
  });

  test('a message of another round, another task or a round that does not exist is refused', async () => {
    const [round0 = [], round1 = []] = committee.transcript;
    const [b = new Uint8Array()] = round0;
    const [d = new Uint8Array()] = round1;
    expect(
      refusedBy(() => {
        validateContribution(committee.context, 0, d);
      }),
    ).toBe('tag');
    expect(
      refusedBy(() => {
        validateContribution(committee.context, 1, b);
      }),
    ).toBe('tag');
    expect(
      refusedBy(() => {
        validateContribution(committee.context, 2, d);
      }),
    ).toBe('round');
    expect(
      refusedBy(() => {
        validateContribution({ ...committee.context, task: 'cd'.repeat(32) }, 0, b);
      }),
    ).toBe('tag');
    using ceremony = await openCeremony(committee.context);
    expect(refusedBy(() => ceremony.take(round0.slice(1)))).toBe('number of messages');
  });
});

describe('a joint key', () => {
  test('of another task, or with another common reference, is refused', async () => {
    const { context, jointKey } = committee;
    const check = async (task: string, key: Uint8Array): Promise<unknown> => {
      const outcome: unknown = await openEncryptor({ ...context, task }, key, PARTY).catch(
        (error: unknown) => error,
      );
      return refusedBy(() => {
        throw outcome;
      });
    };
    const last = jointKey.length - 8;
    expect(await check('cd'.repeat(32), jointKey)).toBe('common reference');
    expect(await check(context.task, altered(jointKey, last, (jointKey[last] ?? 0) ^ 1))).toBe(
      'common reference',
    );
    expect(await check(context.task, jointKey.slice(1))).toBe('length');
    expect(await check(context.task, altered(jointKey, 48, 0))).toBe('NTT form');
    expect(await check(context.task, good)).toBe('length');
  });
});

describe('values', () => {
  test('too many, or beyond ±(t − 1)/2, are refused without being shown', () => {
    const limit = BigInt(committee.context.parameters.plainModulus) / 2n;
    const { encryptor } = committee;
    expect(() => encryptor.encrypt(new BigInt64Array(8193))).toThrow('8193 values');
    for (const value of [limit + 1n, -limit - 1n, 2n ** 62n, -(2n ** 62n)]) {
      expect(() => encryptor.encrypt([0n, value])).toThrow('the value of slot 1 is too large for the plan');
    }
  });
});
