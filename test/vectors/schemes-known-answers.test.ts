/** What fixed seeds give, pinned: the same bytes in every process, on every machine, in every later version. */
import { expect, test } from 'vitest';
import { openCommittee, sha256, shareOf } from '../fixtures/schemes-committee.ts';

test('contributions, test shares, joint key and a partial decryption from fixed seeds', async () => {
  using committee = await openCommittee('known answers');
  const { context, transcript, jointKey, holders } = committee;
  // The joint key cut to the data level has the form of a ciphertext once its head is replaced.
  const ciphertext = new Uint8Array(committee.encryptor.encrypt([]));
  ciphertext.set(
    jointKey.subarray(113, 113 + 2 * 3 * 8 * 8192).map((byte, i) => (i % 8 === 7 ? 0 : byte)),
    113,
  );
  expect(context.parameters.plainModulus).toBe('2199023288321');
  expect({
    contributions: transcript[0]?.map(sha256),
    testShares: transcript[1]?.map(sha256),
    jointKey: sha256(jointKey),
    share: sha256(shareOf(holders[0], ciphertext)),
  }).toMatchInlineSnapshot(`
    {
      "contributions": [
        "a52f4ac420416ba91ada860a0e57a415a9743d2f2c0c8af8ba1d557b118f287d",
        "22091fad1e80e2daa4769786961a20f717bf9c79b974acfbcc0611224094ece5",
        "f55a65617f81d2f0be3272f20679fa7d3c47e23ca38a71eda110e8880d542a39",
      ],
      "jointKey": "e5cf881d816370c8be88295e0f1c79cc736fc894bfeec65d8fb39cea47472c21",
      "share": "5da3a9614ef31f2824a6cda2ca697ed9eef994d662d373616d62b650df4324c5",
      "testShares": [
        "fb3754a6a57aba8bc37d2b42bba8a16fd278fdd80eb0ac453a8f613066a8ad95",
        "cea189b9e9cb39ce6a2ae50bcff9cf7a9b32c11cea30c1381d656c692099b806",
        "309ee9bba5499c6cdf659cf28d3510dbebd69b96c0a7e46b582b3a4588f27261",
      ],
    }
  `);
});
