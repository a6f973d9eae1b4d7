/** Parties of every role with fresh keys, and the consortium document that they have signed. */
import type { Role } from '../../../trust/card.ts';
import { assembleConsortium, signConsortium } from '../../../trust/consortium-signing.ts';
import { openConsortium } from '../../../trust/consortium.ts';
import { createIdentity } from '../../../trust/identity-making.ts';
import { signerOf, type Identity } from '../../../trust/identity.ts';

/** Everything is data, so that it can be kept for a replay. */
export interface Parties {
  readonly identities: readonly Identity[];
  /** Version 1, signed by all key holders. */
  readonly consortium: Uint8Array;
  /** Version 2, with one party more, signed by all key holders. */
  readonly successor: Uint8Array;
}

export const HOLDERS = ['holder-1', 'holder-2', 'holder-3'];
export const INPUTS = ['north', 'south', 'east'];
export const RECEIVER = 'office';
export const AGGREGATOR = 'aggregator';

const ROLES: readonly (readonly [string, Role])[] = [
  [AGGREGATOR, 'aggregator'],
  ...HOLDERS.map((name) => [name, 'processing'] as const),
  ...INPUTS.map((name) => [name, 'input'] as const),
  [RECEIVER, 'output'],
  ['watchdog', 'controller'],
  ['newcomer', 'input'],
];

export async function makeParties(): Promise<Parties> {
  const identities = await Promise.all(
    ROLES.map(([name, role]) =>
      createIdentity({ name, organisation: `Office of ${name}`, jurisdiction: 'NL', roles: [role] }),
    ),
  );
  const cards = identities.map(({ card }) => card);
  const first = { name: 'fuzz', keyHolders: HOLDERS, parties: cards.slice(0, -1) };
  const consortium = signedByHolders(assembleConsortium(first), identities);
  const next = { ...first, parties: cards, previous: openConsortium(consortium) };
  return { identities, consortium, successor: signedByHolders(assembleConsortium(next), identities) };
}

export function identityOf({ identities }: Parties, name: string): Identity {
  const found = identities.find(({ card }) => card.party === name);
  if (found === undefined) throw new Error(`there is no party ${name}`);
  return found;
}

function signedByHolders(draft: Uint8Array, identities: readonly Identity[]): Uint8Array {
  const holders = identities.filter(({ card }) => HOLDERS.includes(card.party));
  return holders.map(signerOf).reduce(signConsortium, draft);
}
