/** The same inner products (`products.ts`) as a user of plain node-seal would compute them, with its own keys. */
import type { Ciphertext } from 'node-seal/allows';
import {
  productOutputs,
  readProducts,
  termsOf,
  type ProductInput,
} from '../../schemes/bfv/products/layout.ts';
import { lanesOf, type BfvProductParameters } from '../../schemes/bfv/products/parameters.ts';
import { chineseRemainder, productOf } from '../../schemes/rlwe/crt.ts';
import { loadEngine, makeContext, type Engine } from '../../schemes/rlwe/engine.ts';
import { contextShape } from '../../schemes/rlwe/threshold/engine.ts';
import { COEFFICIENT_FORM, writePlaintext } from '../../schemes/rlwe/wire.ts';
import { residues } from '../../schemes/rlwe/words.ts';
import type { Work } from '../harness/contestants.ts';
import { polynomialsOf } from './products.ts';

/** Plain node-seal modulo one t: its own keys. */
class SealLane implements Disposable {
  readonly engine: Engine;
  readonly context;
  readonly #t: bigint;
  readonly #keys;
  readonly #publicKey;
  readonly #secretKey;
  readonly encryptor;
  readonly #evaluator;
  readonly #decryptor;
  #relinearisation;

  constructor(engine: Engine, moduli: ReturnType<typeof lanesOf>[number]) {
    this.engine = engine;
    this.#t = BigInt(moduli.plainModulus);
    this.context = makeContext(engine, contextShape(moduli));
    this.#keys = new engine.KeyGenerator(this.context);
    this.#publicKey = this.#keys.createPublicKey();
    this.#secretKey = this.#keys.secretKey();
    this.encryptor = new engine.Encryptor(this.context, this.#publicKey);
    this.#evaluator = new engine.Evaluator(this.context);
    this.#decryptor = new engine.Decryptor(this.context, this.#secretKey);
    this.#relinearisation = this.#keys.createRelinKeys();
  }

  makeRelinearisationKey(): void {
    this.#relinearisation.delete();
    this.#relinearisation = this.#keys.createRelinKeys();
  }

  encrypt(polynomial: readonly bigint[]): Ciphertext {
    using plain = new this.engine.Plaintext();
    plain.loadFromArray(this.context, writePlaintext(COEFFICIENT_FORM, residues(polynomial, [this.#t])));
    const ciphertext = new this.engine.Ciphertext();
    this.encryptor.encrypt(plain, ciphertext);
    return ciphertext;
  }

  /** Σ left·right, relinearised. */
  multiply(terms: readonly (readonly [Ciphertext, Ciphertext])[], into: Ciphertext): void {
    using product = new this.engine.Ciphertext();
    for (const [i, [left, right]] of terms.entries()) {
      this.#evaluator.multiply(left, right, i === 0 ? into : product);
      if (i > 0) this.#evaluator.addInplace(into, product);
    }
    this.#evaluator.relinearizeInplace(into, this.#relinearisation);
  }

  /** Coefficients modulo t; SEAL prints them as `1F2x^3 + 7`, in hexadecimal, without those that are 0. */
  coefficients(ciphertext: Ciphertext, at: readonly number[]): bigint[] {
    using plain = new this.engine.Plaintext();
    this.#decryptor.decrypt(ciphertext, plain);
    const terms = plain
      .toString()
      .split(' + ')
      .map((term) => term.split('x^'));
    const known = new Map(terms.map(([value = '0', power = '0']) => [Number(power), BigInt(`0x${value}`)]));
    return at.map((power) => known.get(power) ?? 0n);
  }

  [Symbol.dispose](): void {
    const held = [this.#relinearisation, this.#decryptor, this.#evaluator, this.encryptor];
    for (const one of [...held, this.#secretKey, this.#publicKey, this.#keys, this.context]) one.delete();
  }
}

class SealProducts implements Disposable {
  readonly #parameters: BfvProductParameters;
  readonly lanes: readonly SealLane[];
  readonly #polynomials: readonly (readonly bigint[][])[];
  #inputs: readonly (readonly (readonly Ciphertext[])[])[] = [];
  #outputs: readonly (readonly Ciphertext[])[] = [];

  constructor(engine: Engine, parameters: BfvProductParameters) {
    this.#parameters = parameters;
    this.lanes = lanesOf(parameters).map((lane) => new SealLane(engine, lane));
    this.#polynomials = [0, 1].map((block) => polynomialsOf(parameters, block));
    this.#outputs = this.lanes.map(() =>
      productOutputs(parameters.products).map(() => new engine.Ciphertext()),
    );
  }

  get ciphertexts(): number {
    return this.#polynomials.flat().length;
  }

  encrypt(): void {
    this.#inputs.flat(2).forEach((ciphertext) => ciphertext.delete());
    this.#inputs = this.lanes.map((lane) =>
      this.#polynomials.map((block) => block.map((polynomial) => lane.encrypt(polynomial))),
    );
  }

  multiply(): void {
    const { products } = this.#parameters;
    for (const [l, lane] of this.lanes.entries()) {
      for (const [o, output] of productOutputs(products).entries()) {
        const at = ({ block, index }: ProductInput) => this.#inputs[l]?.[block]?.[index];
        const terms = termsOf(products, output, products.records).flatMap(({ left, right }) => {
          const [a, b] = [at(left), at(right)];
          return a && b ? [[a, b] as const] : [];
        });
        const into = this.#outputs[l]?.[o];
        if (into) lane.multiply(terms, into);
      }
    }
  }

  opened(): string[] {
    const moduli = this.#parameters.plainModuli.map(BigInt);
    const capacity = productOf(moduli);
    const { products } = this.#parameters;
    const values = productOutputs(products).map(({ coefficients }, o) => {
      const ofLanes = this.lanes.map((lane, l) => {
        const output = this.#outputs[l]?.[o];
        return output ? lane.coefficients(output, coefficients) : [];
      });
      return coefficients.map((_, i) => {
        const value = chineseRemainder(
          ofLanes.map((of) => of[i] ?? 0n),
          moduli,
        );
        return 2n * value > capacity ? value - capacity : value;
      });
    });
    return readProducts(products, values).flat().map(String);
  }

  [Symbol.dispose](): void {
    [...this.#inputs.flat(2), ...this.#outputs.flat()].forEach((ciphertext) => ciphertext.delete());
    for (const lane of this.lanes) lane[Symbol.dispose]();
  }
}

/** Plain node-seal doing one of these again and again; the others are done once, for the answer. */
export async function withNodeSeal(
  parameters: BfvProductParameters,
  what: 'encrypt' | 'multiply' | 'relinearisation key',
): Promise<Work> {
  const seal = new SealProducts(await loadEngine(), parameters);
  if (what === 'multiply') seal.encrypt();
  const units = {
    encrypt: seal.ciphertexts,
    multiply: (seal.ciphertexts / 2) * seal.lanes.length,
    'relinearisation key': 1,
  };
  const [first] = seal.lanes;
  return {
    units: units[what],
    run: () => {
      if (what === 'encrypt') seal.encrypt();
      else if (what === 'multiply') seal.multiply();
      else first?.makeRelinearisationKey();
    },
    answer: () => {
      if (what === 'relinearisation key') seal.encrypt();
      if (what !== 'multiply') seal.multiply();
      return seal.opened();
    },
    [Symbol.dispose]: () => seal[Symbol.dispose](),
  };
}
