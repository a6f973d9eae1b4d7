/**
 * The signed documents of a task: one schema for each kind, and how they are signed and opened.
 *
 * Every document says who speaks (`by`), when (`at`), and how much of the log the speaker had seen and verified
 * (`seen`): whoever reads it later compares that root with its own at the same size, so that a log which shows
 * different histories to different parties is caught by the parties' own messages.
 */
import { z } from 'zod';
import { utf8 } from '../schemes/primitives/bytes.ts';
import { ERRORS, StrongroomError, type ErrorCode } from '../proto/errors.ts';
import { canonicalJson, hex, parseCanonicalJson, sha256Hex } from './digest.ts';
import { parseEnvelope, signEnvelope, verifyEnvelope, type Signer } from './envelope.ts';
import { firstIssue } from './issue.ts';
import { readCheckpoint } from './log/checkpoint.ts';

const digest = z.string().regex(/^[0-9a-f]{64}$/);
const party = z.string().regex(/^[a-z][a-z0-9-]{0,62}$/);
const instant = z.iso.datetime();

/** How far the clock of a signer may be ahead of the reader's, in milliseconds. */
export const CLOCK_SKEW_MS = 5 * 60_000;

/** A blob: content-addressed bytes on the aggregator's board. */
const blob = z.strictObject({ digest, size: z.int().positive() });

const said = {
  by: party,
  at: instant,
  seen: z.strictObject({ size: z.int().nonnegative(), root: digest }),
};
const step = { task: digest, ...said };

const SCHEMAS = {
  /** Anybody of the consortium: the task document. The digest of this payload is the task's id. */
  proposal: z.strictObject({ ...said, consortium: digest, nonce: digest, document: z.unknown() }),
  /** A key holder: yes to exactly this task and plan, and the commitment to its first key contribution. */
  approval: z.strictObject({ ...step, plan: digest, commitment: digest }),
  /** A key holder: the commitment to its message of a later round, where the scheme has every round committed. */
  commitment: z.strictObject({ ...step, round: z.int().positive(), commitment: digest }),
  /**
   * A key holder: its message of one round of the key ceremony, which opens its commitment to that round. `about`
   * is for people who watch, and nothing depends on it.
   */
  contribution: z.strictObject({
    ...step,
    round: z.int().nonnegative(),
    about: z.string().max(200),
    message: blob,
  }),
  /** A key holder: the joint public key that it computed and tested itself. */
  'joint-key': z.strictObject({ ...step, key: blob }),
  /** A key holder, in a task that links records: its linkage point kᵢ·G of P-256, x and y in hexadecimal. */
  'linkage-key': z.strictObject({ ...step, point: z.string().regex(/^[0-9a-f]{128}$/) }),
  /** An input party: the blinded keys of its records, one point for each. */
  'linkage-request': z.strictObject({ ...step, points: blob }),
  /** A key holder: its scalar times every point of a request, with the proof. */
  'linkage-answer': z.strictObject({ ...step, request: digest, answer: blob }),
  /** An input party: the pseudonyms of its records, sorted. */
  pseudonyms: z.strictObject({ ...step, request: digest, list: blob }),
  /**
   * The aggregator: which lists it has matched, as digests of the envelopes in the order of the input parties, how
   * many units stand in all of them and in any, and the digest of the pattern (`matchDigest`). `counts`: how many units
   * each selection of the task picks (`selectionsOf`), and absent where it has none.
   */
  match: z.strictObject({
    ...step,
    lists: z.array(digest).min(2),
    records: z.int().nonnegative(),
    union: z.int().positive(),
    pattern: digest,
    counts: z.array(z.int().nonnegative()).min(1).optional(),
  }),
  /**
   * An input party: its ciphertexts under that joint key, in the order of the plan. `match` is the match whose records
   * they are of, in a task that links records, and absent in any other.
   */
  manifest: z.strictObject({
    ...step,
    key: digest,
    match: digest.optional(),
    ciphertexts: z.array(blob).min(1).max(10_000),
  }),
  /** The aggregator: the input set, as digests of the manifests' envelopes in log order. Nothing comes after it. */
  seal: z.strictObject({ ...step, manifests: z.array(digest).min(1) }),
  /** The aggregator: what it says evaluation gives. */
  evaluation: z.strictObject({ ...step, seal: digest, outputs: z.array(blob).min(1) }),
  /**
   * A key holder: its partial decryptions of the outputs that it derived itself, sealed to the receiver.
   * `opened` is the digest of the shares inside the box, so that they can be shown and checked later.
   * `checkpoint` is the one that all K key holders had cosigned, of a log with the evaluation in it.
   */
  release: z.strictObject({
    ...step,
    evaluation: digest,
    outputs: z.array(digest).min(1),
    receiver: party,
    box: blob,
    opened: digest,
    checkpoint: z.string().max(20_000).refine(isCheckpoint, 'not a checkpoint'),
  }),
  /** The output party: it has the result. `result` commits to it: SHA-256(salt ‖ result), the salt stays with it. */
  delivery: z.strictObject({ ...step, releases: z.array(digest).min(1), result: digest }),
  /** A key holder: its key share for this task is destroyed. */
  shred: z.strictObject({ ...step }),
  /** A key holder, the proposer or the aggregator: this task ends without a result. */
  abort: z.strictObject({
    ...step,
    outcome: z.enum(['rejected', 'cancelled', 'expired', 'failed']),
    code: z.enum(Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]]),
    detail: z.string().max(1000),
  }),
} as const;

