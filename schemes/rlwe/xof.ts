import { shake256 } from '#primitives';
import { concat, uint32, utf8 } from '../primitives/bytes.ts';

/** Squeezed at a time; OpenSSL's SHAKE256 has no incremental squeeze behind `node:crypto`. */
const BLOCK_BYTES = 32768;
/** Beyond a short first read, with an eighth of it: for what is drawn again after rejections. */
const SPARE_BYTES = 64;

/**
 * An unbounded stream of bytes determined by a label and a list of inputs: block i is
 * SHAKE256(‖label‖ ‖ label ‖ ‖input_1‖ ‖ input_1 ‖ … ‖ i) with 32-bit big-endian lengths and counter
 * (FIPS 202, section 6.2; the length prefixes keep different lists apart, as in SP 800-185, section 5).
 * Distinct labels give independent streams in the random-oracle model.
 */
export class Xof {
  readonly #prefix: Uint8Array;
  #block: Uint8Array = new Uint8Array();
  #position = 0;
  #counter = 0;
  /** Whether there is more of the block than was squeezed: only of the first, for short reads. */
  #shortened = false;

  constructor(label: string, ...inputs: readonly Uint8Array[]) {
    this.#prefix = lengthPrefixed(utf8(label), ...inputs);
  }

  /** The next `count` bytes, at most 32768: a view that holds until the next call. */
  read(count: number): Uint8Array {
    if (this.#position + count > this.#block.length) this.#refill(count);
    const bytes = this.#block.subarray(this.#position, this.#position + count);
    this.#position += count;
    return bytes;
  }

  /** Overwrites what the stream was made from and what is left of it. */
  wipe(): void {
    this.#prefix.fill(0);
    this.#block.fill(0);
  }

  #refill(count: number): void {
    if (count > BLOCK_BYTES) throw new RangeError(`at most ${BLOCK_BYTES} bytes a read`);
    if (this.#counter === 0 && count <= BLOCK_BYTES / 2) {
      this.#replace(this.#squeeze(0, count + (count >> 3) + SPARE_BYTES), 0);
      this.#shortened = true;
      this.#counter = 1;
      return;
    }
    if (this.#shortened) {
      this.#replace(this.#squeeze(0, BLOCK_BYTES), this.#position);
      this.#shortened = false;
      if (this.#position + count <= BLOCK_BYTES) return;
    }
    const next = this.#squeeze(this.#counter, BLOCK_BYTES);
    this.#replace(concat(this.#block.subarray(this.#position), next), 0);
    next.fill(0);
    this.#counter += 1;
  }

  /** What SHAKE256 gives first does not depend on how much is asked for. */
  #squeeze(block: number, bytes: number): Uint8Array {
    return shake256(bytes, this.#prefix, uint32(block));
  }

  #replace(block: Uint8Array, position: number): void {
    this.#block.fill(0);
    this.#block = block;
    this.#position = position;
  }
}

/** Each part after its length as 32 bits: no two different lists give the same bytes. */
export function lengthPrefixed(...parts: readonly Uint8Array[]): Uint8Array {
  return concat(...parts.flatMap((part) => [uint32(part.length), part]));
}
