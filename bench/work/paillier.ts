/** Paillier as others have it, under the modulus of a joint key whose primes a dealer knows. */
import { generateRandomKeys, PrivateKey, PublicKey } from 'paillier-bigint';
import { openJointKey } from '../../schemes/paillier/joint-key.ts';
import { pack } from '../../schemes/paillier/packing.ts';
import { modulo } from '../../schemes/paillier/integers.ts';
import { fullPower, mask, uniformBelow } from '../../schemes/paillier/randomness.ts';
import type { Work } from '../harness/contestants.ts';
import type { DealtKey } from './dealt-paillier-key.ts';
import { valueOf } from './values.ts';

/** How many ciphertexts, and how many values in each. */
export interface PlainJob {
  readonly dealt: DealtKey;
  readonly ciphertexts: number;
  readonly values: number;
}

function keysOf({ primes: { p, q } }: DealtKey): { key: PublicKey; secret: PrivateKey } {
  const modulus = p * q;
  const totient = (p - 1n) * (q - 1n);
  const key = new PublicKey(modulus, modulus + 1n);
  return { key, secret: new PrivateKey(totient, inverse(totient, modulus), key, p, q) };
}

/** a^(-1) modulo m. */
function inverse(a: bigint, m: bigint): bigint {
  let [r, next, x, y] = [m, a % m, 0n, 1n];
  while (next > 0n) {
    const quotient = r / next;
    [r, next] = [next, r - quotient * next];
    [x, y] = [y, x - quotient * y];
  }
  return ((x % m) + m) % m;
}

function centred(value: bigint, modulus: bigint): bigint {
  return 2n * value > modulus ? value - modulus : value;
}

/** paillier-bigint: one value a ciphertext. */
export function encryptPlain({ dealt, ciphertexts, values }: PlainJob): Work {
  const { key, secret } = keysOf(dealt);
  const plain = Array.from({ length: ciphertexts * values }, (_, i) => modulo(valueOf(0, i), key.n));
  let made: bigint[] = [];
  return {
    units: plain.length,
    run: () => (made = plain.map((value) => key.encrypt(value))),
    answer: () => String(centred(secret.decrypt(key.addition(...made)), key.n)),
    [Symbol.dispose]: () => undefined,
  };
}

/** Packed as ours, but with the whole r^N by OpenSSL, and no proof. */
export function encryptByOpenssl({ dealt, ciphertexts, values }: PlainJob): Work {
  const joint = openJointKey(dealt.context, dealt.jointKey);
  const { secret } = keysOf(dealt);
  const vectors = Array.from({ length: ciphertexts }, (_, c) =>
    Array.from({ length: values }, (_v, i) => valueOf(0, c * values + i)),
  );
  const packed = vectors.map((vector) => modulo(pack(vector, dealt.context.parameters), joint.modulus));
  let made: bigint[] = [];
  return {
    units: ciphertexts * values,
    run: () =>
      (made = packed.map((value) =>
        mask(joint.modulus, value, fullPower(joint, uniformBelow(joint.modulus))),
      )),
    answer: () => {
      if (made.some((ciphertext, i) => secret.decrypt(ciphertext) !== packed[i]))
        return 'not what was encrypted';
      return String(vectors.flat().reduce((sum, value) => sum + value, 0n));
    },
    [Symbol.dispose]: () => undefined,
  };
}

/** paillier-bigint: products of ciphertexts. */
export function addPlain({ dealt, ciphertexts, values }: PlainJob): Work {
  const { key, secret } = keysOf(dealt);
  const inputs = Array.from({ length: ciphertexts * values }, (_, i) =>
    key.encrypt(modulo(valueOf(0, i), key.n)),
  );
  let total = 0n;
  return {
    units: inputs.length,
    run: () => (total = key.addition(...inputs)),
    answer: () => String(centred(secret.decrypt(total), key.n)),
    [Symbol.dispose]: () => undefined,
  };
}

/** paillier-bigint: decryption with the one private key, by the Chinese remainder theorem. */
export function decryptPlain({ dealt, ciphertexts, values }: PlainJob): Work {
  const { key, secret } = keysOf(dealt);
  const plain = Array.from({ length: ciphertexts * values }, (_, i) => valueOf(0, i));
  const inputs = plain.map((value) => key.encrypt(modulo(value, key.n)));
  let opened: bigint[] = [];
  return {
    units: inputs.length,
    run: () => (opened = inputs.map((input) => secret.decrypt(input))),
    answer: () => String(opened.reduce((sum, value) => sum + centred(value, key.n), 0n)),
    [Symbol.dispose]: () => undefined,
  };
}

/** paillier-bigint: one key pair for one holder. */
export function generatePlainKey(modulusBits: number): Work {
  let secret: PrivateKey | undefined;
  return {
    units: 1,
    run: async () => {
      ({ privateKey: secret } = await generateRandomKeys(modulusBits));
    },
    answer: () => {
      const decrypted = secret?.decrypt(secret.publicKey.encrypt(42n));
      return { modulusBits, decrypted: String(decrypted) };
    },
    [Symbol.dispose]: () => undefined,
  };
}
