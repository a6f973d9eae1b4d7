/**
 * Polynomials in residue form: for each prime in turn N little-endian 64-bit words, one a coefficient (or one
 * a point of the number-theoretic transform). Every machine that Node runs on for us is little-endian.
 */
export type Words = BigUint64Array<ArrayBuffer>;

/** Words out of bytes at any offset: a copy, because typed arrays want aligned memory. */
export function wordsOf(bytes: Uint8Array, offset: number, count: number): Words {
  return new BigUint64Array(new Uint8Array(bytes.subarray(offset, offset + 8 * count)).buffer);
}

/** The bytes under the words: a view, not a copy. */
export function bytesOf(words: Words): Uint8Array<ArrayBuffer> {
  return new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
}

/**
 * Index of the first word that is not below its prime, or −1. `words` holds whole polynomials, each with
 * `ringDegree` words for each prime. Compares 32-bit halves: 64-bit reads would make a BigInt of each word.
 */
export function firstOutOfRange(words: Words, ringDegree: number, primes: readonly bigint[]): number {
  const halves = new Uint32Array(words.buffer, words.byteOffset, 2 * words.length);
  const blocks = words.length / ringDegree;
  for (let block = 0; block < blocks; block += 1) {
    const prime = primes[block % primes.length] ?? 0n;
    const found = firstNotBelow(halves, 2 * block * ringDegree, 2 * (block + 1) * ringDegree, prime);
    if (found >= 0) return found / 2;
  }
  return -1;
}

function firstNotBelow(halves: Uint32Array, from: number, to: number, prime: bigint): number {
  const high = Number(prime >> 32n);
  const low = Number(prime & 0xffffffffn);
  for (let i = from; i < to; i += 2) {
    const upper = halves[i + 1] ?? 0;
    if (upper >= high && (upper > high || (halves[i] ?? 0) >= low)) return i;
  }
  return -1;
}

/** Whether every word is 0. */
export function isZero(words: Words): boolean {
  const halves = new Uint32Array(words.buffer, words.byteOffset, 2 * words.length);
  return halves.every((half) => half === 0);
}

/** The residues of signed integers modulo each prime. */
export function residues(values: ArrayLike<number | bigint>, primes: readonly bigint[]): Words {
  const words = new BigUint64Array(values.length * primes.length);
  for (let i = 0; i < values.length; i += 1) {
    const value = BigInt(values[i] ?? 0);
    primes.forEach((prime, j) => {
      const residue = value % prime;
      words[j * values.length + i] = residue < 0n ? residue + prime : residue;
    });
  }
  return words;
}
