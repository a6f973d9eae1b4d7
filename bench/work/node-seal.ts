/** The same as a user of plain node-seal would do it: one key pair, the same parameters, nothing checked. */
import type { BatchEncoder, Ciphertext, Decryptor, Plaintext, SEALContext } from 'node-seal/allows';
import { contextShape } from '../../schemes/rlwe/threshold/engine.ts';
import type { Moduli } from '../../schemes/rlwe/threshold/levels.ts';
import { loadEngine, makeContext, type Engine } from '../../schemes/rlwe/engine.ts';
import type { Work } from '../harness/contestants.ts';
import { checksum, fullVector } from './values.ts';

/** It can be handed to a thread. */
export interface SealJob {
  readonly moduli: Moduli;
  readonly first: number;
  readonly ciphertexts: number;
}

/** A key pair, and what goes with it. */
class Setting implements Disposable {
  readonly engine: Engine;
  readonly context: SEALContext;
  readonly encoder: BatchEncoder;
  readonly decryptor: Decryptor;
  readonly plain: Plaintext;
  readonly vectors: readonly BigInt64Array[];
  readonly #held: { delete(): void }[] = [];

  constructor(engine: Engine, { moduli, first, ciphertexts }: SealJob) {
    this.engine = engine;
    this.context = this.hold(makeContext(engine, contextShape(moduli)));
    this.encoder = this.hold(new engine.BatchEncoder(this.context));
    this.keys = this.hold(new engine.KeyGenerator(this.context));
    this.decryptor = this.hold(new engine.Decryptor(this.context, this.hold(this.keys.secretKey())));
    this.plain = this.hold(new engine.Plaintext());
    this.vectors = Array.from({ length: ciphertexts }, (_, i) => fullVector(first + i, moduli.ringDegree));
  }

  readonly keys;

  hold<T extends { delete(): void }>(held: T): T {
    this.#held.push(held);
    return held;
  }

  encryptor(): InstanceType<Engine['Encryptor']> {
    return this.hold(new this.engine.Encryptor(this.context, this.hold(this.keys.createPublicKey())));
  }

  /** Serialised ciphertexts of the vectors. */
  encrypt(encryptor = this.encryptor(), ciphertext = this.hold(new this.engine.Ciphertext())): Uint8Array[] {
    return this.vectors.map((vector) => {
      this.encoder.encode(vector, this.plain);
      encryptor.encrypt(this.plain, ciphertext);
      return ciphertext.saveToArray(this.engine.ComprModeType.none) as Uint8Array;
    });
  }

  load(bytes: Uint8Array, into: Ciphertext = this.hold(new this.engine.Ciphertext())): Ciphertext {
    into.loadFromArray(this.context, bytes);
    return into;
  }

  decrypt(ciphertext: Ciphertext): BigInt64Array {
    this.decryptor.decrypt(ciphertext, this.plain);
    return this.encoder.decodeBigInt64(this.plain) as BigInt64Array;
  }

  /** The checksum of the sum of ciphertexts. */
  checksumOf(ciphertexts: readonly Ciphertext[]): string {
    return checksum(added(ciphertexts.map((ciphertext) => this.decrypt(ciphertext))));
  }

