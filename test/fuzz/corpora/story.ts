/**
 * The log of a whole task as its parties would have written it, and its receipt. The documents are real; the objects
 * that they name by digest are not there, since nobody who reads the log alone looks at them.
 */
import { randomBytes } from 'node:crypto';
import { GENERATOR, writePoints } from '../../../schemes/linkage/p256.ts';
import { answerBytes, POINT_BYTES, PSEUDONYM_BYTES } from '../../../schemes/linkage/sizes.ts';
import { productOutputs } from '../../../schemes/bfv/products/layout.ts';
import { commitsEveryRound } from '../../../schemes/scheme.ts';
import { inputCiphertexts } from '../../../statistics/plan.ts';
import { validateTask } from '../../../statistics/task.ts';
import { TaskBook } from '../../../trust/book.ts';
import { openConsortium } from '../../../trust/consortium.ts';
import { canonicalJson, sha256Hex } from '../../../trust/digest.ts';
import { commitTo, signDocument, signStep, type Content, type Kind } from '../../../trust/documents.ts';
import { signerOf } from '../../../trust/identity.ts';
import { readCheckpoint, signCheckpoint } from '../../../trust/log/checkpoint.ts';
import { cosignatureLine } from '../../../trust/log/cosignature.ts';
import { leafOf } from '../../../trust/log/entry.ts';
import { MerkleTree } from '../../../trust/log/merkle.ts';
import type { TaskLife } from '../../../trust/life.ts';
import { commitToResult, type Receipt } from '../../../trust/receipt/form.ts';
import { writeReceipt } from '../../../trust/receipt/write.ts';
import { LINKED_PARTIES, LINKED_PRODUCTS } from '../../fixtures/linked-task.ts';
import { AGGREGATOR, HOLDERS, identityOf, makeParties, RECEIVER, type Parties } from './parties.ts';
import { cached } from './cached.ts';
import { taskValue } from './tasks.ts';

export interface Story {
  readonly parties: Parties;
  /** All entries of the log; the first is the consortium document. */
  readonly entries: readonly Uint8Array[];
  /** The signed head over all entries. */
  readonly checkpoint: string;
  readonly receipt: Receipt;
}

const blob = (size: number): { digest: string; size: number } => ({
  digest: sha256Hex(randomBytes(32)),
  size,
});

/** What is special in a task: the documents of a Paillier ceremony, or those of linkage and products. */
export type StoryKind = 'bfv' | 'paillier' | 'linked';

export const tellStory = cached(() => makeStory('bfv'));

/** The same story of a task of another kind. */
export async function makeStory(kind: StoryKind): Promise<Story> {
  const parties = await makeParties();
  const book = new TaskBook(openConsortium(parties.consortium));
  const tree = new MerkleTree();
  const entries: Uint8Array[] = [];
  let checkpoint = '';

  const append = (envelope: Uint8Array): void => {
    tree.append(leafOf(envelope));
    entries.push(envelope);
    const head = { origin: book.consortium.log.origin, size: tree.size, root: tree.root() };
    checkpoint = signCheckpoint(head, signerOf(identityOf(parties, AGGREGATOR)));
    book.read([envelope], checkpoint);
  };
  append(parties.consortium);
  const task = propose(parties, book, append, kind);
  const say = <K extends Kind>(by: string, kind: K, content: Content<K>): void => {
    const envelope = signStep(kind, task.id, content, {
      signer: signerOf(identityOf(parties, by)),
      seen: book.seen,
    });
    book.admit(envelope, by);
    append(envelope);
  };

  approveAndMakeKey(task, say);
  const key = task.requireJointKey().digest;
  if (task.linkage !== undefined) link(task, say);
  const match = task.linkage?.match;
  for (const party of task.inputs) {
    const count = inputCiphertexts(task.plan, party, match?.payload.records ?? 0);
    const ciphertexts = many(count, () => blob(task.plan.parameters.ciphertextBytes));
    say(party, 'manifest', { key, ciphertexts, ...(match === undefined ? {} : { match: match.digest }) });
  }
  const result = {
    strongroom: 'result/2',
    task: task.id,
    title: task.document.title,
    versions: { program: '0.0.1', plan: task.plan.version },
    result: { values: { people: '6', 'mean-pay': '14.93' }, 'nothing else': null },
  } as const;
  const salt = randomBytes(32);
  finish(task, say, commitToResult(salt, result), () => cosignedByAll(parties, checkpoint));
  if (book.strays.length > 0 || task.phase !== 'SHREDDED') throw new Error(`the story ends in ${task.phase}`);

  const receipt = writeReceipt({
    consortium: { index: 0, envelope: parties.consortium },
    checkpoint,
    entries: task.entries.map((index) => ({ index, envelope: entries[index] ?? new Uint8Array() })),
    seenSizes: task.seenSizes,
    inclusion: (index) => tree.inclusionProof(index),
    consistency: (from) => tree.consistencyProof(from),
    result,
    salt,
  });
  return { parties, entries, checkpoint, receipt };
}

