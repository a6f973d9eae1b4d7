/** What this project makes for products against SEAL's own: its keys, its decryption, and answers fixed once and for all. */
import { expect, test } from 'vitest';
import { bind } from '../../schemes/rlwe/threshold/binding.ts';
import { expandSecret } from '../../schemes/rlwe/threshold/key-contribution.ts';
import { contextShape, openKeyRing } from '../../schemes/rlwe/threshold/engine.ts';
import { publicKeyShape } from '../../schemes/rlwe/threshold/levels.ts';
import { readJointKey, sealRelinearisationKey } from '../../schemes/bfv/products/joint-key.ts';
import { firstLane } from '../../schemes/bfv/products/parameters.ts';
import { leaseContext } from '../../schemes/rlwe/context-cache.ts';
import { loadEngine } from '../../schemes/rlwe/engine.ts';
import { writePlaintext } from '../../schemes/rlwe/wire.ts';
import { openProductCommittee } from '../fixtures/products-committee.ts';
import { PARTY, sha256 } from '../fixtures/schemes-committee.ts';

test('SEAL decrypts a relinearised product under the summed key, and writes the relinearisation key as we do', async () => {
  using committee = await openProductCommittee('seal');
  const { context, jointKey, seeds, encryptor } = committee;
  const { parameters } = context;
  const engine = await loadEngine();
  const lane = firstLane(parameters);
  const binding = bind(context);
  using ring = openKeyRing(lane);
  using lease = leaseContext(engine, contextShape(lane));
  const s = seeds.map((seed) => expandSecret(ring, binding, seed).share).reduce((a, b) => ring.add(a, b));

  const bytes = sealRelinearisationKey(lane, readJointKey(binding, parameters, jointKey));
  using keys = new engine.RelinKeys();
  keys.loadFromArray(lease.context, bytes);
  const written = keys.saveToArray(engine.ComprModeType.none) as Uint8Array;
  expect(sha256(written)).toBe(sha256(bytes));

  // (2 + 3X − X²)·(5 − 4X^(N−1)) = 10 + 15X − 5X² − 8X^(N−1) + 12 − 4X, as X^N = −1.
  const last = parameters.slots - 1;
  const right = new Array<bigint>(parameters.slots).fill(0n);
  [right[0], right[last]] = [5n, -4n];
  using sum = committee.evaluator.productSum();
  const [a, b] = [[2n, 3n, -1n], right].map((values) => ({
    ciphertext: encryptor.encrypt(values),
    party: PARTY,
  }));
  if (a && b) sum.add(a, b);
  using secretKey = new engine.SecretKey();
  secretKey.loadFromArray(lease.context, writePlaintext(publicKeyShape(lane).parmsId, s));
  using decryptor = new engine.Decryptor(lease.context, secretKey);
  using ciphertext = new engine.Ciphertext();
  ciphertext.loadFromArray(lease.context, sum.bytes());
  using plaintext = new engine.Plaintext();
  decryptor.decrypt(ciphertext, plaintext);
  const t = BigInt(lane.plainModulus);
  const hex = (value: bigint): string => ((value + t) % t).toString(16).toUpperCase();
  expect(plaintext.toString()).toBe(`${hex(-8n)}x^${last} + ${hex(-5n)}x^2 + ${hex(11n)}x^1 + ${hex(22n)}`);

  const digests = committee.transcript.map((messages) => sha256(Buffer.concat(messages)));
  expect([...digests, sha256(jointKey)]).toMatchInlineSnapshot(`
    [
      "aaa73853dffac3c4109797f5ba7651fdbfbbb484e488f896083b2edb3952d9f7",
      "d69d1101094e3068a0c04dcc9df6d08e52eb90588b748e49c5173c83c9e377f5",
      "5bfa2179ee7cd673a77f4183201c71d62e0e84399e22cc24613c02cee893667a",
      "2b4dfd72cb0993a560bfb51b39da82df2e6fabafd0e70d8802e504c08615d74c",
    ]
  `);
});