  [Symbol.dispose](): void {
    for (const held of this.#held.toReversed()) held.delete();
  }
}

function added(vectors: readonly ArrayLike<bigint>[]): bigint[] {
  return Array.from({ length: vectors[0]?.length ?? 0 }, (_, i) =>
    vectors.reduce((sum, vector) => sum + (vector[i] ?? 0n), 0n),
  );
}

async function openSetting(job: SealJob): Promise<Setting> {
  return new Setting(await loadEngine(), job);
}

export async function encode(job: SealJob): Promise<Work> {
  const setting = await openSetting(job);
  const plains = setting.vectors.map(() => setting.hold(new setting.engine.Plaintext()));
  return {
    units: setting.vectors.length * job.moduli.ringDegree,
    run: () => {
      for (const [i, plain] of plains.entries()) setting.encoder.encode(setting.vectors[i], plain);
    },
    answer: () =>
      checksum(added(plains.map((plain) => setting.encoder.decodeBigInt64(plain) as BigInt64Array))),
    [Symbol.dispose]: () => setting[Symbol.dispose](),
  };
}

export async function decode(job: SealJob): Promise<Work> {
  const setting = await openSetting(job);
  const plains = setting.vectors.map((vector) => {
    const plain = setting.hold(new setting.engine.Plaintext());
    setting.encoder.encode(vector, plain);
    return plain;
  });
  let vectors: BigInt64Array[] = [];
  return {
    units: setting.vectors.length * job.moduli.ringDegree,
    run: () => (vectors = plains.map((plain) => setting.encoder.decodeBigInt64(plain) as BigInt64Array)),
    answer: () => checksum(added(vectors)),
    [Symbol.dispose]: () => setting[Symbol.dispose](),
  };
}

/** Encoding, encryption and serialising. */
export async function encrypt(job: SealJob): Promise<Work> {
  const setting = await openSetting(job);
  const encryptor = setting.encryptor();
  const ciphertext = setting.hold(new setting.engine.Ciphertext());
  let made: Uint8Array[] = [];
  return {
    units: setting.vectors.length * job.moduli.ringDegree,
    run: () => (made = setting.encrypt(encryptor, ciphertext)),
    answer: () => setting.checksumOf(made.map((bytes) => setting.load(bytes))),
    [Symbol.dispose]: () => setting[Symbol.dispose](),
  };
}

/** Loading, with what SEAL itself checks. */
export async function load(job: SealJob): Promise<Work> {
  const setting = await openSetting(job);
  const inputs = setting.encrypt();
  const ciphertext = setting.hold(new setting.engine.Ciphertext());
  let loaded = 0;
  return {
    units: inputs.length,
    run: () => {
      loaded = 0;
      for (const input of inputs) {
        setting.load(input, ciphertext);
        loaded += 1;
      }
    },
    answer: () => loaded,
    [Symbol.dispose]: () => setting[Symbol.dispose](),
  };
}

/** Loading and addition. */
export async function add(job: SealJob): Promise<Work> {
  const setting = await openSetting(job);
  const inputs = setting.encrypt();
  const evaluator = setting.hold(new setting.engine.Evaluator(setting.context));
  const [total, next] = [0, 1].map(() => setting.hold(new setting.engine.Ciphertext()));
  return {
    units: inputs.length,
    run: () => {
      for (const [i, input] of inputs.entries()) {
        setting.load(input, i === 0 ? total : next);
        if (i > 0 && total && next) evaluator.addInplace(total, next);
      }
      total?.saveToArray(setting.engine.ComprModeType.none);
    },
    answer: () => setting.checksumOf(total ? [total] : []),
    [Symbol.dispose]: () => setting[Symbol.dispose](),
  };
}

/** Decryption with the one secret key; with `decoding` to values. */
async function decryption(job: SealJob, decoding: boolean): Promise<Work> {
  const setting = await openSetting(job);
  const ciphertexts = setting.encrypt().map((bytes) => setting.load(bytes));
  const plains = ciphertexts.map(() => setting.hold(new setting.engine.Plaintext()));
  return {
    units: decoding ? ciphertexts.length * job.moduli.ringDegree : ciphertexts.length,
    run: () => {
      for (const [i, ciphertext] of ciphertexts.entries()) {
        const plain = plains[i] ?? setting.plain;
        setting.decryptor.decrypt(ciphertext, plain);
        if (decoding) setting.encoder.decodeBigInt64(plain);
      }
    },
    answer: () =>
      checksum(added(plains.map((plain) => setting.encoder.decodeBigInt64(plain) as BigInt64Array))),
    [Symbol.dispose]: () => setting[Symbol.dispose](),
  };
}

export function decrypt(job: SealJob): Promise<Work> {
  return decryption(job, false);
}

export function decryptAndDecode(job: SealJob): Promise<Work> {
  return decryption(job, true);
}

/** One key pair. */
export async function keyPair(job: SealJob): Promise<Work> {
  const setting = await openSetting(job);
  const { engine, context } = setting;
  let keys = new engine.KeyGenerator(context);
  let publicKey = keys.createPublicKey();
  return {
    units: 1,
    run: () => {
      keys.delete();
      publicKey.delete();
      keys = new engine.KeyGenerator(context);
      publicKey = keys.createPublicKey();
    },
    answer: () => {
      using encryptor = new engine.Encryptor(context, publicKey);
      using secretKey = keys.secretKey();
      using decryptor = new engine.Decryptor(context, secretKey);
      using ciphertext = new engine.Ciphertext();
      setting.encoder.encode(setting.vectors[0], setting.plain);
      encryptor.encrypt(setting.plain, ciphertext);
      decryptor.decrypt(ciphertext, setting.plain);
      return checksum(setting.encoder.decodeBigInt64(setting.plain) as BigInt64Array);
    },
    [Symbol.dispose]: () => {
      keys.delete();
      publicKey.delete();
      setting[Symbol.dispose]();
    },
  };
}
