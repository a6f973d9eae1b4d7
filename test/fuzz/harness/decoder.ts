/** What is fuzzed: a decoder of foreign bytes, valid bytes for it, and what may come of it. */
import type { ErrorCode } from '../../../proto/errors.ts';
import type { Mutation } from './bytes.ts';

/** A decoder that is ready to be fed. */
export interface Decoder<V> {
  /** Valid inputs, written by the real encoders. Each must be accepted. */
  readonly corpus: readonly Uint8Array[];
  /** Changes that know the form of the input; half of all changes are of these, the others are to bytes. */
  readonly mutations: readonly Mutation[];
  /** Decodes as the program would. Throws a StrongroomError with one of `codes`. */
  readonly decode: (bytes: Uint8Array) => V | Promise<V>;
  /**
   * Why this value must not have come out of these bytes; undefined where it may. For a decoder of one canonical
   * form: that the value does not encode to exactly these bytes. For signed bytes: that nobody has signed it.
   */
  readonly objection: (value: V, bytes: Uint8Array) => string | undefined;
  /** What it may refuse with. INTERNAL is none of it: that is said of defects. */
  readonly codes: readonly ErrorCode[];
  /** Texts that no error may repeat. */
  readonly secrets?: readonly string[];
  /** Processor time for one input; 250 ms if nothing is said. */
  readonly limitMs?: number;
  /** Brings what grows once and stays, such as WebAssembly memory, to its full size before memory is watched. */
  readonly warmUp?: () => void;
  /** Resident bytes of the process that decodes, where it is another one. */
  readonly residentBytes?: () => number;
  /** Processes that must not outlive it. */
  readonly processes?: readonly number[];
  readonly dispose?: () => void | Promise<void>;
}

/** A decoder by name. `M` is what its corpus is made from; it must survive `v8.serialize`, for replays. */
export interface Target<M = unknown> {
  /** As it is called on the command line. */
  readonly name: string;
  /** Inputs in the short form, which runs with all tests; 0 leaves it to the long form. */
  readonly short: number;
  readonly make: () => M | Promise<M>;
  readonly open: (material: M) => Decoder<unknown> | Promise<Decoder<unknown>>;
}

/** Ties a decoder's types together, and then forgets them. */
export function target<M, V>(options: {
  readonly name: string;
  readonly short: number;
  readonly make: () => M | Promise<M>;
  readonly open: (material: M) => Decoder<V> | Promise<Decoder<V>>;
}): Target {
  return options as unknown as Target;
}
