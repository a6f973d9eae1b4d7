/** Makes a party: its own keys, and the card with their public halves. */
import { StrongroomError } from '../proto/errors.ts';
import { isSealedTo, PartyName, type Role } from './card.ts';
import { base64 } from './digest.ts';
import { readCard, type Identity } from './identity.ts';
import { createSealingKey } from './sealed-box.ts';
import { createSigner, createSigningSeed } from './signing-key.ts';
import { createTlsCertificate } from './tls-certificate-making.ts';

/** Makes fresh keys for a party. Throws IDENTITY_INVALID where a field does not have its form. */
export async function createIdentity(party: {
  readonly name: string;
  readonly organisation: string;
  readonly jurisdiction: string;
  readonly roles: readonly Role[];
  /** For how long the TLS certificate is valid; see `createTlsCertificate`. */
  readonly validDays?: number;
}): Promise<Identity> {
  if (!PartyName.safeParse(party.name).success) {
    throw new StrongroomError(
      'IDENTITY_INVALID',
      `Not a valid card: a party cannot be named "${party.name}".`,
    );
  }
  const signingKey = createSigningSeed();
  const sealing = isSealedTo(party.roles) ? await createSealingKey() : undefined;
  const tls = await createTlsCertificate(party.name, party.validDays);
  const card = readCard({
    party: party.name,
    organisation: party.organisation,
    jurisdiction: party.jurisdiction,
    roles: [...party.roles],
    signingKey: base64(createSigner(party.name, signingKey).publicKey),
    ...(sealing === undefined ? {} : { sealingKey: sealing.publicKey }),
    tlsCertificate: base64(tls.certificate),
  });
  const secrets = { signingKey, tlsKey: tls.key };
  return { card, secrets: sealing === undefined ? secrets : { ...secrets, sealingKey: sealing.privateKey } };
}