export type Kind = keyof typeof SCHEMAS;
export type Payload<K extends Kind = Kind> = z.infer<(typeof SCHEMAS)[K]>;
export type Blob = z.infer<typeof blob>;
export type Seen = Payload<'approval'>['seen'];

/** A document whose signature has been verified. `digest` is that of the whole envelope. */
export interface Signed<K extends Kind = Kind> {
  readonly kind: K;
  readonly payload: Payload<K>;
  readonly payloadDigest: string;
  readonly digest: string;
}

export type AnySigned = { [K in Kind]: Signed<K> }[Kind];

const PAYLOAD_TYPE = /^application\/vnd\.strongroom\.([a-z-]+)\+json$/;

export function payloadType(kind: string): string {
  return `application/vnd.strongroom.${kind}+json`;
}

/** The envelope bytes of a document signed by the party that it names in `by`. */
export function signDocument<K extends Kind>(kind: K, payload: Payload<K>, signer: Signer): Uint8Array {
  const checked = SCHEMAS[kind].parse(payload);
  return signEnvelope(payloadType(kind), canonicalJson(checked), signer);
}

/** What a step of a task says, beside who says it, when, and having seen which log. */
export type Content<K extends Kind> = Omit<Payload<K>, 'task' | 'by' | 'at' | 'seen'>;

/** The envelope of a step of a task, said now by the signer, who has verified `seen` of the log. */
export function signStep<K extends Kind>(
  kind: K,
  task: string,
  content: Content<K>,
  { signer, seen, at = new Date() }: { signer: Signer; seen: Seen; at?: Date },
): Uint8Array {
  const header = { task, by: signer.name, at: at.toISOString(), seen };
  return signDocument(kind, { ...header, ...content } as unknown as Payload<K>, signer);
}

/** The kind that an envelope claims, before anything is verified; undefined where it is no task document. */
function documentKind(type: string): Kind | undefined {
  const kind = PAYLOAD_TYPE.exec(type)?.[1];
  return kind !== undefined && Object.hasOwn(SCHEMAS, kind) ? (kind as Kind) : undefined;
}

/**
 * Opens the envelope of a task document: signature first, then decoding, then the schema.
 * Throws SIGNATURE_INVALID unless exactly the party named in `by` has signed, DOCUMENT_INVALID where the
 * payload is malformed or is not in canonical JSON (two readers must never see two documents in one).
 */
export function openDocument(bytes: Uint8Array, keys: ReadonlyMap<string, Uint8Array>): AnySigned {
  const envelope = parseEnvelope(bytes);
  const signers = verifyEnvelope(envelope, keys);
  const kind = documentKind(envelope.payloadType);
  if (kind === undefined) {
    throw new StrongroomError('DOCUMENT_INVALID', `${envelope.payloadType} is no document of a task`);
  }
  const payload = decode(kind, envelope.payload);
  if (signers.length !== 1 || signers[0] !== payload.by) {
    throw new StrongroomError(
      'SIGNATURE_INVALID',
      `The ${kind} of ${payload.by} is not signed by ${payload.by}`,
      {
        details: { party: payload.by, kind },
      },
    );
  }
  return { kind, payload, payloadDigest: sha256Hex(envelope.payload), digest: sha256Hex(bytes) } as AnySigned;
}

function decode(kind: Kind, payload: Uint8Array): Payload {
  const parsed = SCHEMAS[kind].safeParse(parseCanonicalJson(payload));
  if (parsed.success) return parsed.data;
  throw new StrongroomError('DOCUMENT_INVALID', `The ${kind} is malformed: ${firstIssue(parsed.error)}`);
}

/** The heads of the log that a document speaks of: what its signer had seen, and what a release relies on. */
export function headsOf({ kind, payload }: AnySigned): readonly Seen[] {
  if (kind !== 'release') return [payload.seen];
  const { size, root } = readCheckpoint(payload.checkpoint);
  return [payload.seen, { size, root: hex(root) }];
}

function isCheckpoint(note: string): boolean {
  try {
    readCheckpoint(note);
    return true;
  } catch {
    return false;
  }
}

/** The objects on the board that a document refers to. */
export function blobsOf({ kind, payload }: AnySigned): readonly Blob[] {
  switch (kind) {
    case 'contribution':
      return [payload.message];
    case 'joint-key':
      return [payload.key];
    case 'linkage-request':
      return [payload.points];
    case 'linkage-answer':
      return [payload.answer];
    case 'pseudonyms':
      return [payload.list];
    case 'manifest':
      return payload.ciphertexts;
    case 'evaluation':
      return payload.outputs;
    case 'release':
      return [payload.box];
    default:
      return [];
  }
}

/**
 * What a key holder commits to: SHA-256 over the concatenation, line by line, of a label, the task, the digest of
 * the holder's name, the round and the digest of its message. Every message holds fresh randomness of full entropy,
 * so the digest hides it; the holder's name keeps one holder from repeating another's commitment as its own.
 */
export function commitTo(task: string, holder: string, round: number, messageDigest: string): string {
  const name = sha256Hex(utf8(holder));
  return sha256Hex(utf8(`strongroom/commitment/v1\n${task}\n${name}\n${round}\n${messageDigest}\n`));
}
