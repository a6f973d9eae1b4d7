/** What a key holder computes in threads of its own, and what passes between. */
import type { CeremonyProgress, SchemeContext } from '../schemes/scheme.ts';
import type { InputSet } from '../trust/evaluation.ts';

/** Whose secret it is; the thread wipes its copy of the seed once it has expanded it. */
export interface OwnSecret {
  readonly context: SchemeContext;
  readonly seed: Uint8Array;
  /** Position in the task document. */
  readonly holder: number;
}

/** How far a ceremony is. */
export interface CeremonyState {
  readonly round: number;
  readonly progress: CeremonyProgress;
  /** Once the ceremony is finished. */
  readonly jointKey?: Uint8Array;
}

/** Calls with one `ceremony`, a number of the caller's choice, go to one thread and must not overlap. */
export interface HolderCalls {
  readonly open: { readonly argument: OwnSecret & { ceremony: number }; readonly result: CeremonyState };
  readonly contribution: {
    readonly argument: { ceremony: number };
    readonly result: { contribution: Uint8Array };
  };
  readonly take: {
    readonly argument: { ceremony: number; messages: readonly Uint8Array[] };
    readonly result: CeremonyState;
  };
  /** Wipes what the ceremony keeps of the seed. */
  readonly close: { readonly argument: { ceremony: number }; readonly result: undefined };
  readonly evaluate: { readonly argument: InputSet; readonly result: Uint8Array[] };
  readonly shares: {
    readonly argument: OwnSecret & { jointKey: Uint8Array; outputs: readonly Uint8Array[] };
    readonly result: Uint8Array[];
  };
}
