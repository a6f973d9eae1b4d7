/** What the batch and the single product have in common: sums, shares and openings over their plaintext primes. */
import { sha256 } from '#primitives';
import type { Words } from '../../../rlwe/words.ts';
import { ChineseRemainder } from './crt.ts';
import { groupOf, messageBytes, readMessage, readAll, writeMessage, type MessageShape } from './messages.ts';
import { openPhase } from './opening.ts';
import type { Setting } from './setting.ts';
import { smudge, type ProductSecret } from './smudging.ts';

type Step = 'encryption' | 'product';

export class Exchange {
  readonly primes: readonly bigint[];
  readonly messageBytes: number;
  readonly shareBytes: number;
  readonly #setting: Setting;
  readonly #name: 'batch' | 'single';
  readonly #ciphertexts: MessageShape;
  readonly #shares: MessageShape;
  readonly #remainder: ChineseRemainder;

  constructor(setting: Setting, name: 'batch' | 'single') {
    const { plan } = setting;
    this.#setting = setting;
    this.#name = name;
    this.primes = name === 'batch' ? plan.batchPrimes : plan.singlePrimes;
    this.#ciphertexts = { plan, groups: this.primes.length, polynomials: 2 };
    this.#shares = { ...this.#ciphertexts, polynomials: 1 };
    this.messageBytes = messageBytes(this.#ciphertexts);
    this.shareBytes = messageBytes(this.#shares);
    this.#remainder = new ChineseRemainder(this.primes);
  }

  /** T. */
  get modulus(): bigint {
    return this.#remainder.product;
  }

  /** The message of a step out of one ciphertext for each plaintext prime. */
  write(step: Step, about: Uint8Array, ciphertext: (t: bigint, k: number) => Words): Uint8Array {
    const tag = this.#setting.tag(`${this.#name}-${step}`, about);
    return writeMessage(this.#ciphertexts, tag, (k) => ciphertext(this.primes[k] ?? 0n, k));
  }

  /** The ciphertexts of a sum, by plaintext prime. */
  readSum(step: Step, about: Uint8Array, sum: Uint8Array): (k: number) => Words {
    const tag = this.#setting.tag(`${this.#name}-${step}-sum`, about);
    const words = readMessage(this.#ciphertexts, `the sum of the ${step}s`, tag, sum);
    return (k) => groupOf(this.#ciphertexts, words, k);
  }

  /** Σ over the holders. */
  sum(step: Step, about: Uint8Array, messages: readonly Uint8Array[]): Uint8Array {
    const { plan, ring, tag } = this.#setting;
    const shape = this.#ciphertexts;
    const own = tag(`${this.#name}-${step}`, about);
    const parts = readAll(step, plan, messages, (who, bytes) => readMessage(shape, who, own, bytes));
    return writeMessage(shape, tag(`${this.#name}-${step}-sum`, about), (k) =>
      parts.map((words) => groupOf(shape, words, k)).reduce((total, group) => ring.add(total, group)),
    );
  }

  /** The share of one holder in the decryption of a sum of products; tagged with that sum. */
  partialDecryption(secret: ProductSecret, about: Uint8Array, sum: Uint8Array): Uint8Array {
    const ciphertexts = this.readSum('product', about, sum);
    return writeMessage(this.#shares, this.#shareTag(about, sum), (k) =>
      smudge(this.#setting, secret, secondOf(ciphertexts(k)), this.primes[k] ?? 0n),
    );
  }

  /**
   * For each plaintext prime the coefficients of the result, times the unit with which `combine` wants them.
   * Throws SHARE_INVALID.
   */
  open(about: Uint8Array, sum: Uint8Array, messages: readonly Uint8Array[]): Float64Array[] {
    const { plan, ring } = this.#setting;
    const tag = this.#shareTag(about, sum);
    const shares = readAll('partial decryption', plan, messages, (who, bytes) =>
      readMessage(this.#shares, who, tag, bytes),
    );
    const ciphertexts = this.readSum('product', about, sum);
    return this.primes.map((t, k) => {
      const parts = shares.map((words) => groupOf(this.#shares, words, k));
      const phase = parts.reduce((total, part) => ring.add(total, part), firstOf(ciphertexts(k)));
      return openPhase(this.#setting, t, this.#remainder.units[k] ?? 0n, phase);
    });
  }

  /** Integers modulo T. */
  combine(scaled: readonly Float64Array[]): bigint[] {
    return this.#remainder.combine(scaled);
  }

  #shareTag(about: Uint8Array, sum: Uint8Array): Uint8Array {
    return this.#setting.tag(`${this.#name}-partial-decryption`, about, sha256(sum));
  }
}

const firstOf = (pair: Words): Words => pair.subarray(0, pair.length / 2);

const secondOf = (pair: Words): Words => pair.subarray(pair.length / 2);
