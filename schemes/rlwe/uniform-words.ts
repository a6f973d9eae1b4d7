/** Public polynomials out of a stream, drawn in the kernel. */
import { kernel } from './kernel/kernel.ts';
import type { Words } from './words.ts';
import type { Xof } from './xof.ts';

/** A stream gives no more at once. */
const READ_BYTES = 32768;

/**
 * Uniform modulo each prime below 2^63: the words of one polynomial, exact by rejection. Of candidates of 64 bits, low
 * byte first, as many bits as the prime has are looked at, and those below it are kept.
 */
export function uniformWords(xof: Xof, ringDegree: number, primes: readonly bigint[]): Words {
  const { call } = kernel();
  const block = 8 * ringDegree;
  const [drawn, random] = [kernel().allocate(block * primes.length), kernel().allocate(READ_BYTES)];
  primes.forEach((prime, j) => {
    const mask = (1n << BigInt(prime.toString(2).length)) - 1n;
    const end = drawn + (j + 1) * block;
    for (let at = end - block; at < end;) {
      const bytes = Math.min(end - at, READ_BYTES);
      kernel().bytes(random, bytes).set(xof.read(bytes));
      at += call.uniform(at, random, bytes, prime, mask);
    }
  });
  const words = kernel()
    .words(drawn, ringDegree * primes.length)
    .slice();
  kernel().release(random, READ_BYTES);
  kernel().release(drawn, block * primes.length);
  return words;
}
