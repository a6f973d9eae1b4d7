/**
 * The proof that a key holder has signed for shares that are wrong. Only the output party can make it, since it alone
 * opens the boxes; anybody can check it (`trust/evidence/wrong-share.ts`).
 */
import { join } from 'node:path';
import { StrongroomError } from '../proto/errors.ts';
import { evidenceText, verifyEvidence } from '../trust/evidence.ts';
import { statements } from '../trust/evidence/compose.ts';
import { embed } from '../trust/evidence/objects.ts';
import type { TaskLife } from '../trust/life.ts';
import { makeFolder, writeFileAtomic } from '../trust/storage/files.ts';
import type { Session } from './session.ts';

/** What the claim is judged by. */
interface Opened {
  readonly key: Uint8Array;
  readonly outputs: readonly Uint8Array[];
  /** What each holder released, packed as it was signed, in the order of the task document. */
  readonly shares: readonly Uint8Array[];
}

/**
 * The same error, naming the file in `evidence/` below this party's state that proves it against the key holder whom
 * it names; as it is where it names none, or where nothing can be shown to others.
 */
export async function withProof(
  session: Session,
  task: TaskLife,
  error: unknown,
  opened: Opened,
): Promise<unknown> {
  if (!(error instanceof StrongroomError)) return error;
  const { party } = error.details;
  const holder = task.holders.indexOf(typeof party === 'string' ? party : '');
  const shares = opened.shares[holder];
  if (typeof party !== 'string' || shares === undefined) return error;
  // Where the proof cannot be written, the refusal itself is still what must be told.
  const file = await keep(session, task, party, [opened.key, ...opened.outputs, shares]).catch(
    () => undefined,
  );
  if (file === undefined) return error;
  return new StrongroomError(error.code, `${error.message}; the proof is in ${file}`, {
    details: { ...error.details, evidence: file },
    cause: error,
  });
}

async function keep(
  session: Session,
  task: TaskLife,
  holder: string,
  objects: readonly Uint8Array[],
): Promise<string | undefined> {
  const said = [task.jointKeys.get(holder), task.evaluation, task.releases.get(holder)];
  const context = statements(
    session.board,
    task,
    said.map((document) => document?.digest ?? ''),
  );
  const evidence = { ...context, kind: 'wrong-share', accused: holder, objects: embed(objects) } as const;
  try {
    await verifyEvidence(evidence);
  } catch (error) {
    if (!(error instanceof StrongroomError)) throw error;
    return undefined;
  }
  const folder = join(session.profile.state, 'evidence');
  await makeFolder(folder);
  const file = join(folder, `wrong-share-${task.id.slice(0, 16)}-${holder}.json`);
  await writeFileAtomic(file, evidenceText(evidence));
  return file;
}
