/**
 * A network of real daemons for scenarios and attacks: processes of their own in a folder of their own, with a
 * small task whose answer is known.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createNetwork, Network, type PartySpec, type Programs } from '../clients/network.ts';
import { Session } from '../clients/session.ts';
import { validateTask, type TaskDocument } from '../statistics/task.ts';

export const INPUTS = ['north', 'south', 'east'];
export const RECEIVER = 'office';

export interface TestNetworkOptions {
  readonly holders?: number;
  readonly approve?: 'operator' | 'automatic';
  /** Other programs than the honest ones, by party; see `test/refusals/hostile/`. */
  readonly programs?: Programs;
  /** Replaces or adds parties, such as a second key holder of one organisation. */
  readonly parties?: readonly PartySpec[];
}

export class TestNetwork implements AsyncDisposable {
  readonly network: Network;
  readonly holders: readonly string[];
  readonly #sessions: Session[] = [];

  private constructor(network: Network, holders: readonly string[]) {
    this.network = network;
    this.holders = holders;
  }

  static async start({
    holders: k = 3,
    approve = 'automatic',
    programs = {},
    parties = [],
  }: TestNetworkOptions = {}) {
    const holders = Array.from({ length: k }, (_, i) => `holder-${i + 1}`);
    const folder = mkdtempSync(join(tmpdir(), 'strongroom-test-'));
    const usual: PartySpec[] = [
      ...INPUTS.map((name) => ({ name, roles: ['input'] as const })),
      ...holders.map((name) => ({ name, roles: ['processing'] as const })),
      { name: RECEIVER, roles: ['output'] },
      { name: 'watchdog', roles: ['controller'] },
    ];
    const others = usual.filter(({ name }) => !parties.some((party) => party.name === name));
    await createNetwork(folder, { parties: [...others, ...parties], approve });
    for (const [i, party] of INPUTS.entries()) writeFileSync(join(folder, `${party}.csv`), TABLES[i] ?? '');
    return new TestNetwork(await Network.start(folder, holders, programs), holders);
  }

  get folder(): string {
    return this.network.folder;
  }

  /** The CSV file of an input party, for `submit`. */
  table(party: string): ReadonlyMap<string, string> {
    return new Map([['people', join(this.folder, `${party}.csv`)]]);
  }

  /** A client session of a party, closed with the network. */
  async session(party: string): Promise<Session> {
    const session = await Session.open(this.network.profile(party));
    this.#sessions.push(session);
    return session;
  }

  task(changes: Record<string, unknown> = {}): TaskDocument {
    return smallTask(this.holders, changes);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#sessions.map((session) => session[Symbol.asyncDispose]()));
    await this.network[Symbol.asyncDispose]();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

const TABLES = ['pay,sex\n10.50,f\n12.25,m\n', 'pay,sex\n9.75,f\n', 'pay,sex\n20.00,m\n30.00,m\n7.10,f\n'];

/** The answer to `smallTask` over all three tables: number of people and mean pay. */
export const ANSWER = { people: '6', 'mean-pay': '14.93' };

function smallTask(holders: readonly string[], changes: Record<string, unknown> = {}): TaskDocument {
  return validateTask({
    strongroom: 'task/1',
    title: 'Mean pay',
    purpose: 'A test',
    'legal-basis': 'None: the people are made up',
    retention: 'P1D',
    parties: { input: INPUTS, processing: holders, output: RECEIVER, controllers: ['watchdog'] },
    tables: {
      people: {
        columns: {
          pay: { type: 'decimal', places: 2, min: '0', max: '100', unit: 'EUR' },
          sex: { type: 'category', values: ['f', 'm'] },
        },
        'max-rows': 1000,
      },
    },
    domain: { union: 'people' },
    statistics: [
      { name: 'people', statistic: 'count' },
      { name: 'mean-pay', statistic: 'mean', of: 'pay', decimals: 2 },
    ],
    disclosure: { 'minimum-contributors': 3 },
    deadlines: { approve: 'PT10M', collect: 'PT10M', release: 'PT10M' },
    ...changes,
  });
}
