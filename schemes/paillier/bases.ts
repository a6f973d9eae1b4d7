/**
 * The public bases, hashed from the task, its parameters and N, so that nobody chooses them:
 *
 *     h = −x² mod N,   h_s = h^N mod N²                 (Damgård, Jurik, Nielsen, Int. J. Inf. Secur. 9, 2010, section 4)
 *     v = (1 + a_0·N)·y^(2N) mod N²                     for verification keys: a square with the known plaintext a_0
 */
import type { Xof } from '../rlwe/xof.ts';
import { bind, type Context } from './binding.ts';
import { byteLength, fromBytes, toBytes } from './integers.ts';
import type { Modulus } from './modular.ts';

export interface Bases {
  /** h_s. */
  readonly encryption: bigint;
  /** v. */
  readonly verification: bigint;
  /** a_0. */
  readonly plaintext: bigint;
}

/** `ring` is that of N². */
export function deriveBases(context: Context, n: bigint, ring: Modulus): Bases {
  const width = byteLength(context.parameters.modulusBits);
  const stream = bind(context).stream('bases', toBytes(n, width));
  const [x, y, plaintext] = [uniform(stream, n, width), uniform(stream, n, width), uniform(stream, n, width)];
  return {
    encryption: ring.power(n - ((x * x) % n), n),
    verification: ((1n + plaintext * n) * ring.power((y * y) % n, n)) % ring.value,
    plaintext,
  };
}

/** Uniform below N by rejection. */
function uniform(stream: Xof, n: bigint, width: number): bigint {
  for (;;) {
    const value = fromBytes(stream.read(width));
    if (value < n) return value;
  }
}
