/** The public card of a party: who it is, what it may do, and the keys by which everybody knows it. */
import * as z from 'zod';
import { StrongroomError } from '../proto/errors.ts';
import { unbase64 } from './digest.ts';
import { isSmallOrder } from './ed25519.ts';

export const ROLES = ['input', 'processing', 'aggregator', 'output', 'controller'] as const;
export type Role = (typeof ROLES)[number];

/** `^[a-z][a-z0-9-]{0,62}$`: also a DNS label, a TLS common name and a note key name. */
export const PartyName = z.string().regex(/^[a-z][a-z0-9-]{0,62}$/, 'lower-case letters, digits, hyphens');

/**
 * The HPKE suite of sealed boxes (RFC 9180 §7, draft-ietf-hpke-pq §4): KEM 0x647a MLKEM768-X25519, KDF 0x0001
 * HKDF-SHA256, AEAD 0x0002 AES-256-GCM.
 */
export const SEALING_SUITE = '647a-0001-0002';

const SIGNING_KEY_BYTES = 32;
const SEALING_KEY_BYTES = 1216;
const MAX_CERTIFICATE_BYTES = 4096;

/** Canonical base64 of `min` to `max` bytes. */
function bytes(min: number, max: number): z.ZodType<string> {
  const expected = `${min === max ? min : `${min} to ${max}`} bytes in base64`;
  return z.string().refine((text) => {
    const length = decodedLength(text);
    return min <= length && length <= max;
  }, expected);
}

function decodedLength(text: string): number {
  try {
    return unbase64(text).length;
  } catch {
    return -1;
  }
}

const Line = z
  .string()
  .regex(/^[^\p{C}]{1,200}$/u, 'one line of at most 200 characters')
  .refine((text) => text === text.trim(), 'no space at either end');

const SealingKey = z.strictObject({
  suite: z.literal(SEALING_SUITE),
  key: bytes(SEALING_KEY_BYTES, SEALING_KEY_BYTES),
});
/** An HPKE public key, as the KEM of the suite serialises it. */
export type SealingKey = z.infer<typeof SealingKey>;

/** Whether boxes are sealed to parties of these roles: to those that receive something that others must not read. */
export function isSealedTo(roles: readonly Role[]): boolean {
  return roles.some((role) => role === 'output' || role === 'processing');
}

export const Card = z
  .strictObject({
    party: PartyName,
    organisation: Line,
    /** ISO 3166-1 alpha-2, with an optional subdivision (ISO 3166-2). */
    jurisdiction: z.string().regex(/^[A-Z]{2}(-[A-Z0-9]{1,3})?$/, 'a country code such as NL'),
    roles: z
      .array(z.enum(ROLES))
      .min(1)
      .refine((roles) => new Set(roles).size === roles.length, 'a role stands twice'),
    /** Ed25519, raw. */
    signingKey: bytes(SIGNING_KEY_BYTES, SIGNING_KEY_BYTES).refine(
      (text) => decodedLength(text) === SIGNING_KEY_BYTES && !isSmallOrder(unbase64(text)),
      'a key of small order',
    ),
    /** Only where `isSealedTo` the roles: it is two thirds of a card, and most parties of a survey need none. */
    sealingKey: SealingKey.optional(),
    /** X.509 in DER, self-signed. */
    tlsCertificate: bytes(1, MAX_CERTIFICATE_BYTES),
  })
  .refine(({ roles, sealingKey }) => isSealedTo(roles) === (sealingKey !== undefined), {
    path: ['sealingKey'],
    error: 'stands on the cards of key holders and output parties, and on no other',
  });
export type Card = z.infer<typeof Card>;

/** The raw Ed25519 key of a card. */
export function signingKeyOf(card: Card): Uint8Array {
  return unbase64(card.signingKey);
}

/** The key by which boxes are sealed to a party. Throws IDENTITY_INVALID where its card has none. */
export function sealingKeyOf({ party, sealingKey }: Card): SealingKey {
  if (sealingKey !== undefined) return sealingKey;
  throw new StrongroomError(
    'IDENTITY_INVALID',
    `Nothing is sealed to ${party}: its card has no sealing key.`,
  );
}
