/** Buffers that come and go do not make V8 mark the heap again and again, in a process that has asked for that. */
import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';

const MODULE = new URL('../../transport/buffer-collection.ts', import.meta.url).href;

/** Collections of the whole heap while 2 GB of buffers come and go. */
function collections(asked: boolean): number {
  const program = `
    import { constants, PerformanceObserver } from 'node:perf_hooks';
    import { setTimeout } from 'node:timers/promises';
    import { collectBuffersWithTheHeap } from ${JSON.stringify(MODULE)};
    if (${asked}) collectBuffersWithTheHeap();
    let whole = 0;
    new PerformanceObserver((list) => {
      for (const { detail } of list.getEntries()) whole += detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR ? 1 : 0;
    }).observe({ entryTypes: ['gc'] });
    for (let i = 0; i < 2000; i++) {
      Buffer.allocUnsafeSlow(1024 * 1024);
      if (i % 20 === 0) await setTimeout(0);
    }
    await setTimeout(50);
    process.stdout.write(String(whole));`;
  return Number(execFileSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' }));
}

test.skipIf(!process.versions.v8.startsWith('13.6.'))(
  'the whole heap is collected a few times instead of often',
  () => {
    const [before, after] = [collections(false), collections(true)];
    expect(before).toBeGreaterThanOrEqual(8);
    expect(after).toBeLessThanOrEqual(before / 4);
  },
);
