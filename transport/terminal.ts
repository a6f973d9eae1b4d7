/** Asking a person, where there is one. */
import { createInterface } from 'node:readline/promises';
import { StrongroomError } from '../proto/errors.ts';

/**
 * Asks on standard error for a yes. Throws POLICY_REFUSED with `otherwise` where another answer is typed, USAGE with
 * `instead` where standard input is no terminal.
 */
export async function confirm(question: string, otherwise: string, instead: string): Promise<void> {
  if (!process.stdin.isTTY) {
    throw new StrongroomError('USAGE', `There is no terminal to ask at; ${instead}.`);
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question(question);
    if (answer.trim().toLowerCase() !== 'yes') throw new StrongroomError('POLICY_REFUSED', otherwise);
  } finally {
    terminal.close();
  }
}
