import { base64, hex } from '../digest.ts';
import type { Entry, Opened, Receipt, ResultStatement } from './form.ts';

/** An entry of the log. */
interface LogEntry {
  readonly index: number;
  readonly envelope: Uint8Array;
}

/** What the key holders opened, in bytes; see `Opened`. */
export interface OpenedShares {
  readonly key: Uint8Array | undefined;
  readonly outputs: readonly Uint8Array[];
  readonly shares: readonly Uint8Array[];
}

/** Puts together the receipt of a delivered task. The proofs answer for the head that the checkpoint signs. */
export function writeReceipt(options: {
  readonly consortium: LogEntry;
  readonly checkpoint: string;
  readonly entries: readonly LogEntry[];
  readonly seenSizes: readonly number[];
  readonly inclusion: (index: number) => readonly Uint8Array[];
  readonly consistency: (from: number) => readonly Uint8Array[];
  readonly result: ResultStatement;
  readonly salt: Uint8Array;
  readonly opened?: OpenedShares | undefined;
}): Receipt {
  const entry = ({ index, envelope }: LogEntry): Entry => ({
    index,
    envelope: base64(envelope),
    inclusion: options.inclusion(index).map(hex),
  });
  const sizes = [...new Set(options.seenSizes)].filter((size) => size > 0);
  return {
    strongroom: 'receipt/2',
    consortium: entry(options.consortium),
    checkpoint: options.checkpoint,
    entries: options.entries.map(entry),
    consistency: Object.fromEntries(sizes.map((size) => [String(size), options.consistency(size).map(hex)])),
    result: options.result,
    salt: hex(options.salt),
    ...(options.opened === undefined ? {} : { opened: openedOf(options.opened) }),
  };
}

function openedOf({ key, outputs, shares }: OpenedShares): Opened {
  return {
    ...(key === undefined ? {} : { key: base64(key) }),
    outputs: outputs.map(base64),
    shares: shares.map(base64),
  };
}
