/** A small task in the course of which somebody is killed at the beginning of every phase, and comes back. */
import { expect } from 'vitest';
import { propose } from '../clients/requester.ts';
import type { Phase, TaskLife } from '../trust/life.ts';
import { INPUTS, RECEIVER, type TestNetwork } from './local-network.ts';
import { approve, expectExact, reached, submitAs } from './task-story.ts';

/** Those who die: `kill` returns once they are dead, `restart` once they are back. */
export interface Victim {
  kill(): Promise<unknown>;
  restart(task: string): Promise<unknown>;
}

/** A daemon of the network. */
export function daemon(net: TestNetwork, name: string): Victim {
  return {
    kill: () => net.network.stopDaemon(name, 'SIGKILL'),
    restart: () => net.network.startDaemon(name),
  };
}

const INSTANTS: Readonly<Record<string, (task: TaskLife) => boolean>> = {
  PROPOSED: () => true,
  APPROVING: (task) => task.approvals.size > 0,
  KEYING: (task) => task.approvals.size === task.holders.length,
  'KEYING, opened': (task) => (task.contributions[0]?.size ?? 0) > 0,
  'KEYING, signed': (task) => task.jointKeys.size > 0,
  COLLECTING: (task) => task.jointKey !== undefined,
  'COLLECTING, uploaded': (task) => task.manifests.size > 0,
  SEALED: (task) => task.seal !== undefined,
  EVALUATED: (task) => task.evaluation !== undefined,
  RELEASING: (task) => task.releases.size > 0,
  DELIVERED: (task) => task.delivery !== undefined,
};

export interface TourOptions {
  /** Who submits by itself, so that the tour does not. */
  readonly without?: readonly string[];
}

/**
 * Kills the victims at the instant at which the log first shows each state, restarts them, and lets the task go
 * on; then expects the exact result. The order of the steps is the tour's own, so no phase can be missed: a
 * phase that waits for the tour is reached before, and left after, the blow.
 */
export async function killingTour(
  net: TestNetwork,
  victims: readonly Victim[],
  options: TourOptions = {},
): Promise<void> {
  const office = await net.session(RECEIVER);
  const watch = await net.session('watchdog');
  const { id, entries } = await propose(office, net.task());
  await watch.catchUp(entries[0] ?? 0);
  const phases = new Map<string, Phase>();
  const strike = async (instant: string) => {
    await reached(watch, id, INSTANTS[instant] ?? (() => false));
    phases.set(instant, watch.task(id).phase);
    await Promise.all(victims.map((victim) => victim.kill()));
    await Promise.all(victims.map((victim) => victim.restart(id)));
  };
  const [first = '', ...others] = net.holders;
  const [early = '', ...late] = INPUTS.filter((party) => options.without?.includes(party) !== true);

  await strike('PROPOSED');
  await approve(net, first, id);
  await strike('APPROVING');
  const approved = Promise.all(others.map((holder) => approve(net, holder, id)));
  await strike('KEYING');
  await strike('KEYING, opened');
  await strike('KEYING, signed');
  await approved;
  await strike('COLLECTING');
  await submitAs(net, early, id);
  await strike('COLLECTING, uploaded');
  const submitted = Promise.all(late.map((party) => submitAs(net, party, id)));
  await strike('SEALED');
  await strike('EVALUATED');
  await strike('RELEASING');
  await submitted;
  const ended = expectExact(net, id);
  await strike('DELIVERED');
  await ended;

  expect(watch.task(id).ignored).toEqual([]);
  for (const instant of [
    'PROPOSED',
    'APPROVING',
    'KEYING',
    'COLLECTING',
    'COLLECTING, uploaded',
    'RELEASING',
  ]) {
    expect(instant).toContain(phases.get(instant));
  }
}
