/**
 * The thread of a key holder that answers linkage requests. It is apart from those of the key ceremony, so that these end
 * meanwhile with the hundreds of megabytes that a ceremony leaves in them.
 */
import { HolderLinkage } from '../schemes/linkage/holder-linkage.ts';
import { serveCalls } from '../trust/threads/serve.ts';

export interface LinkingCalls {
  /** A batch of the request of a party, answered with its proof. */
  readonly answer: {
    readonly argument: { task: string; seed: Uint8Array; party: string; points: Uint8Array };
    readonly result: Uint8Array;
  };
}

serveCalls<LinkingCalls>({
  answer: ({ task, seed, party, points }) => {
    using linkage = new HolderLinkage(task, seed);
    seed.fill(0);
    return linkage.answer(party, points);
  },
});
