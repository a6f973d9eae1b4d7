/** What all parts of the joint multiplication work with: the plan, the rings, and what binds bytes to one task. */
import { sha256 } from '#primitives';
import { utf8 } from '../../../primitives/bytes.ts';
import { StrongroomError } from '../../../../proto/errors.ts';
import { POLYNOMIAL_TAG_BYTES } from '../../../rlwe/message.ts';
import { Ring } from '../../../rlwe/ring.ts';
import { lengthPrefixed, Xof } from '../../../rlwe/xof.ts';
import { planProducts, type ProductPlan, type ProductTask } from './plan.ts';

const DOMAIN = 'strongroom/1/paillier/products/';
const BINDING_BYTES = 32;

type MessageKind =
  | 'key-contribution'
  | 'key-test-share'
  | `${'batch' | 'single'}-${'encryption' | 'encryption-sum' | 'product' | 'product-sum' | 'partial-decryption'}`;
type StreamKind = 'common-reference' | 'secret' | 'error' | 'smudging';

export interface Setting extends Disposable {
  readonly plan: ProductPlan;
  /** Modulo q. */
  readonly ring: Ring;
  readonly keyMessageBytes: number;
  /** Modulo one plaintext prime: its points are the slots. Made when first asked for, and kept. */
  readonly plainRing: (prime: bigint) => Ring;
  /** 32 bytes that a message of this kind starts with; `about` narrows it down, e.g. to one batch. */
  readonly tag: (kind: MessageKind, ...about: readonly Uint8Array[]) => Uint8Array;
  /** A stream that depends on the binding, the plan and these inputs. */
  readonly stream: (kind: StreamKind, ...inputs: readonly Uint8Array[]) => Xof;
}

export function openSetting(task: ProductTask, binding: Uint8Array): Setting {
  if (binding.length !== BINDING_BYTES) {
    throw new StrongroomError('INTERNAL', `the binding of the products has ${BINDING_BYTES} bytes`);
  }
  const plan = planProducts(task);
  const bound = [binding.slice(), planDigest(plan)];
  const ring = new Ring(plan.ringDegree, plan.primes);
  const plainRings = new Map<bigint, Ring>();
  const plainRing = (prime: bigint): Ring => {
    const made = plainRings.get(prime) ?? new Ring(plan.ringDegree, [prime]);
    plainRings.set(prime, made);
    return made;
  };
  return {
    plan,
    ring,
    keyMessageBytes: POLYNOMIAL_TAG_BYTES + 8 * plan.ringDegree * plan.primes.length,
    plainRing,
    tag: (kind, ...about) => sha256(lengthPrefixed(utf8(DOMAIN + kind), ...bound, ...about)),
    stream: (kind, ...inputs) => new Xof(DOMAIN + kind, ...bound, ...inputs),
    [Symbol.dispose]: () => {
      for (const held of [ring, ...plainRings.values()]) held[Symbol.dispose]();
      plainRings.clear();
    },
  };
}

/** SHA-256 of the plan as JSON, with its keys in alphabetical order. */
function planDigest(plan: ProductPlan): Uint8Array {
  const sorted = Object.entries(plan).sort(([a], [b]) => (a < b ? -1 : 1));
  const text = JSON.stringify(sorted, (_, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value,
  );
  return sha256(utf8(text));
}
