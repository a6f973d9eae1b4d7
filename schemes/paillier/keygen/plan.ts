/** What fixes the course of a key ceremony. `PaillierParameters` has all of it; tests run smaller ones. */
export interface CeremonyPlan {
  /** |N|, even, from 512. */
  readonly modulusBits: number;
  /** K, from 2. */
  readonly holders: number;
  /** λ. */
  readonly statisticalBits: number;
  /** A power of two, at most 8192. */
  readonly candidatesPerBatch: number;
  readonly mostCandidates: number;
}

/** Candidates tried when `batches` are over. */
export function candidatesTried(plan: CeremonyPlan, batches: number): number {
  return batches * plan.candidatesPerBatch;
}

/** The most batches that one ceremony tries. */
export function mostBatches(plan: CeremonyPlan): number {
  return Math.ceil(plan.mostCandidates / plan.candidatesPerBatch);
}
