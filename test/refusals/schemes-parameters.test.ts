/** Tasks that no parameters fit, and parameters that no task asks for. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  bfvChoices,
  chooseBfvParameters,
  requireSoundBfv,
  type BfvParameters,
} from '../../schemes/bfv/parameters.ts';
import { openHolderCeremony } from '../../schemes/key-share.ts';

const TASK = { holders: 3, contributors: 3, decryptions: 1, magnitude: 1n << 40n };

describe('a task that does not fit', () => {
  test.each<[Partial<typeof TASK> & { statisticalBits?: number }, string]>([
    [{ statisticalBits: 39 }, 'statisticalBits is 39; the smallest change is 40'],
    [{ statisticalBits: 129 }, 'statisticalBits is 129; the smallest change is 128'],
    [{ holders: 2 }, 'holders is 2; the smallest change is 3'],
    [{ contributors: 1_000_001 }, 'contributors is 1000001; the smallest change is 1000000'],
    [{ decryptions: 0 }, 'decryptions is 0; the smallest change is 1'],
    [{ magnitude: 0n }, 'at least 1'],
    [{ magnitude: 1n << 60n }, 'a slot must hold sums up to 1152921504606846976'],
    [{ magnitude: 1n << 60n }, 'split each value into limbs'],
  ])('%o: %s', (change, message) => {
    const act = (): unknown => chooseBfvParameters({ ...TASK, ...change });
    expect(act).toThrow(expect.objectContaining({ code: 'TASK_IMPOSSIBLE' }));
    expect(act).toThrow(message);
  });

  test('the limb size that the refusal names does fit', () => {
    const most = bfvChoices(TASK).reduce((max, { magnitude }) => (magnitude > max ? magnitude : max), 0n);
    expect(() => chooseBfvParameters({ ...TASK, magnitude: most + 1n })).toThrow(String(most));
    expect(chooseBfvParameters({ ...TASK, magnitude: most }).marginBits).toBeGreaterThanOrEqual(1);
  });
});

describe('chosen parameters', () => {
  test('hold B_ct + K·B_sm < q/4t, with q ≡ 1 (mod t) where there is room, at any size', () => {
    const size = fc.record({
      holders: fc.integer({ min: 3, max: 15 }),
      contributors: fc.integer({ min: 1, max: 1_000_000 }),
      decryptions: fc.integer({ min: 1, max: 1000 }),
      statisticalBits: fc.integer({ min: 40, max: 100 }),
      bits: fc.integer({ min: 1, max: 56 }),
    });
    fc.assert(
      fc.property(size, ({ bits, ...task }) => {
        const p = chooseBfvParameters({ ...task, magnitude: 1n << BigInt(bits) });
        const q = p.dataPrimes.reduce((product, prime) => product * BigInt(prime), 1n);
        const t = BigInt(p.plainModulus);
        const noise = BigInt(p.noiseBound) + BigInt(p.holders) * BigInt(p.smudgingBound);
        expect(noise * 4n * t).toBeLessThan(q);
        expect(t).toBeGreaterThan(2n << BigInt(bits));
        expect(new Set([...p.dataPrimes, p.specialPrime, p.plainModulus]).size).toBe(p.dataPrimes.length + 2);
        if (bits <= 42) expect(q % t).toBe(1n);
        const B =
          (1n << BigInt(p.statisticalBits - 1)) * BigInt(p.ringDegree * p.decryptions) * BigInt(p.noiseBound);
        expect(BigInt(p.smudgingBound)).toBe(B);
        requireSoundBfv(JSON.parse(JSON.stringify(p)) as BfvParameters);
      }),
      { numRuns: 60, seed: 1 },
    );
  });

  test('are the cheapest that fit, and count the self-test of the key', () => {
    const [cheap] = bfvChoices(TASK);
    if (!cheap) throw new Error('unreachable');
    const parameters = chooseBfvParameters({ ...TASK, magnitude: cheap.magnitude });
    expect(parameters.ciphertextBytes).toBe(cheap.ciphertextBytes);
    expect(parameters.dataPrimes).toHaveLength(2);
    expect(chooseBfvParameters({ ...TASK, magnitude: cheap.magnitude + 1n }).dataPrimes).toHaveLength(3);
    expect(parameters.decryptions).toBe(2);
    expect(parameters.statisticalBits).toBe(60);
  });
});

describe('parameters made elsewhere', () => {
  const sound = chooseBfvParameters(TASK);
  test.each<[string, Partial<BfvParameters>]>([
    ['less smudging', { smudgingBound: '1000' }],
    ['a smaller noise bound', { noiseBound: '1' }],
    ['fewer statistical bits than stated', { statisticalBits: 40 }],
    ['a plain modulus that is not prime', { plainModulus: String(16384n * 10n ** 9n + 1n) }],
    ['a plain modulus that is no number', { plainModulus: '-1' }],
    ['a plain modulus beyond the row', { plainModulus: '1152921504606748673' }],
    ['other primes', { dataPrimes: [...sound.dataPrimes].reverse() }],
    ['an unknown ring', { ringDegree: 4096 }],
    ['a special prime of one', { specialPrime: '1' }],
  ])('are refused by a key holder: %s', async (_, change) => {
    const parameters = { ...sound, ...change };
    expect(() => {
      requireSoundBfv(parameters);
    }).toThrow(expect.objectContaining({ code: 'TASK_IMPOSSIBLE' }));
    await expect(
      openHolderCeremony({ parameters, task: '00'.repeat(32) }, new Uint8Array(32), 0),
    ).rejects.toThrow(expect.objectContaining({ code: 'TASK_IMPOSSIBLE' }));
  });
});
