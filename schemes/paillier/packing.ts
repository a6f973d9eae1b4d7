/**
 * Several signed integers in one plaintext: m = Σ v_i·2^(w·i), so that sums of plaintexts pack the sums. With
 * |v_i| ≤ magnitude < 2^(w − 3) the value v_i stands in w bits with a sign bit and two guard bits that repeat it, and
 * |m| < 2^(w·slots − 2) < N/2.
 */
import { StrongroomError } from '../../proto/errors.ts';
import type { PaillierParameters } from './parameters.ts';

type Slots = Pick<PaillierParameters, 'slots' | 'slotBits' | 'magnitude'>;

/** m, signed. Throws INTERNAL where there are too many values, or one is beyond the magnitude of the plan. */
export function pack(values: readonly bigint[] | BigInt64Array, parameters: Slots): bigint {
  const { slots, slotBits } = parameters;
  const magnitude = BigInt(parameters.magnitude);
  if (values.length > slots) {
    throw new StrongroomError('INTERNAL', `${values.length} values where a ciphertext has ${slots} slots`);
  }
  let packed = 0n;
  for (let slot = values.length - 1; slot >= 0; slot -= 1) {
    const value = values[slot] ?? 0n;
    if (value > magnitude || value < -magnitude) {
      throw new StrongroomError('INTERNAL', `the value of slot ${slot} is too large for the plan`, {
        details: { slot },
      });
    }
    packed = (packed << BigInt(slotBits)) + value;
  }
  return packed;
}

/**
 * The values of all slots out of m, signed. Throws SHARE_INVALID where the guard bits of a slot differ from its sign
 * or its value is beyond the magnitude of the plan: then the sum may have run over into the next slot, so no slot
 * means anything, and a reduced value must not be published.
 */
export function unpack(packed: bigint, parameters: Slots): bigint[] {
  const { slots, slotBits } = parameters;
  const magnitude = BigInt(parameters.magnitude);
  const values: bigint[] = [];
  let rest = packed;
  for (let slot = 0; slot < slots; slot += 1) {
    const value = BigInt.asIntN(slotBits, rest);
    if (value > magnitude || value < -magnitude) throw overflow(slot);
    values.push(value);
    rest = (rest - value) >> BigInt(slotBits);
  }
  if (rest !== 0n) throw overflow(slots);
  return values;
}

function overflow(slot: number): StrongroomError {
  return new StrongroomError('SHARE_INVALID', `a guard bit of slot ${slot} is set: the result is void`, {
    details: { slot },
  });
}
