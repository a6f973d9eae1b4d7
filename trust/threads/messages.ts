/** What passes between a thread that computes and the thread that asks it to. */
import type { ErrorCode } from '../../proto/errors.ts';
import type { SignedBlob } from '../evaluation.ts';

/** What a program can be asked, by name. */
export type Calls<C> = { readonly [N in keyof C]: { readonly argument: unknown; readonly result: unknown } };

export interface Failure {
  readonly code: ErrorCode;
  readonly message: string;
  readonly details: Readonly<Record<string, string | number>>;
}

export type ThreadRequest =
  | { readonly call: number; readonly name: string; readonly argument: unknown }
  /** The answer to a `fetch`, in its order. */
  | { readonly fetched: number; readonly objects: readonly Uint8Array[] }
  | { readonly fetched: number; readonly failed: Failure };

export type ThreadMessage =
  | { readonly fetch: number; readonly of: number; readonly signed: readonly SignedBlob[] }
  | { readonly answered: number; readonly result: unknown }
  | { readonly answered: number; readonly failed: Failure };
