/** The joint RLWE key under which candidates are multiplied: two rounds (`products/key.ts`). */
import { candidatesRound } from './candidate-rounds.ts';
import type { CeremonySetting, Round } from './round.ts';

export function keyContributionRound(setting: CeremonySetting): Round {
  return {
    name: 'key-contribution',
    batch: 0,
    step: 'making the key under which candidates are multiplied',
    bodyBytes: setting.products.keyMessageBytes,
    contribution: ({ products }) => products.keyContribution(),
    take: (contributions) => keyTestRound(setting, contributions),
  };
}

function keyTestRound(setting: CeremonySetting, contributions: readonly Uint8Array[]): Round {
  return {
    name: 'key-test-share',
    batch: 0,
    step: 'testing the key under which candidates are multiplied',
    bodyBytes: setting.products.keyMessageBytes,
    contribution: ({ products }) => products.keyTestShare(),
    take: (shares) => candidatesRound(setting, setting.products.jointKey(contributions, shares), 0),
  };
}
