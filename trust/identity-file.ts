/**
 * A party's identity on disk: `identity.sealed` holds card and secrets, sealed at rest; `card.json` is the
 * signed card, to be handed to the others. A folder has one identity, and it is never overwritten.
 */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { StrongroomError } from '../proto/errors.ts';
import { openAtRest, sealAtRest, type UnlockKey } from './at-rest.ts';
import { Card } from './card.ts';
import { base64, canonicalJson, parseCanonicalJson, unbase64 } from './digest.ts';
import { createDurably, isCode } from './durable-file.ts';
import { type Identity, signCard } from './identity.ts';
import { firstIssue } from './issue.ts';

const SEALED = 'identity.sealed';
const CARD = 'card.json';
const LABEL = 'strongroom identity v1';

const Stored = z.strictObject({
  card: Card,
  signingKey: z.base64(),
  sealingKey: z.base64().optional(),
  tlsKey: z.string(),
});

/**
 * Writes a new identity, making the folder. Throws USAGE where the folder already holds one. `flush` is false where
 * thousands are made that nobody misses after a power cut.
 */
export function writeIdentity(
  folder: string,
  identity: Identity,
  unlock: UnlockKey,
  { flush = true }: { flush?: boolean } = {},
): void {
  const { signingKey, sealingKey, tlsKey } = identity.secrets;
  const plaintext = canonicalJson({
    card: identity.card,
    signingKey: base64(signingKey),
    ...(sealingKey === undefined ? {} : { sealingKey: base64(sealingKey) }),
    tlsKey,
  });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  createDurably(join(folder, SEALED), sealAtRest(plaintext, unlock, LABEL), flush);
  plaintext.fill(0);
  createDurably(join(folder, CARD), signCard(identity), flush);
}

/**
 * Reads an identity. Throws NOT_FOUND where the folder has none, UNLOCK_FAILED where the unlock key is not
 * the right one, IDENTITY_INVALID where it holds something else than an identity.
 */
export function readIdentity(folder: string, unlock: UnlockKey): Identity {
  const plaintext = openAtRest(readSealed(join(folder, SEALED)), unlock, LABEL);
  const { card, signingKey, sealingKey, tlsKey } = readStored(plaintext);
  plaintext.fill(0);
  return {
    card,
    secrets: {
      signingKey: unbase64(signingKey),
      ...(sealingKey === undefined ? {} : { sealingKey: unbase64(sealingKey) }),
      tlsKey,
    },
  };
}

function readStored(plaintext: Uint8Array): z.infer<typeof Stored> {
  const stored = Stored.safeParse(parseCanonicalJson(plaintext));
  if (stored.success) return stored.data;
  // Neither the cause nor the values in it: they are secrets.
  throw new StrongroomError('IDENTITY_INVALID', `Not an identity: ${firstIssue(stored.error)}.`);
}

function readSealed(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (cause) {
    if (!isCode(cause, 'ENOENT')) throw cause;
    throw new StrongroomError('NOT_FOUND', `There is no identity at ${path}; make one first.`, { cause });
  }
}
