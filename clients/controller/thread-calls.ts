/** What a controller computes in threads of its own, and what passes between. */
import type { ErrorCode } from '../../proto/errors.ts';
import type { InputSet, SignedBlob } from '../../trust/evaluation.ts';
import type { Claim, Evidence, EvidenceKind } from '../../trust/evidence.ts';
import type { Transcript } from '../../trust/key-replay.ts';
import type { Matching } from '../../trust/match.ts';
import type { Content } from '../../trust/documents.ts';

/** Something that a party did against the protocol, as it came out of recomputing. */
export interface Fault {
  readonly kind: EvidenceKind;
  readonly accused: string;
  readonly code: ErrorCode;
  readonly says: string;
  /** The digest of the ciphertext that is not well-formed. */
  readonly ciphertext?: string;
  /** The digest of the linkage request that is wrong, or wrongly answered. */
  readonly request?: string;
}

/** What is recomputed from the objects of a task. */
export type Job =
  | {
      readonly job: 'key';
      readonly transcript: Transcript;
      /** The joint key that each holder has signed. */
      readonly signed: readonly { readonly party: string; readonly digest: string }[];
    }
  | { readonly job: 'inputs'; readonly set: InputSet }
  | {
      readonly job: 'linkage';
      /** The digest of the document, and the points that the party has signed for. */
      readonly request: string;
      readonly asked: SignedBlob;
      /** Linkage keys in hexadecimal, as their holders have signed them. */
      readonly answers: readonly { readonly key: string; readonly answered: SignedBlob }[];
    }
  | {
      readonly job: 'match';
      readonly aggregator: string;
      readonly matching: Matching;
      readonly claimed: Content<'match'>;
    }
  | { readonly job: 'evaluation'; readonly set: InputSet; readonly claimed: readonly string[] };

export interface ControllerCalls {
  /** What somebody has done wrong. */
  readonly recompute: { readonly argument: Job; readonly result: readonly Fault[] };
  /** What evidence proves to somebody who has pinned the consortium document. */
  readonly prove: {
    readonly argument: { readonly evidence: Evidence; readonly pinned: string };
    readonly result: Claim;
  };
}
