/**
 * Evidence of misbehaviour that proves itself: from the file alone, on any machine, by anybody.
 *
 * | kind                 | proves                                                               | accuses    |
 * | -------------------- | -------------------------------------------------------------------- | ---------- |
 * | `wrong-evaluation`   | a signed output that evaluating the sealed inputs does not give      | aggregator |
 * | `wrong-match`        | a signed match that the signed lists of pseudonyms do not give       | aggregator |
 * | `wrong-linkage`      | a signed answer that is not the request times the holder's scalar    | key holder |
 * | `invalid-input`      | a signed ciphertext that is not well-formed, or proves falsely       | input      |
 * | `two-wordings`       | two different documents signed for one step                          | any party  |
 * | `wrong-share`        | signed shares that are malformed, or prove falsely                   | key holder |
 * | `rule-broken`        | an entry of the log that the rules refuse                            | aggregator |
 * | `false-seal`         | a seal that is not the manifests in the log                          | aggregator |
 * | `split-history`      | two signed heads of the log that contradict each other               | aggregator |
 * | `foreign-history`    | an entry of the log whose signer had seen another log                | aggregator |
 * | `wrong-contribution` | a message of the key ceremony that fails its public test             | key holder |
 * | `wrong-joint-key`    | a signed joint key that does not follow from the messages            | key holder |
 *
 * What each holds and discloses is said where it is proved, in `evidence/`.
 */
import type { Consortium } from './consortium.ts';
import { proveBrokenRule } from './evidence/broken-rule.ts';
import type { Claim } from './evidence/claim.ts';
import { unproven, type Evidence, type EvidenceKind } from './evidence/form.ts';
import { proveForeignHistory } from './evidence/foreign-history.ts';
import { replayHistory } from './evidence/history.ts';
import { proveInvalidInput } from './evidence/invalid-input.ts';
import { proveWrongContribution, proveWrongJointKey } from './evidence/key-ceremony.ts';
import { Objects, type Beside } from './evidence/objects.ts';
import { proveSplitHistory } from './evidence/split-history.ts';
import { openStatements, type Statements } from './evidence/statements.ts';
import { proveTwoWordings } from './evidence/two-wordings.ts';
import { proveWrongEvaluation } from './evidence/wrong-evaluation.ts';
import { proveWrongLinkage } from './evidence/wrong-linkage.ts';
import { proveWrongMatch } from './evidence/wrong-match.ts';
import { proveWrongShare } from './evidence/wrong-share.ts';

export { evidenceText, parseEvidence, type Evidence, type EvidenceKind } from './evidence/form.ts';
export type { Claim } from './evidence/claim.ts';

/** A claim that holds. */
export interface Proven extends Claim {
  readonly kind: EvidenceKind;
  /** The consortium under which it was judged. */
  readonly consortium: Consortium;
}

/**
 * Verifies evidence from itself and the pinned digest of a version of the consortium document alone. Without `pinned`
 * the consortium is taken from the evidence, and whoever reads the verdict must compare its digest with the one that
 * they know. `beside` gives objects that are too large to stand in the file.
 *
 * Throws EVIDENCE_INVALID naming the part at which it fails.
 */
export async function verifyEvidence(
  evidence: Evidence,
  { pinned, beside = nothingBeside }: { pinned?: string | undefined; beside?: Beside | undefined } = {},
): Promise<Proven> {
  const objects = new Objects('objects' in evidence ? evidence.objects : {}, beside);
  const { claim, consortium } = await prove(evidence, objects, pinned);
  objects.requireAllUsed();
  if (claim.accused !== evidence.accused) {
    throw unproven('accused', `it is ${claim.accused} that is proved to have broken the protocol`);
  }
  return { ...claim, kind: evidence.kind, consortium };
}

async function prove(
  evidence: Evidence,
  objects: Objects,
  pinned: string | undefined,
): Promise<{ claim: Claim; consortium: Consortium }> {
  switch (evidence.kind) {
    case 'rule-broken':
    case 'false-seal': {
      const book = replayHistory(evidence, pinned);
      return { claim: proveBrokenRule(book, evidence.kind, evidence.entry), consortium: book.consortium };
    }
    case 'split-history':
      return proveSplitHistory(evidence, pinned);
    case 'foreign-history': {
      const said = openStatements(evidence, pinned);
      return { claim: proveForeignHistory(said, evidence.own), consortium: said.consortium };
    }
    case 'wrong-contribution':
    case 'wrong-joint-key': {
      const book = replayHistory(evidence, pinned);
      const claim =
        evidence.kind === 'wrong-contribution'
          ? await proveWrongContribution(book, evidence.task, objects)
          : await proveWrongJointKey(book, evidence.task, evidence.accused, objects);
      return { claim, consortium: book.consortium };
    }
    default: {
      const statements = openStatements(evidence, pinned);
      return {
        claim: await FROM_STATEMENTS[evidence.kind](statements, objects),
        consortium: statements.consortium,
      };
    }
  }
}

type FromStatements = Exclude<Extract<Evidence, { statements: unknown }>['kind'], 'foreign-history'>;

const FROM_STATEMENTS: Record<
  FromStatements,
  (statements: Statements, objects: Objects) => Claim | Promise<Claim>
> = {
  'wrong-evaluation': proveWrongEvaluation,
  'invalid-input': proveInvalidInput,
  'two-wordings': proveTwoWordings,
  'wrong-share': proveWrongShare,
  'wrong-match': proveWrongMatch,
  'wrong-linkage': proveWrongLinkage,
};

function nothingBeside(digest: string): Promise<Uint8Array> {
  return Promise.reject(unproven('objects', `${digest} is missing`));
}
