/** A ledger as a file for trials: what `strongroom policy history` prints. */
import { z } from 'zod';
import { StrongroomError } from '../../proto/errors.ts';
import type { LedgerEntry } from '../ledger.ts';

const condition = z.union([
  z.strictObject({ labels: z.array(z.string()), of: z.int().positive() }),
  z.strictObject({ from: z.string().nullable(), to: z.string().nullable() }),
]);
const box = z.record(z.string(), condition);

const question = z.strictObject({
  sums: z.array(z.string()),
  cells: z.record(z.string(), z.array(z.string())),
  bins: z.strictObject({ column: z.string(), edges: z.array(z.string()) }).nullable(),
  where: box,
  sides: z.array(
    z.strictObject({ party: z.string(), sign: z.union([z.literal(1), z.literal(-1)]), where: box }),
  ),
});

const HISTORY = z.array(
  z.strictObject({
    task: z.string(),
    requester: z.string(),
    approvedAt: z.iso.datetime(),
    releasedAt: z.iso.datetime().nullable(),
    ended: z.boolean(),
    contributors: z.array(z.strictObject({ party: z.string(), manifest: z.string().nullable() })),
    asked: z.strictObject({
      table: z.string(),
      columns: z.array(z.string()),
      output: z.string(),
      minimumContributors: z.int().positive(),
      questions: z.array(question),
    }),
  }),
);

/** The entries of a history file. Throws USAGE naming the entry and the key that is wrong. */
export function parseHistory(text: string, file: string): readonly LedgerEntry[] {
  const fail = (problem: string, cause?: unknown) =>
    new StrongroomError('USAGE', `${file}: ${problem}`, { details: { file }, cause });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw fail(`is not JSON: ${(cause as Error).message}`, cause);
  }
  const parsed = HISTORY.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw fail(`${issue?.path.map(String).join('.') ?? ''} ${issue?.message ?? ''}`.trim());
}
