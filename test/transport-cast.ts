/** Parties of every role, with fresh keys, in a signed consortium. */
import { castOf, type Cast } from './transport-network.ts';
import { newConsortium, newParties, newParty } from './trust-parties.ts';

/** The parties of `newParties`, and one for each other role alone: `only-input`, `only-controller` and so on. */
export async function newCast(): Promise<Cast> {
  const singles = (['input', 'output', 'controller'] as const).map((role) => newParty(`only-${role}`, role));
  const parties = [...(await newParties()), ...(await Promise.all(singles))];
  return castOf(parties, newConsortium(parties));
}
