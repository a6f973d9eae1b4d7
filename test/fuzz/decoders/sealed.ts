/** What is sealed: records at rest, identity files, boxes to a receiver, and the shares inside a box. */
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { openAtRest, sealAtRest, unlockKeyFrom, type UnlockKey } from '../../../trust/at-rest.ts';
import { sealingKeyOf } from '../../../trust/card.ts';
import { base64, canonicalJson, equalBytes, hex } from '../../../trust/digest.ts';
import { readIdentity } from '../../../trust/identity-file.ts';
import { openingKeyOf, signerOf, type Identity } from '../../../trust/identity.ts';
import { packShares, shareBinding, unpackShares } from '../../../trust/release.ts';
import { openSealed } from '../../../trust/sealed-box-open.ts';
import { sealTo } from '../../../trust/sealed-box.ts';
import { identityOf, makeParties, RECEIVER } from '../corpora/parties.ts';
import { scratch } from '../corpora/scratch.ts';
import { joined, type Mutation } from '../harness/bytes.ts';
import { target } from '../harness/decoder.ts';
import { mutateJson } from '../harness/json.ts';

const LABEL = 'strongroom identity v1';
const PASSPHRASE = 'correct horse battery staple';
const SEED = 'the seed of a key share, in words';

function unlockWithFile(path: string, key: Uint8Array): UnlockKey {
  writeFileSync(path, key);
  return unlockKeyFrom({ keyFile: path });
}

const SALT_AT = 9;

/** Every salt means another key to derive. */
const otherSalt: Mutation = (bytes, random) =>
  joined(bytes.slice(0, SALT_AT), random.bytes(16), bytes.slice(SALT_AT + 16));

const record = (unlock: UnlockKey): Uint8Array => sealAtRest(Buffer.from(SEED), unlock, LABEL);

export const atRestTarget = target({
  name: 'at-rest',
  short: 300,
  make: () => ({ key: new Uint8Array(randomBytes(32)) }),
  open: ({ key }) => {
    const folder = scratch();
    const unlock = unlockWithFile(folder.path('unlock.key'), key);
    return {
      corpus: [record(unlock), record(unlock)],
      mutations: [otherSalt],
      decode: (bytes) => openAtRest(bytes, unlock, LABEL),
      objection: opened,
      codes: ['UNLOCK_FAILED'],
      secrets: [SEED, hex(key), base64(key)],
      dispose: () => folder[Symbol.dispose](),
    };
  },
});

export const passphraseTarget = target({
  name: 'at-rest-passphrase',
  short: 5,
  make: () => ({}),
  open: () => {
    const unlock = unlockKeyFrom({ passphrase: PASSPHRASE });
    return {
      corpus: [record(unlock), record(unlock)],
      mutations: [],
      decode: (bytes) => openAtRest(bytes, unlock, LABEL),
      objection: opened,
      codes: ['UNLOCK_FAILED'],
      secrets: [SEED, PASSPHRASE],
      // A changed salt means one scrypt of 32 MiB.
      limitMs: 2_000,
    };
  },
});

function opened(plaintext: Uint8Array): string | undefined {
  return Buffer.from(plaintext).toString('utf8') === SEED ? undefined : 'a record that was not sealed';
}

/** The plaintext of an identity file, sealed with the right key whatever it says. */
export const identityFileTarget = target({
  name: 'identity-file',
  short: 100,
  make: async () => ({ ...(await makeParties()), key: new Uint8Array(randomBytes(32)) }),
  open: ({ identities, key }) => {
    const folder = scratch();
    const unlock = unlockWithFile(folder.path('unlock.key'), key);
    return {
      corpus: identities.slice(0, 4).map(plaintextOf),
      mutations: [mutateJson],
      decode: (plaintext) => {
        writeFileSync(folder.path('identity.sealed'), sealAtRest(plaintext, unlock, LABEL));
        const identity = readIdentity(folder.path('.'), unlock);
        signerOf(identity);
        return identity;
      },
      objection: (identity, plaintext) =>
        equalBytes(plaintextOf(identity), plaintext) ? undefined : 'something else than the file says',
      codes: ['UNLOCK_FAILED', 'IDENTITY_INVALID', 'DOCUMENT_INVALID'],
      secrets: identities.flatMap(({ secrets: { signingKey, sealingKey, tlsKey } }) => [
        ...[signingKey, ...(sealingKey === undefined ? [] : [sealingKey])].flatMap((bytes) => [
          hex(bytes),
          base64(bytes),
        ]),
        ...tlsKey.split('\n').slice(1, -2),
      ]),
      dispose: () => folder[Symbol.dispose](),
    };
  },
});

function plaintextOf({ card, secrets: { signingKey, sealingKey, tlsKey } }: Identity): Uint8Array {
  const opening = sealingKey === undefined ? {} : { sealingKey: base64(sealingKey) };
  return canonicalJson({ card, signingKey: base64(signingKey), ...opening, tlsKey });
}

const { info, aad } = shareBinding('ab'.repeat(32), 'cd'.repeat(32), 'holder-1');

export const sealedBoxTarget = target({
  name: 'sealed-box',
  short: 60,
  make: async () => {
    const receiver = identityOf(await makeParties(), RECEIVER);
    const texts = [Buffer.from(SEED), Buffer.alloc(0), randomBytes(5000)];
    const boxes = texts.map((text) => sealTo(sealingKeyOf(receiver.card), text, info, aad));
    return { privateKey: openingKeyOf(receiver), boxes: await Promise.all(boxes) };
  },
  open: ({ privateKey, boxes }) => ({
    corpus: boxes,
    mutations: [],
    decode: (box) => openSealed(privateKey, box, info, aad),
    objection: (_plaintext, box) =>
      boxes.some((valid) => equalBytes(valid, box)) ? undefined : 'a box that nobody has sealed',
    codes: ['CIPHERTEXT_INVALID'],
    secrets: [SEED, hex(privateKey), base64(privateKey)],
  }),
});

export const packedSharesTarget = target({
  name: 'packed-shares',
  short: 500,
  make: () =>
    [[], [new Uint8Array()], [randomBytes(32)], [randomBytes(100), randomBytes(7), randomBytes(0)]].map(
      packShares,
    ),
  open: (corpus) => ({
    corpus,
    mutations: [],
    decode: (bytes) => unpackShares(bytes, 'holder-1'),
    objection: (shares, bytes) =>
      equalBytes(packShares(shares), bytes) ? undefined : 'another form than the one that is written',
    codes: ['SHARE_INVALID'],
  }),
});
