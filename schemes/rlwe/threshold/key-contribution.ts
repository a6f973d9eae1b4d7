/** What a key holder expands from its seed at the start of a task: its key share, and its part of the joint key. */
import { StrongroomError } from '../../../proto/errors.ts';
import type { Ring } from '../ring.ts';
import { centredBinomial, ternary } from '../samplers.ts';
import type { Words } from '../words.ts';
import type { Xof } from '../xof.ts';
import type { Binding } from './binding.ts';
import type { Secret } from './partial-decryption.ts';

const SEED_BYTES = 32;

/** s_i, uniform ternary. The secret keeps a copy of the seed. */
export function expandSecret(ring: Ring, binding: Binding, seed: Uint8Array): Secret {
  if (seed.length !== SEED_BYTES) {
    throw new StrongroomError('INTERNAL', `the seed of a key share has ${SEED_BYTES} bytes`);
  }
  return { seed: seed.slice(), share: ternarySecret(ring, binding.stream('secret', seed)) };
}

/** A uniform ternary polynomial in NTT form; the stream is wiped. */
export function ternarySecret(ring: Ring, stream: Xof): Words {
  const coefficients = ternary(stream, ring.ringDegree);
  const secret = ring.liftToNtt(coefficients);
  coefficients.fill(0);
  stream.wipe();
  ring.wipe();
  return secret;
}

/** b_i = e_i − a·s_i in NTT form (`joint-key.ts`), with e_i centred binomial. */
export function keyContribution(ring: Ring, binding: Binding, secret: Secret, reference: Words): Words {
  const stream = binding.stream('error', secret.seed);
  const error = centredBinomial(stream, ring.ringDegree);
  const contribution = ring.liftLessProduct(error, reference, secret.share);
  error.fill(0);
  stream.wipe();
  ring.wipe();
  return contribution;
}
