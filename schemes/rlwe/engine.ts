/**
 * The one door to node-seal (Microsoft SEAL 4.1.2 compiled to WebAssembly).
 *
 * - Of its two builds this is the one that computes with transparent ciphertexts, which key polynomials look
 *   like; that no ciphertext of a task is transparent is checked by `validation.ts` instead.
 * - Its objects live outside the garbage-collected heap: hold them with `using`, or free them in a disposer.
 * - Its only source of randomness is WASI `random_get`, which its glue code binds to the platform's
 *   `crypto.getRandomValues`: 64 bytes seed BLAKE2Xb anew for every encryption.
 */
import initialise from 'node-seal/allows';
import type { MainModule, SEALContext } from 'node-seal/allows';
import { StrongroomError } from '../../proto/errors.ts';
import type { SchemeNumber } from './parms-id.ts';

export type Engine = MainModule;

export interface ContextShape {
  readonly scheme: SchemeNumber;
  readonly ringDegree: number;
  /** The last one is the special prime: it belongs to keys and to no ciphertext. */
  readonly primes: readonly bigint[];
  /** t for BFV; 0 for CKKS. */
  readonly plainModulus: bigint;
  /** True where SEAL must refuse moduli too large for 128-bit security. */
  readonly secure: boolean;
}

let loading: Promise<Engine> | undefined;

/** The engine, one instance a process (or worker thread). */
export function loadEngine(): Promise<Engine> {
  loading ??= initialise();
  return loading;
}

/**
 * Runs `act`, turning what the engine throws (WebAssembly.Exception, which is no Error) into INTERNAL: whatever
 * comes from others was validated before, so a complaint of the engine is a defect of ours.
 */
export function guarded<T>(doing: string, act: () => T): T {
  try {
    return act();
  } catch (cause) {
    if (cause instanceof StrongroomError) throw cause;
    throw new StrongroomError('INTERNAL', `the lattice engine failed while ${doing}`, { cause });
  }
}

/** A SEAL context with one level below the key level. Takes about a quarter of a second at N = 8192. */
export function makeContext(engine: Engine, shape: ContextShape): SEALContext {
  const scheme = shape.scheme === 1 ? engine.SchemeType.bfv : engine.SchemeType.ckks;
  const { none, tc128 } = engine.SecLevelType;
  using parameters = new engine.EncryptionParameters(scheme);
  using moduli = new engine.VectorModulus();
  for (const prime of shape.primes) {
    using modulus = new engine.Modulus(prime);
    moduli.push_back(modulus);
  }
  parameters.setPolyModulusDegree(shape.ringDegree);
  parameters.setCoeffModulus(moduli);
  if (shape.plainModulus > 0n) {
    using plainModulus = new engine.Modulus(shape.plainModulus);
    parameters.setPlainModulus(plainModulus);
  }
  const context = new engine.SEALContext(parameters, false, shape.secure ? tc128 : none);
  if (context.parametersSet()) return context;
  context.delete();
  throw new StrongroomError('INTERNAL', 'the lattice engine refuses the parameters of the plan');
}
