/** The aggregator is killed in every phase, alone and with all key holders, and the task ends as if nothing had happened. */
import { test } from 'vitest';
import { daemon, killingTour } from '../fixtures/killing-tour.ts';
import { TestNetwork } from '../fixtures/local-network.ts';

test('the aggregator is killed in every phase, then everybody at once', async () => {
  await using net = await TestNetwork.start({ policy: 'operator' });
  await killingTour(net, [daemon(net, 'aggregator')]);
  await killingTour(
    net,
    ['aggregator', ...net.holders].map((name) => daemon(net, name)),
  );
});
