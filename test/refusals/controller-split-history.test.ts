/**
 * The aggregator puts another history in the place of the log. The controller keeps both heads that it has signed as
 * evidence, ends, and as a witness stays with the history that it has read.
 */
import { cpSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { AGGREGATOR } from '../../clients/network.ts';
import { propose } from '../../clients/requester.ts';
import { EXIT_CODES } from '../../proto/errors.ts';
import { parseEvidence, verifyEvidence } from '../../trust/evidence.ts';
import { openCheckpoint } from '../../trust/log/checkpoint.ts';
import { WitnessStore } from '../../trust/storage/witness-store.ts';
import { checked, followed } from '../fixtures/controller.ts';
import { INPUTS, RECEIVER, TestNetwork, WATCHDOG } from '../fixtures/local-network.ts';
import { refusal } from '../fixtures/trust-parties.ts';
import { alterations } from '../fuzz/harness/alterations.ts';
import { treeOf } from '../fuzz/harness/json-tree.ts';
import { attest } from './hostile/attest.ts';

test('another history in the place of the log: the evidence proves it, and nothing once it is altered', async () => {
  await using net = await TestNetwork.start({ policy: 'operator', controller: true });
  const { network } = net;
  const file = (name: string): string => join(net.folder, AGGREGATOR, name);
  await network.stopDaemon(AGGREGATOR);
  cpSync(file('state/log.db'), file('backup.db'));
  await network.startDaemon(AGGREGATOR);
  const office = await net.session(RECEIVER);
  await propose(office, net.task());
  await followed(net, 2);

  await network.stopDaemon(WATCHDOG);
  await network.stopDaemon(AGGREGATOR);
  for (const part of ['', '-wal', '-shm']) rmSync(file(`state/log.db${part}`), { force: true });
  cpSync(file('backup.db'), file('state/log.db'));
  await network.startDaemon(AGGREGATOR);
  const [party = ''] = INPUTS;
  await propose(await net.session(party), net.task({ title: 'Another history of the same length' }));
  await network.startDaemon(WATCHDOG);
  expect(await network.daemons.get(WATCHDOG)?.ended).toBe(EXIT_CODES.refused);

  const [found] = await checked(net, '', 'history');
  expect(found).toMatchObject({ kind: 'split-history', accused: AGGREGATOR, code: 'LOG_INCONSISTENT' });
  attest('controller', 'LOG_INCONSISTENT', `evidence split-history against ${AGGREGATOR}`);
  const evidence = parseEvidence(readFileSync(found?.evidence ?? ''));
  const { pinned, book } = office.board;
  expect(await verifyEvidence(evidence, { pinned })).toMatchObject({ code: 'LOG_INCONSISTENT' });
  const tree = treeOf(JSON.stringify(evidence));
  if (tree === undefined) throw new Error('no tree');
  for (const [, bytes] of alterations(tree, () => tree, '')) {
    await refusal(async () => verifyEvidence(parseEvidence(bytes()), { pinned }), 'EVIDENCE_INVALID');
  }

  using witness = new WitnessStore(join(net.folder, WATCHDOG, 'state', 'witness.db'));
  const { origin, keys } = book.consortium.log;
  const cosigned = openCheckpoint(witness.last?.checkpoint ?? '', origin, keys);
  expect(cosigned.root).toEqual(book.follower.rootAt(cosigned.size));
});
