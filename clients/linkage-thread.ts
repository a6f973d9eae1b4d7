/** The thread of an input party that links records: it blinds keys, and turns verified answers into pseudonyms. */
import { blindKeys, pseudonymsOf, type HolderAnswer } from '../schemes/linkage/blinding.ts';
import { serveCalls } from '../trust/threads/serve.ts';

export interface LinkageCalls {
  readonly blind: {
    readonly argument: { keys: readonly Uint8Array[]; seed: Uint8Array; from: number };
    readonly result: Uint8Array;
  };
  readonly pseudonyms: {
    readonly argument: {
      request: Uint8Array;
      seed: Uint8Array;
      answers: readonly HolderAnswer[];
      from: number;
    };
    readonly result: Uint8Array;
  };
}

serveCalls<LinkageCalls>({
  blind: ({ keys, seed, from }) => {
    const points = blindKeys(keys, seed, from);
    seed.fill(0);
    return points;
  },
  pseudonyms: ({ request, seed, answers, from }) => {
    const pseudonyms = pseudonymsOf(request, seed, answers, from);
    seed.fill(0);
    return pseudonyms;
  },
});
