/**
 * The share of one holder in a decryption (Mouchet et al., PETS 2021, protocol KeySwitch with output key 0;
 * smudging by Asharov et al., EUROCRYPT 2012), in the form that leaves the plaintext modulo t alone:
 *
 *     d_i = c_1·s_i + t·smudging_i,   smudging_i uniform in [−2^g, 2^g).
 *
 * The smudging is expanded from the seed, t and the digest of c_1. Two shares for one c_1 with different noise
 * would let their average strip the noise off; so for one c_1 there is only one share.
 */
import { sha256 } from '#primitives';
import { power } from '../../../rlwe/primes.ts';
import type { Words } from '../../../rlwe/words.ts';
import { bytesOf } from '../../../rlwe/words.ts';
import type { Xof } from '../../../rlwe/xof.ts';
import { CHUNK_BITS, putNumbers, scale, shiftIn } from './doubles.ts';
import type { ProductPlan } from './plan.ts';
import type { Setting } from './setting.ts';

/** What one holder knows. */
export interface ProductSecret {
  /** 32 bytes. */
  readonly seed: Uint8Array;
  /** s_i, in NTT form. */
  readonly share: Words;
}

const CHUNK_BYTES = CHUNK_BITS / 8;

/** d_i for c_1, both in NTT form. */
export function smudge(setting: Setting, secret: ProductSecret, c1: Words, t: bigint): Words {
  const { plan, ring } = setting;
  const stream = setting.stream('smudging', secret.seed, Buffer.from(String(t)), sha256(bytesOf(c1)));
  const columns = drawWide(stream, plan);
  const words = new BigUint64Array(plan.ringDegree * plan.primes.length);
  columns.forEach((column, j) => {
    scale(column, Number(t), Number(plan.primes[j] ?? 0n));
    putNumbers(words, j * plan.ringDegree, column);
    column.fill(0);
  });
  const noise = ring.toNtt(words);
  const share = ring.multiplyAdd(c1, secret.share, noise);
  for (const used of [words, noise]) used.fill(0n);
  stream.wipe();
  ring.wipe();
  return share;
}

/**
 * Uniform in [−2^g, 2^g), as centred residues modulo each prime: g + 1 bits from the stream, 24 at a time, on top of
 * a start that becomes −2^g once they are shifted in.
 */
function drawWide(stream: Xof, { ringDegree, primes, smudgingBits: g }: ProductPlan): Float64Array[] {
  const rounds = Math.ceil((g + 1) / CHUNK_BITS);
  const columns = primes.map((prime) => {
    const start = power(1n << BigInt(CHUNK_BITS * rounds - g), prime - 2n, prime);
    return new Float64Array(ringDegree).fill(2n * start > prime ? Number(prime - start) : -Number(start));
  });
  for (let round = 0; round < rounds; round += 1) {
    const bits = round === 0 ? g + 1 - CHUNK_BITS * (rounds - 1) : CHUNK_BITS;
    const chunks = readChunks(stream, ringDegree, 2 ** bits - 1);
    columns.forEach((column, j) => {
      shiftIn(column, chunks, Number(primes[j] ?? 0n));
    });
    chunks.fill(0);
  }
  return columns;
}

function readChunks(stream: Xof, count: number, mask: number): Int32Array {
  const bytes = stream.read(CHUNK_BYTES * count);
  const chunks = new Int32Array(count);
  for (let i = 0, at = 0; i < count; i += 1, at += CHUNK_BYTES) {
    const chunk = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16);
    chunks[i] = chunk & mask;
  }
  return chunks;
}
