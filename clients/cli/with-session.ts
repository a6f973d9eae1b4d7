/** One command, one session. */
import { join } from 'node:path';
import { CONFIG_FILE } from '../../transport/profile.ts';
import { Session } from '../session.ts';

/** How long a person is left waiting for an aggregator that says nothing, where no time-out is given. */
const ANSWER_WITHIN_MS = 15_000;

/** Opens the session of a profile for one command. */
export async function withSession(
  profile: string,
  action: (session: Session) => Promise<void> | void,
  { timeout: answerWithinMs = ANSWER_WITHIN_MS }: { timeout?: number } = {},
): Promise<void> {
  await using session = await Session.open(join(profile, CONFIG_FILE), { answerWithinMs });
  await action(session);
}
