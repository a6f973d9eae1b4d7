import { checkPrimeSync, createHash, randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { bitLength, gcd } from '../../schemes/paillier/integers.ts';
import {
  candidateForm,
  expectedCandidates,
  primesBetween,
} from '../../schemes/paillier/keygen/candidate-form.ts';
import { candidateExpander } from '../../schemes/paillier/keygen/candidate.ts';
import { lehmerGcd } from '../../schemes/paillier/keygen/lehmer-gcd.ts';
import {
  commitToLeaves,
  expandAllBut,
  expandTree,
  openAllBut,
  punctureBytes,
} from '../../schemes/paillier/keygen/seed-tree.ts';
import { isPlausible, sift } from '../../schemes/paillier/keygen/sift.ts';

/** Candidates of K holders: the sums p and q, and the parts. */
function drawn(modulusBits: number, holders: number, count: number) {
  const form = candidateForm(modulusBits, holders);
  const expanders = Array.from({ length: holders }, (_, holder) => candidateExpander(form, holder));
  const candidates = Array.from({ length: count }, (_, i) => {
    const parts = expanders.map((expand, holder) =>
      expand(createHash('sha256').update(`${modulusBits} ${holders} ${holder} ${i}`).digest()),
    );
    const p = parts.reduce((sum, part) => sum + part.p, 0n);
    const q = parts.reduce((sum, part) => sum + part.q, 0n);
    return { parts, p, q };
  });
  return { form, candidates };
}

describe('the form of candidates', () => {
  test.each([
    [512, 3],
    [512, 7],
    [2048, 3],
    [3072, 5],
  ])('|N| = %i, K = %i: exact length, residues, ranges', (modulusBits, holders) => {
    const { form, candidates } = drawn(modulusBits, holders, 2000);
    const isOne = (n: bigint, prime: number): boolean => n % BigInt(prime) === 1n;
    const wrong = candidates.filter(({ parts, p, q }) => {
      const inRange = [p, q].every((n) => n >= form.floor && n < form.ceiling && n % 4n === 3n);
      const others = parts.slice(1).every((part) => part.p % form.step === 0n && part.q % form.step === 0n);
      const exact = bitLength(p * q) === modulusBits && isPlausible(form, p * q);
      const commonFactor = form.sieved.some((prime) => isOne(p, prime) && isOne(q, prime));
      return !inRange || !others || !exact || commonFactor;
    });
    expect(wrong).toEqual([]);
    expect(candidates.every(({ p, q }) => gcd((p * q) % form.step, form.step) === 1n)).toBe(true);
    expect(new Set(candidates.map(({ p }) => p)).size).toBe(candidates.length);
  });

  test('holder 1 knows p and q modulo M, and M stays far below what factoring N with it takes', () => {
    for (const modulusBits of [512, 2048, 3072]) {
      const { step } = candidateForm(modulusBits, 3);
      expect(bitLength(step)).toBeLessThanOrEqual(modulusBits / 8);
    }
    expect(bitLength(candidateForm(2048, 3).step)).toBeGreaterThan(240);
  });

  test('every allowed pair of residues modulo a small prime comes up equally often', () => {
    const { candidates } = drawn(512, 3, 4000);
    const counts = new Map<string, number>();
    for (const { p, q } of candidates) {
      const pair = `${p % 5n} ${q % 5n}`;
      counts.set(pair, (counts.get(pair) ?? 0) + 1);
    }
    expect(counts.has('1 1')).toBe(false);
    expect(counts.size).toBe(15);
    const expected = 4000 / 15;
    const chiSquared = [...counts.values()].reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0);
    // 14 degrees of freedom: above 43 with probability 10^-4. The seeds are fixed.
    expect(chiSquared).toBeLessThan(43);
  });

  test.each([512, 1024])('|N| = %i: a sum is prime as often as the formula says', (modulusBits) => {
    const { candidates } = drawn(modulusBits, 3, 4000);
    const primes = candidates.flatMap(({ p, q }) => [p, q]).filter((n) => checkPrimeSync(n)).length;
    const expected = 8000 / Math.sqrt(expectedCandidates(modulusBits));
    expect(Math.abs(primes - expected)).toBeLessThan(4 * Math.sqrt(expected));
  });

  test('the expectations of the two lengths that tasks have', () => {
    expect([2048, 3072].map(expectedCandidates)).toEqual([5605, 10992]);
  });
});

describe('the public sieve', () => {
  test('keeps exactly the moduli without a factor up to 2^18', () => {
    const { form, candidates } = drawn(512, 3, 400);
    const moduli = candidates.map(({ p, q }) => p * q);
    const primes = primesBetween(3, 2 ** 18).map(BigInt);
    const naive = moduli.flatMap((n, i) => (primes.some((prime) => n % prime === 0n) ? [] : [i]));
    expect(naive.length).toBeGreaterThan(20);
    expect(sift(form, moduli)).toEqual(naive);
  });

  test.each([2048, 3072])('its floating point is exact at %i bits', (modulusBits) => {
    const { form } = drawn(modulusBits, 3, 1);
    const prime = (form.sieved.at(-1) ?? 0) + 1;
    const [small = 0n] = primesBetween(prime, 2 ** 11)
      .slice(-1)
      .map(BigInt);
    const largest = (1n << BigInt(modulusBits)) - 1n;
    const multiple = largest - (largest % small);
    expect(sift(form, [multiple])).toEqual([]);
  });

  test('gcd of long integers', () => {
    const long = (bytes: number): bigint => BigInt(`0x${randomBytes(bytes).toString('hex')}1`);
    for (let i = 0; i < 500; i += 1) {
      const [common, a, b] = [long(8), long(40 + i), long(300)];
      expect(lehmerGcd(a * common, b * common)).toBe(gcd(a * common, b * common));
    }
    expect([lehmerGcd(0n, 6n), lehmerGcd(6n, 0n), lehmerGcd(1n << 900n, 1n << 90n)]).toEqual([
      6n,
      6n,
      1n << 90n,
    ]);
  });
});

describe('the tree of candidate seeds', () => {
  const root = createHash('sha256').update('root').digest();

  test('opened but for one leaf it gives all others and the same commitment, and not that one', () => {
    const leaves = expandTree(root, 6);
    const commitment = commitToLeaves(leaves);
    expect(new Set(leaves.map((leaf) => Buffer.from(leaf).toString('hex'))).size).toBe(64);
    leaves.forEach((leaf, index) => {
      const opening = openAllBut(root, 6, index);
      expect(opening.length).toBe(punctureBytes(6));
      expect(Buffer.from(opening).includes(Buffer.from(leaf))).toBe(false);
      const opened = expandAllBut(opening, 6, index, commitment);
      const same = leaves.every((each, i) => i === index || Buffer.compare(each, opened?.[i] ?? root) === 0);
      expect(same && opened?.[index] === undefined && opened !== undefined).toBe(true);
    });
  });

  test('an opening for another leaf, or changed in any part, is not what was committed to', () => {
    const commitment = commitToLeaves(expandTree(root, 6));
    const opening = openAllBut(root, 6, 9);
    expect(expandAllBut(opening, 6, 8, commitment)).toBeUndefined();
    for (let part = 0; part < 7; part += 1) {
      const changed = opening.slice();
      changed[32 * part] = (changed[32 * part] ?? 0) ^ 1;
      expect(expandAllBut(changed, 6, 9, commitment)).toBeUndefined();
    }
  });
});
