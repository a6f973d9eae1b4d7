/** What a key holder says in the rounds of the key ceremony: functions of its secret and of what was said before. */
import type { Ring } from '../../rlwe/ring.ts';
import { centredBinomial } from '../../rlwe/samplers.ts';
import type { Words } from '../../rlwe/words.ts';
import type { Binding } from '../../rlwe/threshold/binding.ts';
import { keyContribution, ternarySecret } from '../../rlwe/threshold/key-contribution.ts';
import type { Secret } from '../../rlwe/threshold/partial-decryption.ts';
import type { Setting, Transcript } from './ceremony.ts';
import { writeFirst, writeSecond, writeSeed, writeTest } from './contribution.ts';
import { TESTED } from './parameters.ts';
import { openCoefficients } from './partial-decryption.ts';
import { gadget, type FirstShare } from './relinearisation.ts';
import { writeShare } from './share-message.ts';

/** The message of a round that has come. */
export function messageOf(
  setting: Setting,
  transcript: Transcript,
  round: number,
  secret: Secret,
): Uint8Array {
  if (round > 2) return writeSeed(setting.binding, secret.seed);
  const ephemeral = ephemeralSecret(setting.ring, setting.binding, secret);
  const messages = [firstMessage, secondMessage, testMessage];
  const message = messages[round]?.(setting, transcript, secret, ephemeral);
  ephemeral.fill(0n);
  return message ?? new Uint8Array();
}

function firstMessage(
  { ring, binding, reference, digitReferences }: Setting,
  _: Transcript,
  secret: Secret,
  ephemeral: Words,
): Uint8Array {
  const b = keyContribution(ring, binding, secret, reference);
  const digits = digitReferences.map((a, j) => firstShare(ring, binding, secret, ephemeral, j, a));
  return writeFirst(binding, b, digits);
}

function secondMessage(
  { ring, binding }: Setting,
  { first, digests }: Transcript,
  secret: Secret,
  ephemeral: Words,
): Uint8Array {
  const said = Buffer.concat(digests[0] ?? []);
  const digits = first?.digits.map((sum, j) => secondShare(ring, binding, secret, ephemeral, j, sum, said));
  return writeSecond(binding, digits ?? []);
}

/** d_i (`key-relation.ts`), whose smudging belongs to this transcript, and the share of the test product. */
function testMessage(
  { ring, binding, parameters }: Setting,
  { made, digests, relation }: Transcript,
  secret: Secret,
  ephemeral: Words,
): Uint8Array {
  const said = Buffer.concat(digests.slice(0, 2).flat());
  const stream = binding.stream('smudging', secret.seed, Buffer.from('key relation'), said);
  const bound = BigInt(parameters.testSmudgingBound);
  const smudging = ring.uniformInterval(stream, bound);
  const { ofShare, ofEphemeral } = relation.coefficients;
  const part = ring.multiply(ofEphemeral, ephemeral);
  const product = ring.multiplyAdd(ofShare, secret.share, part);
  const share = ring.add(ring.fromNtt(product), smudging);
  for (const words of [smudging, part, product]) words.fill(0n);
  stream.wipe();
  ring.wipe();
  const output = made?.test.output ?? [];
  const opened = output.map(({ c1 }) => openCoefficients(ring, binding, parameters, secret, c1, TESTED));
  return writeTest(binding, share, writeShare(binding, output, TESTED, opened));
}

/** u_i in NTT form. */
const ephemeralSecret = (ring: Ring, binding: Binding, { seed }: Secret): Words =>
  ternarySecret(ring, binding.stream('ephemeral', seed));

/** (h0_i, h1_i) of digit j. */
function firstShare(
  ring: Ring,
  binding: Binding,
  secret: Secret,
  ephemeral: Words,
  digit: number,
  a: Words,
): FirstShare {
  const e0 = errorOf(ring, binding, secret, label('h0', digit));
  const e1 = errorOf(ring, binding, secret, label('h1', digit));
  const withKey = ring.multiplyAdd(gadget(ring, digit), secret.share, e0);
  const h0 = ring.subtract(withKey, ring.multiply(a, ephemeral));
  const h1 = ring.multiplyAdd(a, secret.share, e1);
  for (const words of [e0, e1, withKey]) words.fill(0n);
  ring.wipe();
  return { h0, h1 };
}

/** h_i of digit j. `transcript` is a digest of round 0, so that its errors serve no other sums. */
function secondShare(
  ring: Ring,
  binding: Binding,
  secret: Secret,
  ephemeral: Words,
  digit: number,
  sum: FirstShare,
  transcript: Uint8Array,
): Words {
  const error = errorOf(ring, binding, secret, label('h', digit), transcript);
  const difference = ring.subtract(ephemeral, secret.share);
  const part = ring.multiplyAdd(sum.h0, secret.share, error);
  const share = ring.multiplyAdd(sum.h1, difference, part);
  for (const words of [error, difference, part]) words.fill(0n);
  ring.wipe();
  return share;
}

/** Centred binomial, in NTT form. */
function errorOf(ring: Ring, binding: Binding, { seed }: Secret, ...about: Uint8Array[]): Words {
  const stream = binding.stream('error', seed, ...about);
  const coefficients = centredBinomial(stream, ring.ringDegree);
  const lifted = ring.lift(coefficients);
  const error = ring.toNtt(lifted);
  coefficients.fill(0);
  lifted.fill(0n);
  stream.wipe();
  return error;
}

const label = (name: string, digit: number): Uint8Array => Buffer.from(`${name} ${digit}`);
