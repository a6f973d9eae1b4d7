/** Records in, the values of ciphertexts out: what an input party encrypts. */
import type { TableRecord } from './table.ts';

export interface Encoder {
  /** Adds one record of `readTable`. Throws TABLE_INVALID on the record after the last that max-rows allows. */
  add(record: TableRecord): void;
  /** Adds the records of the next unit of the match, in its order. */
  addUnit(records: readonly TableRecord[]): void;
  /** The slot values of each ciphertext, in the order of the plan; the last may be shorter. */
  vectors(): bigint[][];
}
