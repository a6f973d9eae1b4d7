/**
 * Sealing to one receiver: HPKE base mode (RFC 9180 §5.1.1, §6.1) with the hybrid KEM MLKEM768-X25519
 * (draft-ietf-hpke-pq), HKDF-SHA256 and AES-256-GCM, so that what is recorded today stays closed when X25519
 * alone falls. Opening is in a file of its own, so that the import graph shows who can open anything.
 *
 * A box is `KEM id ‖ KDF id ‖ AEAD id ‖ enc ‖ ciphertext`: the three ids of the suite as big-endian u16
 * (the order of suite_id in RFC 9180 §5.1), enc of 1120 bytes, ciphertext with a tag of 16 bytes.
 */
import { AEAD_AES_256_GCM, CipherSuite, KDF_HKDF_SHA256, KEM_MLKEM768_X25519 } from 'hpke';
import { StrongroomError } from '../proto/errors.ts';
import { SEALING_SUITE, type SealingKey } from './card.ts';
import { base64, unbase64, unhex } from './digest.ts';

export const suite = new CipherSuite(KEM_MLKEM768_X25519, KDF_HKDF_SHA256, AEAD_AES_256_GCM);
export const SUITE_ID = unhex(SEALING_SUITE.replaceAll('-', ''));

/** A fresh key pair: the private key of 32 bytes, and the public one as it stands in a card. */
export async function createSealingKey(): Promise<{ privateKey: Uint8Array; publicKey: SealingKey }> {
  const pair = await suite.GenerateKeyPair(true);
  return {
    privateKey: await suite.SerializePrivateKey(pair.privateKey),
    publicKey: { suite: SEALING_SUITE, key: base64(await suite.SerializePublicKey(pair.publicKey)) },
  };
}

/**
 * Seals a plaintext to the holder of a sealing key. `info` binds the key schedule and `aad` the ciphertext to
 * their context (RFC 9180 §8.1); the receiver needs the same bytes. Every call gives another box.
 * Throws IDENTITY_INVALID where the sealing key is not one.
 */
export async function sealTo(
  sealingKey: SealingKey,
  plaintext: Uint8Array,
  info: Uint8Array,
  aad: Uint8Array,
): Promise<Uint8Array> {
  try {
    const key = await suite.DeserializePublicKey(unbase64(sealingKey.key));
    const { encapsulatedSecret, ciphertext } = await suite.Seal(key, plaintext, { info, aad });
    return new Uint8Array(Buffer.concat([SUITE_ID, encapsulatedSecret, ciphertext]));
  } catch (cause) {
    throw new StrongroomError('IDENTITY_INVALID', 'Cannot seal to this sealing key: it is not a valid one.', {
      cause,
    });
  }
}
