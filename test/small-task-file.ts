/** The small task of `local-network.ts` as a person writes it. */
export const SMALL_TASK = `
strongroom: task/1
title: Mean pay
purpose: A test
legal-basis: "None: the people are made up"
retention: P1D
parties:
  input: [north, south, east]
  processing: [holder-1, holder-2, holder-3]
  output: office
  controllers: [watchdog]
tables:
  people:
    columns:
      pay: { type: decimal, places: 2, min: 0, max: 100, unit: EUR }
      sex: { type: category, values: [f, m] }
    max-rows: 1000
domain: { union: people }
statistics:
  - { name: people, statistic: count }
  - { name: mean-pay, statistic: mean, of: pay, decimals: 2 }
disclosure: { minimum-contributors: 3 }
deadlines: { approve: PT10M, collect: PT10M, release: PT10M }
`;
