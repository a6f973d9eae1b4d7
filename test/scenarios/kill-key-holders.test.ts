/** Each key holder, whatever its position in the task, is killed in every phase, comes back, and all is well. */
import { test } from 'vitest';
import { daemon, killingTour } from '../killing-tour.ts';
import { TestNetwork } from '../local-network.ts';

test('the first, the middle and the last key holder are killed in every phase', async () => {
  await using net = await TestNetwork.start({ approve: 'operator' });
  for (const holder of net.holders) await killingTour(net, [daemon(net, holder)]);
});
