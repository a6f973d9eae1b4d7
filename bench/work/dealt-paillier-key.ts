/**
 * A joint Paillier key made by a dealer who knows p and q, with the seeds of K holders: everything of the scheme but
 * the key ceremony is measured and tested with it, without waiting for one.
 */
import { createHash } from 'node:crypto';
import { deriveBases } from '../../schemes/paillier/bases.ts';
import { decryptionExponent, decryptionMask } from '../../schemes/paillier/decryption-exponent.ts';
import { encodeJointKey } from '../../schemes/paillier/joint-key.ts';
import { openModulus } from '../../schemes/paillier/modular.ts';
import {
  choosePaillierParameters,
  type PaillierParameters,
  type PaillierTask,
} from '../../schemes/paillier/parameters.ts';
import type { SchemeContext } from '../../schemes/scheme.ts';

export interface PrimePair {
  readonly p: bigint;
  readonly q: bigint;
}

/** Safe primes from `openssl prime -generate -safe -bits` (1024 and 1536), OpenSSL 3.0.19. Published here: for measurements and tests only. */
export const PRIMES: Readonly<Record<2048 | 3072, PrimePair>> = {
  2048: {
    p: BigInt(
      '0xed7905fb8037a23643266b8b28164949587ec90b81f80e826aae95d85ef037aa290ed65c5e39b4200a9bb5f91f4c1d' +
        '876eae925a2c70488de4746821c85e0228e99754f31e516ec04eb88a51afd52b6178a7af34b088aa3badd8f386851e1a' +
        'ce3636c6726c8ae10cb410c27bda485910113b63c0b95b5170cc49733793527bb3',
    ),
    q: BigInt(
      '0xc765217b052e0d0909e94bbbaf7791a1fc9182ca4992d0e7ccfe4745e3c06657f93d1c97707838bfe128402f5209ae' +
        '88e5f5c5db5488aafb5530f1a4db27dff7371e5ae11c55f4362aad0c8092266c11ad530af27e23430e80960841781dc9' +
        '577cf4fd8b3621c9ec56e66f10500265453c4d0b5bd2bf5a68691a14b0c3278907',
    ),
  },
  3072: {
    p: BigInt(
      '0xde1de411f3c8788e23a0098bee70a6e5a260bb27d430aaa0ca295fc271faaedf4ce2d8b21e379b54e962c429bfe06f' +
        '8de98b254abe9db70e9711d83f48c4c25a9dbc3e45e100dd1fbfe52edff9a16c9314b4ac0d0cd57289d8e147cf8e9381' +
        '0e9a166b84224a9e168dd9308d4c15c4be42c1f29f688288c2c25cf00c08ebb444867da26a28e93a2ffbd2aa09ccc87b' +
        '79864b34d5c5cd84f02e2e1f6ab34e98b3b03e271526247756578f683870dc08ae66610ede365574f8037627a27a855e' +
        'af',
    ),
    q: BigInt(
      '0xdf0b642089fae9aa389250a9a7c6ec2bc99a51997ea9d89e6e894ddc2753867ba12116cb604958d9f09a28219f1cca' +
        '10d9671a6cdf50414dfaa25458558f2e19b076b43d4a910be7c2a7021d7b1d298356fe652fd05aa5df68c036e99e1ef5' +
        '73de8842ff9e657bfd4891e1f26380a6881fd70279b017230b00819b4bad3efe222cdfc4a94d05c15dd22920fcb56856' +
        'f3f7f3d6375eff3ecae91ccc80f9066253c81c163f4a9f85b007e9cad86b1ef5d75d671bb54e4acd430c884d5a223e49' +
        'e3',
    ),
  },
};

export interface DealtKey {
  readonly context: SchemeContext<PaillierParameters>;
  readonly primes: PrimePair;
  readonly seeds: readonly Uint8Array[];
  readonly jointKey: Uint8Array;
}

/** Everything about it follows from `name` and the task. */
export function dealKey(name: string, task: Partial<PaillierTask> = {}, primes?: PrimePair): DealtKey {
  const parameters = choosePaillierParameters({
    modulusBits: 2048,
    holders: 3,
    contributors: 10,
    decryptions: 1,
    statisticalBits: 80,
    magnitude: (1n << 40n) - 1n,
    ...task,
  });
  const context = { parameters, task: createHash('sha256').update(name).digest('hex') };
  const { p, q } = primes ?? PRIMES[parameters.modulusBits];
  const seeds = Array.from({ length: parameters.holders }, (_, holder) => seed(`${name} ${holder}`));
  return { context, primes: { p, q }, seeds, jointKey: dealBytes(context, { p, q }, seeds) };
}

/** W = φ·β + N·Σ R_j for a β of the dealer, and vk_j = v^(d_j). */
function dealBytes(
  context: SchemeContext<PaillierParameters>,
  { p, q }: PrimePair,
  seeds: readonly Uint8Array[],
): Uint8Array {
  const modulus = p * q;
  const ring = openModulus(modulus * modulus);
  const totient = seed(`Enc(φ) of ${context.task}`);
  const masks = seeds.map((bytes) => decryptionMask(context, bytes, { modulus, totient }));
  const beta = BigInt(
    `0x${createHash('shake256', { outputLength: 256 }).update(context.task).digest('hex')}`,
  );
  const opened = (p - 1n) * (q - 1n) * beta + modulus * masks.reduce((a, b) => a + b, 0n);
  const { verification } = deriveBases(context, modulus, ring);
  const verificationKeys = seeds.map((bytes, holder) =>
    ring.power(verification, decryptionExponent(context, bytes, holder, { modulus, totient, opened })),
  );
  return encodeJointKey(context, { modulus, totient, opened, verificationKeys });
}

export function seed(name: string): Uint8Array {
  return new Uint8Array(createHash('sha256').update(`seed ${name}`).digest());
}
