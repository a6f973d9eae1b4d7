/** Values into slots by the kernel, against the transform in exact integers. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { slotsOf } from '../../schemes/bfv/batching.ts';
import { SlotEncoder } from '../../schemes/bfv/slot-encoder.ts';
import { refusal } from '../fixtures/trust-parties.ts';

const SLOTS = 64;
/** ≡ 1 (mod 128), and a prime. */
const T = 257n;

test('what is encoded is what stands in the slots; the others are 0', () => {
  using encoder = new SlotEncoder(SLOTS, T);
  const value = fc.bigInt({ min: -(T / 2n), max: T / 2n });
  fc.assert(
    fc.property(fc.array(value, { maxLength: SLOTS }), (values) => {
      encoder.encode(values);
      const all = [...values, ...Array.from({ length: SLOTS - values.length }, () => 0n)];
      expect(slotsOf(encoder.coefficients(), T)).toEqual(all);
    }),
  );
});

test.each<[string, bigint[]]>([
  ['a value beyond t/2', [1n, T / 2n + 1n]],
  ['more values than slots', Array.from({ length: SLOTS + 1 }, () => 1n)],
])('%s is refused: INTERNAL', async (_, values) => {
  using encoder = new SlotEncoder(SLOTS, T);
  await refusal(() => encoder.encode(values), 'INTERNAL');
});

test('an encoder that is closed twice gives its memory back once, and encodes nothing any more', async () => {
  const closed = new SlotEncoder(SLOTS, T);
  closed[Symbol.dispose]();
  closed[Symbol.dispose]();
  using one = new SlotEncoder(SLOTS, T);
  using other = new SlotEncoder(SLOTS, T);
  one.encode([1n, 2n, 3n]);
  other.encode([4n, 5n, 6n]);
  expect(slotsOf(one.coefficients(), T).slice(0, 3)).toEqual([1n, 2n, 3n]);
  await refusal(() => closed.encode([7n]), 'INTERNAL');
});