type Say = <K extends Kind>(by: string, kind: K, content: Content<K>) => void;

function documentOf(kind: StoryKind): unknown {
  const value = taskValue();
  if (kind !== 'linked') return { ...value, scheme: kind };
  const parties = { ...(value['parties'] as object), input: LINKED_PARTIES };
  return { ...value, ...LINKED_PRODUCTS, parties };
}

/** Every key and request, all answers, the lists, and a match of two records. */
function link(task: TaskLife, say: Say): void {
  const point = Buffer.from(writePoints([GENERATOR])).toString('hex');
  for (const holder of HOLDERS) say(holder, 'linkage-key', { point });
  for (const party of task.inputs) {
    say(party, 'linkage-request', { points: blob(3 * POINT_BYTES) });
    const request = task.linkage?.requests.get(party)?.digest ?? '';
    for (const holder of HOLDERS) say(holder, 'linkage-answer', { request, answer: blob(answerBytes(3)) });
    say(party, 'pseudonyms', { request, list: blob(3 * PSEUDONYM_BYTES) });
  }
  const lists = task.inputs.map((party) => task.linkage?.lists.get(party)?.digest ?? '');
  say(AGGREGATOR, 'match', { lists, records: 2, union: 4, pattern: sha256Hex(randomBytes(32)) });
}

function propose(
  parties: Parties,
  book: TaskBook,
  append: (envelope: Uint8Array) => void,
  kind: StoryKind,
): TaskLife {
  const proposal = signDocument(
    'proposal',
    {
      by: RECEIVER,
      at: new Date().toISOString(),
      seen: book.seen,
      consortium: book.consortium.digest,
      nonce: sha256Hex(randomBytes(32)),
      document: validateTask(documentOf(kind)),
    },
    signerOf(identityOf(parties, RECEIVER)),
  );
  book.admit(proposal, RECEIVER);
  append(proposal);
  const [task] = book.tasks.values();
  if (task === undefined) throw new Error('the log does not show the task');
  return task;
}

function approveAndMakeKey(task: TaskLife, say: Say): void {
  const rounds = [0, 1].map(() => new Map(HOLDERS.map((holder) => [holder, blob(1000)])));
  for (const holder of HOLDERS) {
    const commitment = commitTo(task.id, holder, 0, rounds[0]?.get(holder)?.digest ?? '');
    say(holder, 'approval', { plan: task.planDigest, commitment });
  }
  rounds.forEach((messages, round) => {
    if (round > 0 && commitsEveryRound(task.plan.parameters)) {
      for (const [holder, { digest }] of messages)
        say(holder, 'commitment', { round, commitment: commitTo(task.id, holder, round, digest) });
    }
    for (const [holder, message] of messages)
      say(holder, 'contribution', { round, about: 'a round', message });
  });
  const key = blob(5000);
  for (const holder of HOLDERS) say(holder, 'joint-key', { key });
}

function finish(task: TaskLife, say: Say, result: string, cosigned: () => string): void {
  say(AGGREGATOR, 'seal', { manifests: task.inputSet.map(({ digest }) => digest) });
  const outputs = many(outputCiphertexts(task), () => blob(task.plan.parameters.outputBytes));
  say(AGGREGATOR, 'evaluation', { seal: task.seal?.digest ?? '', outputs });
  const checkpoint = cosigned();
  for (const holder of HOLDERS) {
    say(holder, 'release', {
      evaluation: task.evaluation?.digest ?? '',
      outputs: outputs.map(({ digest }) => digest),
      receiver: RECEIVER,
      box: blob(2000),
      opened: sha256Hex(randomBytes(32)),
      checkpoint,
    });
  }
  say(RECEIVER, 'delivery', { releases: [...task.releases.values()].map(({ digest }) => digest), result });
  for (const holder of HOLDERS) say(holder, 'shred', {});
}

function outputCiphertexts({ plan }: TaskLife): number {
  return plan.products === null ? plan.ciphertexts : productOutputs(plan.parameters.products).length;
}

function cosignedByAll(parties: Parties, checkpoint: string): string {
  const { origin } = readCheckpoint(checkpoint);
  const time = Math.floor(Date.now() / 1000);
  const lines = HOLDERS.map((holder) =>
    cosignatureLine(checkpoint, origin, signerOf(identityOf(parties, holder)), time),
  );
  return checkpoint + lines.join('');
}

function many<T>(count: number, make: () => T): T[] {
  return Array.from({ length: count }, make);
}

/** The payload of an envelope, as its JSON value. */
export function payloadOf(envelope: Uint8Array): unknown {
  const { payload } = JSON.parse(Buffer.from(envelope).toString('utf8')) as { payload: string };
  return JSON.parse(Buffer.from(payload, 'base64').toString('utf8'));
}

/** Canonical, as everything that is signed. */
export const bytesOfValue = (value: unknown): Uint8Array => canonicalJson(value);
