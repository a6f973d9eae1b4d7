/**
 * That one secret scalar stands behind many products: the batched proof of equal discrete logarithms of RFC 9497,
 * section 2.2, for P-256 in VOPRF mode. For K = k·G, given Cⱼ and Dⱼ, it shows Dⱼ = k·Cⱼ for all j:
 *
 *     M = Σ dⱼ·Cⱼ, Z = Σ dⱼ·Dⱼ with dⱼ hashed from K, j, Cⱼ and Dⱼ, then Chaum and Pedersen's proof for (G, K), (M, Z)
 *
 * A wrong Dⱼ passes with probability 2^−128 at most.
 */
import { hash } from 'node:crypto';
import { expandMessage, wide } from './hash-to-curve.ts';
import { multiProduct } from './multi-product.ts';
import { compressed, GENERATOR, integerBytes, ORDER, readInteger, type Point } from './p256.ts';
import { SecretScalar } from './secret-scalar.ts';
import { PROOF_BYTES } from './sizes.ts';

/** contextString of section 3.1, for mode 0x01. */
export const SUITE = 'OPRFV1-\u0001-P256-SHA256';

const MOST_INPUTS = 0xffff;

interface Statement {
  readonly publicKey: Point;
  readonly inputs: readonly Point[];
  readonly outputs: readonly Point[];
}

/**
 * GenerateProof (section 2.2.1). `nonce` is a secret scalar that depends on the whole statement and is used for
 * nothing else: a second proof with the same nonce gives the key away.
 */
export function prove(statement: Statement, k: bigint, nonce: bigint): Uint8Array {
  const key = new SecretScalar(k);
  const m = required(multiProduct(weightsOf(statement), statement.inputs));
  // ComputeCompositesFast: the holder of k has Z = k·M without a second sum.
  const [z] = key.times([m]);
  const blind = new SecretScalar(nonce);
  const [t3] = blind.times([m]);
  const c = challenge(statement.publicKey, m, required(z), blind.point, required(t3));
  return Buffer.concat([integerBytes(c), integerBytes((((nonce - c * k) % ORDER) + ORDER) % ORDER)]);
}

/** VerifyProof (section 2.2.2). False for a wrong proof, whatever its bytes. */
export function verify(statement: Statement, proof: Uint8Array): boolean {
  const { publicKey, inputs, outputs } = statement;
  if (proof.length !== PROOF_BYTES || inputs.length !== outputs.length) return false;
  const [c, s] = [readInteger(proof), readInteger(proof, 32)];
  if (c >= ORDER || s >= ORDER) return false;
  const weights = weightsOf(statement);
  const m = multiProduct(weights, inputs);
  const z = multiProduct(weights, outputs);
  if (m === undefined || z === undefined) return false;
  const t2 = multiProduct([s, c], [GENERATOR, publicKey]);
  const t3 = multiProduct([s, c], [m, z]);
  return t2 !== undefined && t3 !== undefined && c === challenge(publicKey, m, z, t2, t3);
}

/** The dⱼ of ComputeComposites. The RFC counts them in two bytes. */
function weightsOf({ publicKey, inputs, outputs }: Statement): bigint[] {
  if (inputs.length > MOST_INPUTS) throw new RangeError(`one proof is of at most ${MOST_INPUTS} inputs`);
  const seed = sha256([framed(compressed(publicKey)), framed(Buffer.from(`Seed-${SUITE}`))]);
  const head = framed(seed);
  return inputs.map((input, i) => {
    const output = outputs[i];
    if (output === undefined) throw new RangeError('there is one output for each input');
    const parts = [framed(compressed(input)), framed(compressed(output)), Buffer.from('Composite')];
    return hashToScalar([head, uint16(i), ...parts]);
  });
}

function challenge(...points: readonly [k: Point, m: Point, z: Point, t2: Point, t3: Point]): bigint {
  return hashToScalar([...points.map((point) => framed(compressed(point))), Buffer.from('Challenge')]);
}

/** HashToScalar of section 4.3. */
function hashToScalar(message: readonly Uint8Array[]): bigint {
  return wide(expandMessage(message, `HashToScalar-${SUITE}`, 48)) % ORDER;
}

/** A part after its length. */
function framed(part: Uint8Array): Uint8Array {
  return Buffer.concat([uint16(part.length), part]);
}

const uint16 = (value: number): Uint8Array => Uint8Array.of(value >> 8, value & 255);

const sha256 = (parts: readonly Uint8Array[]): Uint8Array => hash('sha256', Buffer.concat(parts), 'buffer');

/** Σ dⱼ·Cⱼ is the identity with probability 2^−256. */
function required(point: Point | undefined): Point {
  if (point === undefined) throw new RangeError('a composite is the identity');
  return point;
}
