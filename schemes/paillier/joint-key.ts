/**
 * The joint public key: N, W, the verification keys vk_j = v^(d_j) of the K holders, and the digest of the Enc(φ) from
 * which W was made, on which the d_j depend. All else follows from it: θ = W mod N = φ·β mod N, and the bases
 * (`bases.ts`), which no message carries.
 *
 * Its public self-test: Σ d_j = −φ·β, so ∏ vk_j = (1 + a_0·N)^(−φβ)·y^(−2N·φβ) = 1 − θ·a_0·N modulo N². A holder that
 * lied about its p_j, q_j, β_j or R_j before fails it.
 */
import { encodeHex, sha256 } from '#primitives';
import { concat, equalBytes } from '../primitives/bytes.ts';
import { StrongroomError } from '../../proto/errors.ts';
import { invalid, requireLength } from '../rlwe/validation.ts';
import { deriveBases, type Bases } from './bases.ts';
import { bind, type Context } from './binding.ts';
import { readElement } from './elements.ts';
import { byteLength, fromBytes, gcd, modulo, toBytes } from './integers.ts';
import { openModulus, type Modulus } from './modular.ts';
import { KEY_TAG_BYTES, requireSound, TOTIENT_BYTES, widthsOf } from './parameters.ts';
import { requireModulus } from './public-modulus.ts';

const WHAT = 'the joint public key';
/** Keys that a process keeps at hand, with all that follows from them. */
const KEPT = 4;

/** What the masks of the holders depend on beside their seeds (`decryption-exponent.ts`). */
export interface Transcript {
  /** N. */
  readonly modulus: bigint;
  /** SHA-256 of Enc(φ). */
  readonly totient: Uint8Array;
}

/** What travels. */
export interface JointKeyContents extends Transcript {
  /** W. */
  readonly opened: bigint;
  /** vk_j, in the order of the holders. */
  readonly verificationKeys: readonly bigint[];
}

/** A valid key of a task, and what follows from it. */
export interface PaillierJointKey extends JointKeyContents {
  readonly context: Context;
  /** SHA-256 of the bytes of the key. */
  readonly digest: Uint8Array;
  /** Arithmetic modulo N and N². */
  readonly residues: Modulus;
  readonly ring: Modulus;
  /** θ. */
  readonly theta: bigint;
  readonly bases: Bases;
}

/** The canonical bytes: tag, N, digest of Enc(φ), W, vk_1 … vk_K, integers big-endian in fixed width. */
export function encodeJointKey(context: Context, key: JointKeyContents): Uint8Array {
  const { parameters } = context;
  const n = byteLength(parameters.modulusBits);
  const parts = [
    bind(context).tag('joint-key'),
    toBytes(key.modulus, n),
    key.totient,
    toBytes(key.opened, widthsOf(parameters).opened),
    ...key.verificationKeys.map((vk) => toBytes(vk, 2 * n)),
  ];
  return concat(...parts);
}

/**
 * Reads and checks the key; a process does so once for each key and task. Throws CIPHERTEXT_INVALID naming the check
 * that failed, KEY_TEST_FAILED where the key does not pass its self-test, and TASK_IMPOSSIBLE where the parameters
 * are unsound.
 */
export function openJointKey(context: Context, bytes: Uint8Array): PaillierJointKey {
  requireSound(context.parameters);
  requireLength(WHAT, bytes, context.parameters.jointKeyBytes);
  const tag = bind(context).tag('joint-key');
  if (!equalBytes(bytes.subarray(0, KEY_TAG_BYTES), tag)) {
    throw invalid(WHAT, 'tag', 'it was made for another task or parameter set');
  }
  const digest = sha256(bytes);
  const name = encodeHex(digest);
  const key = keys.get(name) ?? read(context, bytes, digest);
  keys.delete(name);
  keys.set(name, key);
  for (const [oldest] of keys) if (keys.size > KEPT) keys.delete(oldest);
  return key;
}

/** By digest, which the tag makes one of task and parameters too; the least recently opened first. */
const keys = new Map<string, PaillierJointKey>();

function read(context: Context, bytes: Uint8Array, digest: Uint8Array): PaillierJointKey {
  const { modulusBits, holders } = context.parameters;
  const n = byteLength(modulusBits);
  const { opened: w } = widthsOf(context.parameters);
  const modulus = fromBytes(bytes.subarray(KEY_TAG_BYTES, KEY_TAG_BYTES + n));
  requireModulus(modulus, modulusBits);
  const openedAt = KEY_TAG_BYTES + n + TOTIENT_BYTES;
  const totient = bytes.slice(KEY_TAG_BYTES + n, openedAt);
  const opened = fromBytes(bytes.subarray(openedAt, openedAt + w));
  const theta = opened % modulus;
  if (gcd(theta, modulus) !== 1n) throw invalid(WHAT, 'theta', 'θ has a factor in common with the modulus');
  const verificationKeys = Array.from({ length: holders }, (_, j) => {
    const start = openedAt + w + 2 * n * j;
    const what = `the verification key of key holder ${j + 1}`;
    return readElement(what, bytes.subarray(start, start + 2 * n), modulus, 2 * n);
  });
  const ring = openModulus(modulus * modulus);
  const bases = deriveBases(context, modulus, ring);
  requireSelfTest({ modulus, totient, opened, verificationKeys }, bases);
  return {
    context,
    digest,
    modulus,
    totient,
    opened,
    verificationKeys,
    residues: openModulus(modulus),
    ring,
    theta,
    bases,
  };
}

/** Throws KEY_TEST_FAILED unless ∏ vk_j = 1 − θ·a_0·N modulo N². */
function requireSelfTest({ modulus, opened, verificationKeys }: JointKeyContents, bases: Bases): void {
  const square = modulus * modulus;
  const product = verificationKeys.reduce((all, vk) => (all * vk) % square, 1n);
  if (product === modulo(1n - opened * bases.plaintext * modulus, square)) return;
  throw new StrongroomError(
    'KEY_TEST_FAILED',
    'the joint key does not decrypt the plaintext of its own base',
  );
}
