/** Plays all rules, or those that are chosen, against one candidate. */
import type { Candidate } from './candidate.ts';
import { CRASHES } from './plays/crashes.ts';
import { HONEST } from './plays/honest.ts';
import { HOSTILE } from './plays/hostile.ts';
import { OTHER_HISTORIES, SECOND_EVALUATION, WITNESSES } from './plays/log.ts';
import type { Play } from './plays/play.ts';
import { DEADLINES } from './plays/deadlines.ts';
import { LINKED, LINKED_HOSTILE } from './plays/linked.ts';
import { PAILLIER } from './plays/paillier.ts';
import { PROPOSALS } from './plays/proposals.ts';
import type { StandIn } from './stand-in.ts';
import { Broken, type Rule, type Verdict } from './verdict.ts';

/** In the order in which they are played; other histories last. */
const PLAYS: readonly Play[] = [
  HONEST,
  PROPOSALS,
  DEADLINES,
  ...HOSTILE,
  SECOND_EVALUATION,
  WITNESSES,
  LINKED,
  LINKED_HOSTILE,
  PAILLIER,
  CRASHES,
  OTHER_HISTORIES,
];

export const RULES: readonly Rule[] = PLAYS.flatMap(({ rules }) => rules);

export interface Run {
  readonly stand: StandIn;
  readonly candidate: Candidate | undefined;
  /** The rules that are judged, by their ids or by what these begin with; all where there is none. */
  readonly only: readonly string[];
  readonly onVerdict: (verdict: Verdict) => void;
}

/** One verdict for each rule that is chosen, in the order of `RULES`. */
export async function tryCandidate({ stand, candidate, only, onVerdict }: Run): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
  const isChosen = ({ id }: Rule) => only.length === 0 || only.some((start) => id.startsWith(start));
  for (const play of PLAYS) {
    const chosen = play.rules.filter(isChosen);
    if (chosen.length === 0) continue;
    const found = await perform(play, stand, candidate, (id) => chosen.some((rule) => rule.id === id));
    for (const rule of chosen) {
      const verdict: Verdict = { ...rule, ...(found.get(rule.id) ?? unplayed(play, candidate)) };
      verdicts.push(verdict);
      onVerdict(verdict);
    }
  }
  return verdicts;
}

type Outcome = Pick<Verdict, 'outcome' | 'did'>;

function unplayed({ kills }: Play, candidate: Candidate | undefined): Outcome {
  const why =
    kills === true && candidate === undefined
      ? 'only with --exec: the harness kills it and starts it again'
      : 'the play ended with the rule that was broken before it';
  return { outcome: 'not played', did: why };
}

/** The verdicts of one play. What is wrong with the harness itself is thrown. */
async function perform(
  play: Play,
  stand: StandIn,
  candidate: Candidate | undefined,
  chosen: (id: string) => boolean,
): Promise<ReadonlyMap<string, Outcome>> {
  const found = new Map<string, Outcome>();
  if (play.kills === true && candidate === undefined) return found;
  stand.slowness = play.patience ?? 1;
  try {
    await play.run({
      stand,
      candidate,
      chosen,
      check: async (id, rule) => {
        try {
          found.set(id, { outcome: 'pass', did: await rule() });
        } catch (error) {
          if (!(error instanceof Broken)) throw error;
          found.set(id, { outcome: 'fail', did: error.message });
          throw error;
        }
      },
    });
  } catch (error) {
    if (!(error instanceof Broken)) throw error;
    // Outside of every rule: what the play needs before it comes to one.
    if (found.size === 0 || [...found.values()].every(({ outcome }) => outcome === 'pass')) {
      const next = play.rules.find(({ id }) => !found.has(id));
      if (next !== undefined) found.set(next.id, { outcome: 'fail', did: error.message });
    }
  } finally {
    stand.onAttempt = () => undefined;
    stand.slowness = 1;
  }
  return found;
}
