/** What the schema library finds wrong with a value, in a line of bounded length. */
import type { ZodError } from 'zod';

/** The value comes from others, and so do the names of its fields, which a message repeats. */
const LIMIT = 300;

/** The first thing that is wrong: where it stands, and what was expected there. */
export function firstIssue({ issues: [issue] }: ZodError): string {
  const where = issue?.path.join('.') ?? '';
  const what = issue?.message ?? 'unknown';
  return (where === '' ? what : `${where}: ${what}`).slice(0, LIMIT).toWellFormed();
}
