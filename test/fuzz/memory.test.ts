/** The watch over memory: it sees what is kept, and does not take what was thrown away for it. */
import { expect, test } from 'vitest';
import { MemoryWatch } from './harness/memory.ts';

const MIB = 1 << 20;
const SAMPLES = 24;

/** Watches a decoder that makes so many megabytes of array buffers before each sample. */
function watched(made: (sample: number) => number, keep: (buffer: Uint8Array) => void): MemoryWatch {
  const watch = new MemoryWatch();
  for (let sample = 0; sample < SAMPLES; sample += 1) {
    for (let i = 0; i < made(sample); i += 1) keep(new Uint8Array(MIB).fill(1));
    watch.sample();
  }
  return watch;
}

test('array buffers that nobody holds any more are not kept, however many there were last', () => {
  const watch = watched(
    (sample) => sample,
    () => undefined,
  );
  expect(watch.grown).toBeLessThan(MIB);
  expect(watch.complaint()).toBeUndefined();
});

test('a megabyte that is kept of each is found', () => {
  const kept: Uint8Array[] = [];
  const watch = watched(
    () => 1,
    (buffer) => kept.push(buffer),
  );
  expect(kept).toHaveLength(SAMPLES);
  expect(watch.complaint()).toMatch(/^keeps memory: 1\d\.\d MiB more at the end$/);
});
