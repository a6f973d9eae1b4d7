/** A party of the consortium fetches objects that its part in the task does not entitle it to. */
import { expect, test } from 'vitest';
import { fetchResult } from '../../clients/output-party.ts';
import { submit } from '../../clients/provider.ts';
import { propose } from '../../clients/requester.ts';
import { ANSWER, INPUTS, RECEIVER, TestNetwork } from '../fixtures/local-network.ts';

test('an input party and the output party cannot fetch the ciphertexts of an input party', async () => {
  await using net = await TestNetwork.start();
  const office = await net.session(RECEIVER);
  const task = await propose(office, net.task());
  const [north, south] = await Promise.all(INPUTS.map((party) => net.session(party)));
  if (north === undefined || south === undefined) throw new Error('the network has three input parties');
  await submit(north, task.id, net.table('north'));
  const manifest = await south.until(task.id, (life) => life.manifests.get('north'));
  const [stolen] = manifest.payload.ciphertexts;
  if (stolen === undefined) throw new Error('a manifest names a ciphertext');

  await expect(south.board.get(stolen, 'north')).rejects.toMatchObject({ code: 'NOT_AUTHORISED' });
  await expect(office.board.get(stolen, 'north')).rejects.toMatchObject({ code: 'NOT_AUTHORISED' });
  const unnamed = { digest: '0'.repeat(64), size: 1 };
  await expect(south.board.get(unnamed, 'north')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  // Nor beside an object that it may fetch.
  const key = { party: 'aggregator', blob: south.task(task.id).requireJointKey() };
  const both = Array.fromAsync(south.board.getAll([key, { party: 'north', blob: { ...stolen, size: 1 } }]));
  await expect(both).rejects.toMatchObject({ code: 'NOT_AUTHORISED' });
  const watchdog = await net.session('watchdog');
  expect((await watchdog.board.get(stolen, 'north')).length).toBe(stolen.size);

  await Promise.all(
    INPUTS.slice(1).map(async (party) => submit(await net.session(party), task.id, net.table(party))),
  );
  const { document } = await fetchResult(office, task.id);
  const boxes = [...task.releases.values()].map((release) => release.payload.box);
  for (const box of boxes) {
    await expect(south.board.get(box, 'a key holder')).rejects.toMatchObject({ code: 'NOT_AUTHORISED' });
  }
  expect(document.result.statistics.map(({ rows }) => rows[0]?.value)).toEqual(Object.values(ANSWER));
});
