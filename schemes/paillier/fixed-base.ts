/**
 * Random powers of one base h_s, an N-th power modulo N², for which (1 + N)^k·u with u < N stands:
 *
 *     h_s^r = u·(1 + k·N) mod N²,   (u, k)·(u′, k′) = (u·u′ mod N², k + k′ mod N).
 *
 * With the powers h_s^(d·256^i), d = 1 … 256, kept in that form, each byte of r costs one product of an integer
 * modulo N² with one below N and one addition, half of what a product modulo N² costs. Digits from 1 to 256 rather
 * than 0 to 255 let every byte cost the same. The table is made once it pays: before that, OpenSSL raises h_s to r.
 *
 * Looking up a table leaves traces in the caches of the machine that encrypts: an input party encrypts on a
 * machine of its own, where its table of values lies in the clear.
 */
import { randomBytes } from 'node:crypto';
import { inverse } from './integers.ts';
import type { Modulus } from './modular.ts';

/** Powers drawn by OpenSSL before the table is made: they cost about what the table does. */
const PATIENCE = 256;
const DIGITS = 256;

/** unit·(1 + log·N) modulo N². */
export interface Residue {
  /** Modulo N². */
  readonly unit: bigint;
  /** Modulo N. */
  readonly log: bigint;
}

/** h_s^exponent. */
export interface RandomPower extends Residue {
  readonly exponent: bigint;
}

export class FixedBase {
  readonly #n: bigint;
  readonly #ring: Modulus;
  readonly #base: bigint;
  readonly #mostBytes: number;
  #drawn = 0;
  #windows: Residue[][] | undefined;

  /** `ring` is that of N²; `mostBytes` the longest exponent that is drawn. */
  constructor(n: bigint, ring: Modulus, base: bigint, mostBytes: number) {
    this.#n = n;
    this.#ring = ring;
    this.#base = base;
    this.#mostBytes = mostBytes;
  }

  /** h_s^r for r uniform in o + [0, 256^bytes), o = Σ 256^i < 256^bytes/255. */
  draw(bytes: number): RandomPower {
    const digits = randomBytes(bytes);
    const exponent = digits.reduceRight((rest, digit) => (rest << 8n) + BigInt(digit) + 1n, 0n);
    this.#drawn += 1;
    if (this.#drawn > PATIENCE) this.#windows ??= makeTable(this.#n, this.#base, this.#mostBytes);
    const power = this.#windows
      ? this.#product(this.#windows, digits)
      : { unit: this.#ring.power(this.#base, exponent), log: 0n };
    digits.fill(0);
    return { exponent, ...power };
  }

  #product(windows: readonly Residue[][], digits: Uint8Array): Residue {
    let unit = 1n;
    let log = 0n;
    digits.forEach((digit, i) => {
      const entry = windows[i]?.[digit];
      if (!entry) throw new RangeError('an exponent is longer than the table');
      unit = (unit * entry.unit) % this.#ring.value;
      log += entry.log;
    });
    return { unit, log: log % this.#n };
  }
}

/** entry[i][d − 1] = base^(d·256^i), by u·u′ = q·N + u″ = u″·(1 + (q/u″)·N) modulo N². */
function makeTable(n: bigint, base: bigint, windows: number): Residue[][] {
  const table: Residue[][] = [];
  let unit = base % n;
  let inverted = inverse(unit, n);
  let log = ((base / n) * inverted) % n;
  for (let i = 0; i < windows; i += 1) {
    const first = { unit, log, inverted };
    const entries = [{ unit, log }];
    while (entries.length < DIGITS) {
      const product = unit * first.unit;
      const quotient = product / n;
      unit = product - quotient * n;
      inverted = (inverted * first.inverted) % n;
      log = (log + first.log + quotient * inverted) % n;
      entries.push({ unit, log });
    }
    table.push(entries);
  }
  return table;
}
