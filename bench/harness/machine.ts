/** The machine that figures were seen on, and how busy it was. */
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os';

export interface Machine {
  readonly cpu: string;
  /** That this process may use. */
  readonly cores: number;
  readonly memoryBytes: number;
  readonly system: string;
  readonly node: string;
  readonly openssl: string;
  readonly nodeSeal: string;
  readonly strongroom: string;
  /** Of the last minute: processes that ran or wanted to, before and after. */
  readonly load: { readonly before: number; readonly after: number };
}

export function describeMachine(): Machine {
  const load = loadNow();
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    system: `${type()} ${release()}`,
    node: process.version,
    openssl: process.versions.openssl,
    nodeSeal: versionIn('../../node_modules/node-seal/package.json'),
    strongroom: versionIn('../../package.json'),
    load: { before: load, after: load },
  };
}

export function loadNow(): number {
  return loadavg()[0] ?? NaN;
}

function versionIn(file: string): string {
  const { version } = JSON.parse(readFileSync(new URL(file, import.meta.url), 'utf8')) as { version: string };
  return version;
}
