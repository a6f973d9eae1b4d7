/** Small tasks of three input parties that go through their whole life between real daemons, for what is measured of them. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createNetwork, Network } from '../clients/network.ts';
import { fetchResult } from '../clients/output-party.ts';
import { submit } from '../clients/provider.ts';
import { propose } from '../clients/requester.ts';
import { Session } from '../clients/session.ts';
import { validateTask, type TaskDocument } from '../statistics/task.ts';

const INPUTS = ['north', 'south', 'east'];
export const HOLDERS = ['holder-1', 'holder-2', 'holder-3'];
const OFFICE = 'office';
export const WATCHDOG = 'watchdog';

export type Scheme = 'bfv' | 'paillier';

/** A local network whose key holders approve by themselves; `daemons` run beside the aggregator and the key holders. */
export async function withNetwork<T>(
  daemons: readonly string[],
  work: (network: Network, run: (scheme: Scheme) => Promise<string>) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'strongroom-bench-'));
  try {
    const parties = [
      ...INPUTS.map((name) => ({ name, roles: ['input'] as const })),
      ...HOLDERS.map((name) => ({ name, roles: ['processing'] as const })),
      { name: OFFICE, roles: ['output'] as const },
      { name: WATCHDOG, roles: ['controller'] as const },
    ];
    await createNetwork(folder, { parties, policy: 'automatic' });
    writeFileSync(join(folder, 'people.csv'), 'age\n40\n50\n');
    await using network = await Network.start(folder, HOLDERS, {}, daemons);
    await using office = await Session.open(network.profile(OFFICE));
    return await work(network, (scheme) => runTask(network, office, scheme));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Until the result is there. The id of the task. */
async function runTask(network: Network, office: Session, scheme: Scheme): Promise<string> {
  const { id } = await propose(office, document(scheme));
  for (const party of INPUTS) {
    await using session = office.beside(network.profile(party));
    await submit(session, id, new Map([['people', join(network.folder, 'people.csv')]]));
  }
  await fetchResult(office, id);
  return id;
}

function document(scheme: Scheme): TaskDocument {
  return validateTask({
    strongroom: 'task/1',
    title: 'Mean age',
    purpose: 'A benchmark',
    'legal-basis': 'None: the people are made up',
    retention: 'P1D',
    parties: { input: INPUTS, processing: HOLDERS, output: OFFICE, controllers: [WATCHDOG] },
    tables: { people: { columns: { age: { type: 'integer', min: 0, max: 120 } }, 'max-rows': 1000 } },
    domain: { union: 'people' },
    statistics: [{ name: 'mean-age', statistic: 'mean', of: 'age', decimals: 2 }],
    disclosure: { 'minimum-contributors': 3 },
    deadlines: { approve: 'PT10M', collect: 'PT10M', release: 'PT10M' },
    scheme,
  });
}
