/** Parties and consortium documents for tests: fresh keys, nothing on disk. */
import { expect } from 'vitest';
import { type ErrorCode, StrongroomError } from '../proto/errors.ts';
import type { Role } from '../trust/card.ts';
import { assembleConsortium, signConsortium } from '../trust/consortium.ts';
import { createSigner, createSigningSeed, type Signer } from '../trust/ed25519.ts';
import { createIdentity, type Identity, signerOf } from '../trust/identity.ts';

export function newSigner(name: string): Signer {
  return createSigner(name, createSigningSeed());
}

export function newParty(name: string, ...roles: Role[]): Promise<Identity> {
  return createIdentity({ name, organisation: `Office of ${name}`, jurisdiction: 'NL', roles });
}

/** An aggregator and three key holders, the aggregator first. */
export function newParties(): Promise<Identity[]> {
  return Promise.all([
    newParty('aggregator', 'aggregator'),
    newParty('holder-a', 'processing', 'input'),
    newParty('holder-b', 'processing'),
    newParty('holder-c', 'processing', 'output'),
  ]);
}

export const HOLDERS = ['holder-a', 'holder-b', 'holder-c'];

/** The consortium document of these parties, signed by those of them that are named. */
export function newConsortium(
  parties: readonly Identity[],
  signers: readonly string[] = HOLDERS,
): Uint8Array {
  const draft = assembleConsortium({
    name: 'test',
    parties: parties.map(({ card }) => card),
    keyHolders: HOLDERS,
  });
  return signAll(draft, parties, signers);
}

export function signAll(
  draft: Uint8Array,
  parties: readonly Identity[],
  names: readonly string[],
): Uint8Array {
  const signers = parties.filter(({ card }) => names.includes(card.party)).map(signerOf);
  return signers.reduce(signConsortium, draft);
}

/** The StrongroomError that the call throws; anything else thrown, or nothing, fails the test. */
export async function refusal(call: () => unknown, ...codes: ErrorCode[]): Promise<StrongroomError> {
  try {
    await call();
  } catch (error) {
    if (!(error instanceof StrongroomError)) throw error;
    expect(codes).toContain(error.code);
    return error;
  }
  throw new Error(`nothing was refused; expected ${codes.join(' or ')}`);
}
