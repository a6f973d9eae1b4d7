/** Decryption in exact integers against SEAL's own, bit by bit. */
import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { slotsOf } from '../../schemes/bfv/batching.ts';
import { bind } from '../../schemes/rlwe/threshold/binding.ts';
import { contextShape } from '../../schemes/rlwe/threshold/engine.ts';
import { ciphertextShape, publicKeyShape } from '../../schemes/rlwe/threshold/levels.ts';
import { readShare } from '../../schemes/rlwe/threshold/share-message.ts';
import { leaseContext } from '../../schemes/rlwe/context-cache.ts';
import { liftSum } from '../../schemes/rlwe/crt.ts';
import { loadEngine } from '../../schemes/rlwe/engine.ts';
import { parseCiphertext } from '../../schemes/rlwe/validation.ts';
import { writeCiphertext, writePlaintext } from '../../schemes/rlwe/wire.ts';
import { residues } from '../../schemes/rlwe/words.ts';
import {
  combineOne,
  encryptedSum,
  openCommittee,
  shareOf,
  type Committee,
} from '../fixtures/schemes-committee.ts';

/** N = 8192 with two and three primes, and 16384 with four; t of 20 to 60 bits. */
const SIZES = [1n << 18n, 1n << 42n, 1n << 56n];

const random64 = (): bigint => randomBytes(8).readBigInt64LE();

/** What SEAL makes of (c_0 + Σ d_i, ·) with the secret key 0. */
async function bySeal({ context: { parameters } }: Committee, phase: bigint[]): Promise<bigint[]> {
  const engine = await loadEngine();
  using lease = leaseContext(engine, contextShape(parameters));
  const { parmsId, ringDegree, primes } = publicKeyShape(parameters);
  using zero = new engine.SecretKey();
  zero.loadFromArray(lease.context, writePlaintext(parmsId, new BigUint64Array(ringDegree * primes.length)));
  using decryptor = new engine.Decryptor(lease.context, zero);
  using encoder = new engine.BatchEncoder(lease.context);
  using ciphertext = new engine.Ciphertext();
  using plaintext = new engine.Plaintext();
  const shape = ciphertextShape(parameters);
  ciphertext.loadFromArray(lease.context, writeCiphertext(shape, residues(phase, shape.primes)));
  decryptor.decrypt(ciphertext, plaintext);
  return Array.from(encoder.decodeBigInt64(plaintext) as BigInt64Array);
}

test.for(SIZES)('sums up to ±%d decrypt as SEAL decrypts them', async (magnitude) => {
  using committee = await openCommittee(`batching ${magnitude}`, { magnitude, contributors: 2 });
  const { parameters } = committee.context;
  const vectors = [0, 1].map(() =>
    Array.from({ length: parameters.slots }, (_, i) =>
      i < 3 ? ([magnitude / 2n, -magnitude / 2n, 0n][i] ?? 0n) : random64() % (magnitude / 2n),
    ),
  );
  const output = encryptedSum(committee, vectors);
  const shares = committee.holders.map((holder) => shareOf(holder, output));
  const sums = vectors[0]?.map((value, i) => value + (vectors[1]?.[i] ?? 0n));
  expect(combineOne(committee.combiner, output, shares)).toEqual(sums);

  const shape = ciphertextShape(parameters);
  const [c0, c1] = parseCiphertext('an output', shape, output);
  const parts = shares.map((share) => readShare(bind(committee.context), parameters, c1, share));
  expect(await bySeal(committee, liftSum([c0, ...parts], shape))).toEqual(sums);
});

test.for(SIZES)('the slots of any plaintext are those of SEAL, sums up to ±%d', async (magnitude) => {
  using committee = await openCommittee(`batching ${magnitude}`, { magnitude, contributors: 2 });
  const { parameters } = committee.context;
  const [q, t] = [
    parameters.dataPrimes.reduce((product, p) => product * BigInt(p), 1n),
    BigInt(parameters.plainModulus),
  ];
  const message = Array.from({ length: parameters.slots }, () => BigInt.asUintN(64, random64()) % t);
  const phase = message.map((m) => (q * m + (t + 1n) / 2n) / t);
  expect(slotsOf(message, t)).toEqual(await bySeal(committee, phase));
});
