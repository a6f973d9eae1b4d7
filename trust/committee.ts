/** Who may take part together: the rules on separate organisations. */
import { StrongroomError } from '../proto/errors.ts';
import type { TaskDocument } from '../statistics/task.ts';
import type { Card } from './card.ts';
import type { Consortium } from './consortium.ts';

const MINIMUM_HOLDERS = 3;

/**
 * Throws COMMITTEE_INVALID unless every party is of the consortium with the role that the task gives it, at
 * least three key holders of as many distinct organisations hold the key, and no single organisation holds
 * all the inputs and the output. Each key holder calls this for itself; it takes nobody's word for it.
 */
export function checkCommittee(task: TaskDocument, consortium: Consortium): void {
  const { input, processing, output, controllers } = task.parties;
  const inputs = input.map((name) => inRole(consortium, name, 'input'));
  const holders = processing.map((name) => inRole(consortium, name, 'processing'));
  const receiver = inRole(consortium, output, 'output');
  for (const name of controllers) inRole(consortium, name, 'controller');

  const keys = new Set(holders.map(organisationOf));
  if (keys.size < MINIMUM_HOLDERS) {
    throw refuse(
      `The key must be split over at least ${MINIMUM_HOLDERS} organisations; this task names ${keys.size}`,
    );
  }
  if (keys.size < holders.length) {
    throw refuse('Two key holders of this task belong to one organisation; name one of them only');
  }
  const sources = new Set(inputs.map(organisationOf));
  if (sources.size === 1 && sources.has(organisationOf(receiver))) {
    throw refuse(
      `${receiver.organisation} would hold all the inputs and the output; there is nothing to protect`,
    );
  }
}

/** Two spellings of one name are one organisation: compatibility forms (Unicode NFKC), case and spaces are folded. */
function organisationOf({ organisation }: Card): string {
  return organisation.normalize('NFKC').toLowerCase().replace(/\s+/gu, ' ');
}

function inRole(consortium: Consortium, name: string, role: Card['roles'][number]): Card {
  const card = consortium.party(name);
  if (card === undefined) throw refuse(`${name} is not a party of the consortium ${consortium.name}`);
  if (!card.roles.includes(role))
    throw refuse(`${name} is not registered as ${role} party in the consortium`);
  return card;
}

function refuse(message: string): StrongroomError {
  return new StrongroomError('COMMITTEE_INVALID', message);
}
