/** The titles of tasks on which the hostile programs turn hostile. */
export type Attack =
  // The aggregator's.
  | 'admits anything'
  | 'seals a subset'
  | 'seals before all have submitted'
  | 'seals early and writes a later date'
  | 'seals twice'
  | 'reorders the inputs'
  | 'evaluates one input'
  | 'evaluates a subset'
  | 'counts an input twice'
  | 'evaluates another task'
  | 'asks for one input after a release'
  | 'asks for the same again after a release'
  | 'swaps a contribution'
  | 'replaces an input'
  | 'truncates an input'
  | 'replaces an input until it evaluates'
  | 'replaces an input once it has evaluated'
  | 'swaps a linkage request'
  | 'swaps a linkage answer'
  | 'lies in the match'
  | 'lies in a number of units'
  | 'multiplies a column by itself'
  | 'drops an input at the door'
  | 'shows two histories'
  // A key holder's.
  | 'opens another contribution'
  | 'copies a commitment'
  | 'signs another joint key'
  | 'fails the key test'
  | 'releases a wrong share'
  | 'releases a share for another ciphertext'
  | 'names another receiver'
  | 'answers the linkage wrongly'
  // An input party's.
  | "replays another's upload"
  | 'encrypts under another key'
  // The output party's.
  | 'acknowledges before all have released'
  | 'names one release for all'
  | 'acknowledges another result';

/** Behind an attack: the aggregator is in it too, and puts everything into the log. */
export const COLLUSION = ' with the aggregator';

export type Title = 'honest' | Attack | `${Attack}${typeof COLLUSION}`;

/** The attack that a title names. */
export function attackOf(title: string): Attack {
  return title.replace(COLLUSION, '') as Attack;
}
