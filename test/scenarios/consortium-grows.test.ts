/** A party joins a running consortium: a second version of the document, found by everybody in the log. */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fetchResult, receiptOf } from '../../clients/output-party.ts';
import { submit } from '../../clients/provider.ts';
import { propose } from '../../clients/requester.ts';
import { Session } from '../../clients/session.ts';
import { openProfile } from '../../transport/profile.ts';
import { unlockKeyFrom } from '../../trust/at-rest.ts';
import { assembleConsortium, signConsortium } from '../../trust/consortium-signing.ts';
import { openConsortium } from '../../trust/consortium.ts';
import { writeIdentity } from '../../trust/identity-file.ts';
import { createIdentity } from '../../trust/identity-making.ts';
import { signerOf, type Card } from '../../trust/identity.ts';
import { parseReceipt, receiptBytes } from '../../trust/receipt/form.ts';
import { verifyReceipt } from '../../trust/receipt/verify.ts';
import { RECEIVER, TestNetwork } from '../fixtures/local-network.ts';

/** Makes a folder for a party that no consortium document names yet; it pins the version with which the log begins. */
async function newcomer(net: TestNetwork, name: string): Promise<Card> {
  const identity = await createIdentity({ name, organisation: name, jurisdiction: 'NL', roles: ['input'] });
  const folder = join(net.folder, name);
  mkdirSync(folder);
  for (const file of ['unlock.key', 'consortium.json', 'strongroom.yaml']) {
    copyFileSync(join(net.folder, 'north', file), join(folder, file));
  }
  writeIdentity(folder, identity, unlockKeyFrom({ keyFile: join(folder, 'unlock.key') }));
  writeFileSync(join(net.folder, `${name}.csv`), 'pay,sex\n50.00,f\n');
  return identity.card;
}

test('a later version brings in a party, which takes part in the next task, and the receipt names that version', async () => {
  await using net = await TestNetwork.start();
  const first = openConsortium(new Uint8Array(readFileSync(join(net.folder, 'north', 'consortium.json'))));
  const west = await newcomer(net, 'west');
  await expect(Session.open(net.network.profile('west'))).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });

  const draft = assembleConsortium({
    name: first.name,
    parties: [...first.parties, west],
    keyHolders: first.keyHolders,
    previous: first,
  });
  const office = await net.session(RECEIVER);
  await expect(office.board.append(draft)).rejects.toMatchObject({ code: 'IDENTITY_INVALID' });
  const second = net.holders.reduce(
    (document, holder) =>
      signConsortium(document, signerOf(openProfile(net.network.profile(holder)).identity)),
    draft,
  );
  await office.board.append(second);
  await office.board.refresh();
  expect(office.board.book.consortium.version).toBe(2);

  // TLS takes a newcomer's certificate only from the start of the aggregator on.
  await net.network.stopDaemon('aggregator');
  await net.network.startDaemon('aggregator');
  const inputs = ['north', 'south', 'west'];
  const parties = { input: inputs, processing: [...net.holders], output: RECEIVER };
  const task = await propose(office, net.task({ parties }));
  await Promise.all(inputs.map(async (party) => submit(await net.session(party), task.id, net.table(party))));
  const delivered = await fetchResult(office, task.id);
  expect(delivered.document.result.statistics[0]?.rows[0]?.value).toBe('4');
  const receipt = parseReceipt(receiptBytes(receiptOf(office, task, delivered)));
  expect(verifyReceipt(receipt, openConsortium(second).digest).consortium.version).toBe(2);
});
