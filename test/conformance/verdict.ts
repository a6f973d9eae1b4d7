/** What is said about a candidate, rule by rule. */

/** One rule that a key holder must keep, and how it is tried. */
export interface Rule {
  readonly id: string;
  /** What the harness does. */
  readonly played: string;
  /** What a key holder must do. */
  readonly expected: string;
}

export interface Verdict extends Rule {
  readonly outcome: 'pass' | 'fail' | 'not played';
  /** What the candidate did, or why the rule was not played. */
  readonly did: string;
}

/** The candidate has broken the rule that is being played. */
export class Broken extends Error {
  constructor(did: string) {
    super(did);
    this.name = 'Broken';
  }
}

/** Plays one rule; the answer says what the candidate did. Throws `Broken` where it breaks the rule. */
export type Check = (id: string, play: () => Promise<string>) => Promise<void>;
