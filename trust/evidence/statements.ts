/** Evidence from what somebody has said: entries of the log, each proved to stand there. */
import { openConsortium, openSuccessor, type Consortium } from '../consortium.ts';
import { unbase64, unhex } from '../digest.ts';
import { openDocument, type AnySigned, type Kind, type Signed } from '../documents.ts';
import { TaskLife } from '../life.ts';
import { openCheckpoint, type Checkpoint } from '../log/checkpoint.ts';
import { leafOf } from '../log/entry.ts';
import { verifyInclusion } from '../log/merkle.ts';
import { bareCheckpoint } from './bare-checkpoint.ts';
import { at, unproven, type Entry } from './form.ts';

export interface Statements {
  readonly consortium: Consortium;
  /** Opened from its proposal alone: what it says of who and how, not how far it is. */
  readonly task: TaskLife;
  /** Behind the proposal, in log order. */
  readonly documents: readonly AnySigned[];
  /** Where each of them stands in the log. */
  readonly places: readonly number[];
  /** The signed head under which all of this stands. */
  readonly head: Checkpoint;
}

/** Verifies the context: consortium, checkpoint, every entry in the log and signed. Throws EVIDENCE_INVALID. */
export function openStatements(
  evidence: {
    readonly checkpoint: string;
    readonly consortium: readonly Entry[];
    readonly statements: readonly Entry[];
  },
  pinned: string | undefined,
): Statements {
  const versions = openVersions(evidence.consortium, pinned);
  const consortium = versions.at(-1);
  if (consortium === undefined) throw unproven('consortium', 'there is none');
  const head = at('checkpoint', () =>
    openCheckpoint(
      bareCheckpoint(evidence.checkpoint, consortium.log),
      consortium.log.origin,
      consortium.log.keys,
    ),
  );
  evidence.consortium.forEach((entry, i) => requireIncluded(entry, head, `consortium ${i}`));
  const [proposal, ...documents] = evidence.statements.map((entry, i) => {
    const where = `statement ${i}`;
    requireIncluded(entry, head, where);
    if (entry.index <= (evidence.statements[i - 1]?.index ?? 0))
      throw unproven(where, 'it stands out of order');
    return at(where, () => openDocument(unbase64(entry.envelope), consortium.signingKeys));
  });
  if (proposal?.kind !== 'proposal') throw unproven('statement 0', 'it is not the proposal of a task');
  const task = at('statement 0', () => new TaskLife(proposal, consortium));
  documents.forEach((document, i) => {
    if (document.kind === 'proposal' || document.payload.task !== task.id) {
      throw unproven(`statement ${i + 1}`, 'it belongs to another task');
    }
  });
  const places = evidence.statements.slice(1).map(({ index }) => index);
  return { consortium, task, documents, places, head };
}

function openVersions(entries: readonly Entry[], pinned: string | undefined): Consortium[] {
  const versions: Consortium[] = [];
  entries.forEach(({ index, envelope }, i) => {
    const before = versions.at(-1);
    const bytes = at(`consortium ${i}`, () => unbase64(envelope));
    if (before === undefined && index !== 0) throw unproven('consortium 0', 'it is not entry 0 of the log');
    versions.push(
      at(`consortium ${i}`, () =>
        before === undefined ? openConsortium(bytes) : openSuccessor(bytes, before),
      ),
    );
  });
  requirePinned(versions, pinned);
  return versions;
}

/** Each version names the one before it, so to know one of them is to know them all. */
export function requirePinned(versions: readonly Consortium[], pinned: string | undefined): void {
  if (pinned === undefined || versions.some(({ digest }) => digest === pinned)) return;
  throw unproven('consortium', `it is not the consortium document ${pinned}`);
}

function requireIncluded({ index, envelope, inclusion }: Entry, head: Checkpoint, where: string): void {
  const leaf = at(where, () => leafOf(unbase64(envelope)));
  const proof = at(where, () => inclusion.map(unhex));
  if (verifyInclusion(leaf, index, head.size, proof, head.root)) return;
  throw unproven(where, `it is not entry ${index} of the log under the checkpoint`);
}

/** The documents, where they are of exactly these kinds. Throws EVIDENCE_INVALID. */
export function requireKind<K extends Kind>(document: AnySigned | undefined, kind: K): Signed<K> {
  if (document?.kind === kind) return document as unknown as Signed<K>;
  throw unproven('statements', `a ${kind} is expected where there is ${document?.kind ?? 'nothing'}`);
}
