/** How much the key ceremony sends, for the plan of a task. */
/** See the fields of the same names in `PaillierParameters`. */
interface CeremonySizes {
  readonly candidatesPerBatch: number;
  readonly contributionBytes: number;
  readonly ceremonyBytes: number;
}

/** One slot of the joint multiplication holds one pair. */
const CANDIDATES_PER_BATCH = 8192;
/** What one holder sends for a batch, for each bit of the modulus. */
const BATCH_BYTES_PER_BIT = 36_600;

export function ceremonySizes(modulusBits: number, expectedCandidates: number): CeremonySizes {
  const batch = BATCH_BYTES_PER_BIT * modulusBits;
  const batches = 1 / (1 - Math.exp(-CANDIDATES_PER_BATCH / expectedCandidates));
  return {
    candidatesPerBatch: CANDIDATES_PER_BATCH,
    contributionBytes: batch / 2,
    ceremonyBytes: Math.round(batch * batches),
  };
}
