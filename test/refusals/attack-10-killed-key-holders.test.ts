/** A key holder, whatever its position in the task, is killed in every phase, comes back, and all is well. */
import { test } from 'vitest';
import { daemon, killingTour } from '../fixtures/killing-tour.ts';
import { TestNetwork } from '../fixtures/local-network.ts';
import { attest } from './hostile/attest.ts';

/** Its position decides whether a key holder is the first or the last to speak; `SLOW=1` tries them all. */
const HOLDERS = process.env['SLOW'] === '1' ? ['holder-1', 'holder-2', 'holder-3'] : ['holder-1', 'holder-3'];

test(`${HOLDERS.join(', then ')} is killed in every phase`, async () => {
  await using net = await TestNetwork.start({ policy: 'operator', controller: true });
  for (const holder of HOLDERS) await killingTour(net, [daemon(net, holder)]);
  attest('nobody', 'exact', 'the result of each task');
  attest('controller', 'clean', 'its report on each task');
});
