/** The parties of a fresh consortium around the candidate: everybody else, whose keys the harness holds. */
import type { Role } from '../../trust/card.ts';
import { assembleConsortium, signConsortium } from '../../trust/consortium-signing.ts';
import { openConsortium, type Consortium } from '../../trust/consortium.ts';
import { createIdentity } from '../../trust/identity-making.ts';
import { signerOf, type Card, type Identity } from '../../trust/identity.ts';
import type { Signer } from '../../trust/ed25519.ts';

export const AGGREGATOR = 'aggregator';
export const OFFICE = 'office';
export const INPUTS = ['north', 'south', 'east'] as const;
/** Key holders of honest tasks, beside the candidate. */
export const OTHERS = ['other-1', 'other-2'] as const;
/** A third one, of the same organisation as `other-2`. */
export const TWIN = 'other-3';

const ROLES: readonly (readonly [string, Role])[] = [
  [AGGREGATOR, 'aggregator'],
  [OFFICE, 'output'],
  ...INPUTS.map((name) => [name, 'input'] as const),
  ...[...OTHERS, TWIN].map((name) => [name, 'processing'] as const),
];

export class Parties {
  /** The candidate's name. */
  readonly candidate: string;
  readonly consortium: Consortium;
  readonly envelope: Uint8Array;
  readonly #identities: ReadonlyMap<string, Identity>;

  private constructor(candidate: string, envelope: Uint8Array, identities: ReadonlyMap<string, Identity>) {
    this.candidate = candidate;
    this.envelope = envelope;
    this.consortium = openConsortium(envelope);
    this.#identities = identities;
  }

  /** The candidate need not be a standing key holder: the document is signed by the others, without it. */
  static async around(candidate: Card): Promise<Parties> {
    const made = await Promise.all(
      ROLES.map(([name, role]) =>
        createIdentity({
          name,
          organisation: `Organisation ${name === TWIN ? OTHERS[1] : name}`,
          jurisdiction: 'EU',
          roles: [role],
        }),
      ),
    );
    const identities = new Map(made.map((identity) => [identity.card.party, identity]));
    const draft = assembleConsortium({
      name: 'conformance',
      parties: [candidate, ...made.map(({ card }) => card)],
      keyHolders: [...OTHERS, TWIN],
    });
    const signers = [...OTHERS, TWIN].flatMap((name) => identities.get(name) ?? []).map(signerOf);
    return new Parties(candidate.party, signers.reduce(signConsortium, draft), identities);
  }

  identity(name: string): Identity {
    const identity = this.#identities.get(name);
    if (identity === undefined) throw new Error(`the harness does not hold the keys of ${name}`);
    return identity;
  }

  signer(name: string): Signer {
    return signerOf(this.identity(name));
  }
}
