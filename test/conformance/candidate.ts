/** The key holder that is tried, as a process that the harness may start, kill and start again. */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as yaml from 'yaml';
import { CONFIG_FILE } from '../../transport/profile.ts';
import { unlockKeyFrom } from '../../trust/at-rest.ts';
import { writeIdentity } from '../../trust/identity-file.ts';
import { createIdentity } from '../../trust/identity-making.ts';
import { type Card } from '../../trust/identity.ts';
import type { Consortium } from '../../trust/consortium.ts';

/** Makes an identity for the candidate in a folder of its own, sealed with a key file. */
export async function makeIdentity(folder: string, name: string): Promise<Card> {
  const organisation = `Organisation ${name}`;
  const identity = await createIdentity({ name, organisation, jurisdiction: 'EU', roles: ['processing'] });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const keyFile = join(folder, 'unlock.key');
  writeFileSync(keyFile, randomBytes(32), { mode: 0o600, flag: 'wx' });
  writeIdentity(folder, identity, unlockKeyFrom({ keyFile }));
  return identity.card;
}

/** Writes what the candidate needs to know into its folder: the consortium document, and a configuration. */
export function writeProfile(
  folder: string,
  { digest }: Consortium,
  envelope: Uint8Array,
  address: string,
): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(join(folder, 'consortium.json'), envelope);
  const config = {
    aggregator: address,
    consortium: { file: 'consortium.json', digest },
    unlock: { 'key-file': 'unlock.key' },
    policy: 'automatic',
  };
  writeFileSync(join(folder, CONFIG_FILE), yaml.stringify(config));
}

/** `command` is run by the shell; `{config}` and `{profile}` in it stand for the configuration file and the folder. */
export class Candidate {
  readonly #command: string;
  readonly #log: string;
  #child: ChildProcess | undefined;

  constructor(command: string, folder: string) {
    this.#command = command.replaceAll('{config}', join(folder, CONFIG_FILE)).replaceAll('{profile}', folder);
    this.#log = join(folder, 'candidate.log');
  }

  start(): void {
    const log = openSync(this.#log, 'a', 0o600);
    // A group of its own, so that killing it kills what the shell has started.
    this.#child = spawn('/bin/sh', ['-c', `exec ${this.#command}`], {
      detached: true,
      stdio: ['ignore', log, log],
    });
  }

  /** It has no say in it. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    process.kill(-child.pid, 'SIGKILL');
    await ended;
  }

  async restart(): Promise<void> {
    await this.kill();
    this.start();
  }
}
