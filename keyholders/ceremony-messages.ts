/** What passes between a key holder and the worker thread that makes its part of a key. */
import type { ErrorCode } from '../proto/errors.ts';
import type { CeremonyProgress, SchemeContext } from '../schemes/scheme.ts';

/** Handed to the thread when it starts. */
export interface WorkerTask {
  readonly context: SchemeContext;
  readonly seed: Uint8Array;
  readonly holder: number;
}

/** One at a time; each is answered once. */
export type WorkerRequest =
  { readonly ask: 'contribution' } | { readonly ask: 'take'; readonly messages: readonly Uint8Array[] };

export type WorkerAnswer =
  | {
      readonly ok: true;
      readonly contribution?: Uint8Array;
      readonly round: number;
      readonly progress: CeremonyProgress;
      /** Once the ceremony is finished. */
      readonly jointKey?: Uint8Array;
    }
  | {
      readonly ok: false;
      readonly code: ErrorCode;
      readonly message: string;
      readonly details: Readonly<Record<string, string | number>>;
    };
