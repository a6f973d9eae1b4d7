/** What fixed seeds give, pinned: the same bytes in every process, on every machine, in every later version. */
import { expect, test } from 'vitest';
import { openCommittee, sha256 } from '../fixtures/schemes-committee.ts';

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
    share: sha256(holders[0]?.partialDecryption(ciphertext) ?? new Uint8Array()),
  }).toMatchInlineSnapshot(`
    {
      "contributions": [
        "d2045902e874c86a05649bf2977c9a4745a856d45896bd57896ee70e1845e053",
        "6b03e02bed59cd98a828e8f3fc8accf567fbb95e9af186a57768a6e44c637f2c",
        "9d6af409480670e2752c90b90699ac30e5a942329af792239c9f568c5b1f78c7",
      ],
      "jointKey": "634d9e333a052d44e4f57c233991267002d15601b9150c46368771b356748360",
      "share": "08a5c29a93a4626962e423c7bbcfb673512490dbbe2e8e3051930fbbceb1978b",
      "testShares": [
        "35e5ed2fb6345c8c9e8d80e965f0a0d3e5c8ce523957425ef10efd358ef3e1f0",
        "0425c99c89d97c6b423b162e8a77c102b84900e4b2ef8b21957e60c73c53cafc",
        "81a5a4a34c9697a91c746777b4ca84c66a066417341204fad85f94179e0a7ff1",
      ],
    }
  `);
});
