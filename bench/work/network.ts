/** A network of real daemons on this machine, as an aggregator, key holders and input parties run it. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createNetwork, Network } from '../../clients/network.ts';
import { submit } from '../../clients/provider.ts';
import { propose } from '../../clients/requester.ts';
import { Session } from '../../clients/session.ts';
import { StrongroomError } from '../../proto/errors.ts';
import { validateTask, type TaskDocument } from '../../statistics/task.ts';
import type { TaskLife } from '../../trust/life.ts';

const OFFICE = 'office';
const ADDING_TIMEOUT_MS = 120_000;
export const WATCHDOG = 'watchdog';

export interface NetworkShape {
  readonly holders: number;
  readonly inputs: number;
  readonly controller?: boolean;
}

export class BenchNetwork implements AsyncDisposable {
  readonly folder: string;
  readonly inputs: readonly string[];
  readonly holders: readonly string[];
  readonly network: Network;
  readonly office: Session;

  private constructor(
    folder: string,
    inputs: readonly string[],
    holders: readonly string[],
    network: Network,
    office: Session,
  ) {
    this.folder = folder;
    this.inputs = inputs;
    this.holders = holders;
    this.network = network;
    this.office = office;
  }

  static async start({ holders: k, inputs: n, controller = false }: NetworkShape): Promise<BenchNetwork> {
    const folder = mkdtempSync(join(tmpdir(), 'strongroom-bench-'));
    const inputs = Array.from({ length: n }, (_, i) => `input-${i + 1}`);
    const holders = Array.from({ length: k }, (_, i) => `holder-${i + 1}`);
    const parties = [
      ...inputs.map((name) => ({ name, roles: ['input'] as const })),
      ...holders.map((name) => ({ name, roles: ['processing'] as const })),
      { name: OFFICE, roles: ['output'] as const },
      ...(controller ? [{ name: WATCHDOG, roles: ['controller'] as const }] : []),
    ];
    try {
      await createNetwork(folder, { parties, policy: 'automatic' });
      const network = await Network.start(folder, holders, {}, controller ? [WATCHDOG] : []);
      const office = await Session.open(network.profile(OFFICE)).catch(async (error: unknown) => {
        await network[Symbol.asyncDispose]();
        throw error;
      });
      return new BenchNetwork(folder, inputs, holders, network, office);
    } catch (error) {
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /** A task over one table for each input party. */
  task(changes: Partial<Record<keyof TaskDocument | 'security', unknown>> = {}): TaskDocument {
    const controllers = this.network.daemons.has(WATCHDOG) ? { controllers: [WATCHDOG] } : {};
    return validateTask({
      strongroom: 'task/1',
      title: 'A benchmark',
      purpose: 'A benchmark',
      'legal-basis': 'None: the people are made up',
      retention: 'P1D',
      parties: { input: this.inputs, processing: this.holders, output: OFFICE, ...controllers },
      tables: { people: { columns: { age: { type: 'integer', min: 0, max: 120 } }, 'max-rows': 1000 } },
      domain: { union: 'people' },
      statistics: [{ name: 'mean-age', statistic: 'mean', of: 'age', decimals: 2 }],
      disclosure: { 'minimum-contributors': Math.min(3, this.inputs.length) },
      deadlines: { approve: 'PT10M', collect: 'PT1H', release: 'PT10M' },
      scheme: 'bfv',
      ...changes,
    });
  }

  file(name: string, text: string): string {
    const path = join(this.folder, name);
    writeFileSync(path, text);
    return path;
  }

  /** Every input party submits the same file. */
  async submitAll(task: TaskLife, file: string): Promise<void> {
    await Promise.all(
      this.inputs.map(async (party) => {
        await using session = this.office.beside(this.network.profile(party));
        await submit(session, task.id, new Map([['people', file]]));
      }),
    );
  }

  propose(document: TaskDocument): Promise<TaskLife> {
    return propose(this.office, document);
  }

  /**
   * Waits until every key holder has added up so many inputs of a task, as its log says. Throws TIMED_OUT, also where
   * it has given that up.
   */
  async untilAddedUp(inputs: number): Promise<void> {
    for (const holder of this.holders) {
      const log = this.network.daemons.get(holder)?.logFile ?? '';
      const late = Date.now() + ADDING_TIMEOUT_MS;
      while (!readFileSync(log, 'utf8').includes(`"inputs":${inputs},`)) {
        if (Date.now() > late)
          throw new StrongroomError('TIMED_OUT', `${holder} has not added up ${inputs} inputs.`);
        await sleep(50);
      }
    }
  }

  /** Seconds of processor time of a daemon so far, all its threads (proc_pid_stat(5), fields 14 and 15). Linux only. */
  cpuSeconds(daemon: string): number {
    const { pid } = this.network.daemons.get(daemon)?.child ?? {};
    const stat = readFileSync(`/proc/${pid ?? ''}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.office[Symbol.asyncDispose]();
    await this.network[Symbol.asyncDispose]();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** `getconf CLK_TCK`, in which /proc counts. */
const TICKS_PER_SECOND = 100;
