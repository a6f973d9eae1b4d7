/** The thread of a key holder: what takes seconds, beside the daemon, and what it has set up for a task serves the next step. */
import { StrongroomError } from '../proto/errors.ts';
import { openHolderCeremony, openKeyShare } from '../schemes/key-share.ts';
import type { HolderCeremony } from '../schemes/scheme.ts';
import { evaluate } from '../trust/evaluation.ts';
import { serveCalls } from '../trust/threads/serve.ts';
import type { CeremonyState, HolderCalls } from './thread-calls.ts';

const ceremonies = new Map<number, Promise<HolderCeremony>>();

function ceremonyOf(number: number): Promise<HolderCeremony> {
  const ceremony = ceremonies.get(number);
  if (ceremony !== undefined) return ceremony;
  throw new StrongroomError('INTERNAL', 'this thread takes no part in that key ceremony');
}

function stateOf(ceremony: HolderCeremony): CeremonyState {
  const { round, progress, finished } = ceremony;
  return { round, progress, ...(finished ? { jointKey: ceremony.jointKey() } : {}) };
}

serveCalls<HolderCalls>(
  {
    open: async ({ ceremony, context, seed, holder }) => {
      const opening = openHolderCeremony(context, seed, holder).finally(() => seed.fill(0));
      ceremonies.set(ceremony, opening);
      return stateOf(await opening);
    },
    contribution: async ({ ceremony }) => ({
      contribution: await (await ceremonyOf(ceremony)).contribution(),
    }),
    take: async ({ ceremony, messages }) => {
      const taking = await ceremonyOf(ceremony);
      await taking.take(messages);
      return stateOf(taking);
    },
    close: async ({ ceremony }) => {
      const closing = ceremonies.get(ceremony);
      ceremonies.delete(ceremony);
      (await closing)?.[Symbol.dispose]();
      return undefined;
    },
    evaluate,
    shares: async ({ context, seed, holder, jointKey, outputs }) => {
      try {
        using share = await openKeyShare(context, seed, holder, jointKey);
        return share.partialDecryptions(outputs);
      } finally {
        seed.fill(0);
      }
    },
  },
  ['shares'],
);
