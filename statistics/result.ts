/** The result of a task, as it is written to a file: JSON-able, values as exact decimals. */

export interface Result {
  readonly statistics: readonly StatisticResult[];
}

export interface StatisticResult {
  readonly name: string;
  readonly statistic: string;
  readonly unit: string;
  readonly decimals: number;
  /** The columns that tell the rows apart; last the label of the parts of a statistic that has several values. */
  readonly by: readonly string[];
  /** Cells in the order of the labels, the last column of `by` fastest, each total after its cells. */
  readonly rows: readonly ResultRow[];
}

export interface ResultRow {
  /** Label by column; a column of `by` that is missing here is totalled over. `{}` is the overall value. */
  readonly cell: Readonly<Record<string, string>>;
  /** Null where the statistic is not defined: an empty cell, or a deviation of one record. */
  readonly value: string | null;
  /**
   * With ckks an upper bound of |computed − true|, before the value was rounded to its decimals: `1.3e-7`, or `0` where
   * it is exact. Absent with the other schemes, which are exact.
   */
  readonly errorBound?: string;
  /** Why a value is not defined, where the cell alone does not tell: the regressors are collinear. */
  readonly reason?: string;
}
