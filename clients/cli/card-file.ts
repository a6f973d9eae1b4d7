/** The card of a party in a file. */
import { readFileSync } from 'node:fs';
import { StrongroomError } from '../../proto/errors.ts';
import type { Card } from '../../trust/card.ts';
import { openCard } from '../../trust/identity.ts';

/** Reads a card file and checks that its owner has signed it. */
export function readCard(file: string): Card {
  try {
    return openCard(new Uint8Array(readFileSync(file)));
  } catch (cause) {
    if (cause instanceof StrongroomError) throw cause;
    throw new StrongroomError('NOT_FOUND', `The card ${file} cannot be read.`, { cause });
  }
}
