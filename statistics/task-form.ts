/** The form of a task document, field by field. What holds between fields is in task-rules.ts. */
import { z } from 'zod';
import { COLUMN, COLUMN_NAME } from './columns.ts';
import { isDuration, milliseconds } from './duration.ts';
import { SPECIFICATION } from './registry.ts';
import { strict } from './strict.ts';
import { LINE, PROSE } from './text.ts';

const NAME = z
  .string()
  .regex(
    /^[a-z][a-z0-9-]{0,62}$/,
    'must be at most 63 lower-case letters, digits and hyphens, and start with a letter',
  );
const TEXT = z.string().trim().min(1, 'must not be empty').max(10_000);
const PLAIN = 'must be text without control characters';
const RETENTION = z.string().refine(isDuration, 'must be an ISO 8601 duration such as P30D');

/**
 * The length of one phase. A phase begins where the one before it ends, the first with the proposal, so every
 * deadline is known from the signed proposal alone: its time plus a running sum.
 */
const PHASE = z
  .string()
  .refine(
    (text) => milliseconds(text) !== undefined,
    'must be an ISO 8601 duration in days, hours, minutes and seconds, such as PT1H or P1D',
  );

const TABLE = strict({
  columns: z
    .record(COLUMN_NAME, COLUMN)
    .refine((columns) => Object.keys(columns).length > 0, 'must declare at least one column'),
  /** The most records that one party may bring; the proof that nothing overflows rests on it. */
  'max-rows': z.int().min(1).max(1_000_000_000),
});

export const TASK_FORM = strict({
  strongroom: z.literal('task/1', { error: 'must be task/1, the version of this form' }),
  title: TEXT.max(200).regex(LINE, 'must be text on one line'),
  purpose: TEXT.regex(PROSE, PLAIN),
  'legal-basis': TEXT.regex(PROSE, PLAIN),
  /** How long the parties keep the documents and ciphertexts of the task. */
  retention: RETENTION,
  parties: strict({
    input: z.array(NAME),
    /** The key holders; their order is the holder index. */
    processing: z.array(NAME),
    output: NAME,
    /** Parties that read and check everything public, and write nothing. */
    controllers: z.array(NAME).default([]),
  }),
  tables: z.record(NAME, TABLE),
  /** Which records the statistics are over; one of the two. */
  domain: strict({
    /** The records that the input parties have of this table, all together. */
    union: NAME.optional(),
    /** The units that stand in the tables of all input parties: each party's own table, linked on these keys. */
    intersection: strict({
      tables: z.record(NAME, NAME),
      on: z.array(COLUMN_NAME).min(1, 'must name at least one key column').max(8),
      /** Input parties that may have several records of a unit, and the most of one; all others have one. */
      'records-per-key': z
        .record(NAME, z.int().min(2, 'must be at least 2; 1 is the default').max(1_000_000))
        .default({}),
    }).optional(),
  }),
  statistics: z.array(SPECIFICATION).min(1, 'must ask for at least one statistic').max(1000),
  disclosure: strict({
    /** How many input parties must have contributed before anything may be released. */
    'minimum-contributors': z.int().min(2, 'must be at least 2: a sum over one party is its own data'),
  }),
  deadlines: strict({ approve: PHASE, collect: PHASE, release: PHASE }),
  /** With `auto` the planner takes the exact one that costs all parties together less. */
  scheme: z
    .enum(['auto', 'bfv', 'ckks', 'paillier'], { error: 'must be auto, bfv, ckks or paillier' })
    .default('auto'),
  security: strict({
    /** λ: what is released differs from an ideal world by at most 2^−λ. Checked by the planner. */
    'statistical-bits': z.int().min(1).max(128).default(60),
    /** |N| of a paillier key: 112 and 128 bits of security by NIST SP 800-57. */
    'modulus-bits': z.literal([2048, 3072], { error: 'must be 2048 or 3072' }).default(2048),
  }).prefault({}),
});

/** A task document in its normal form: defaults filled in, bounds as exact decimals. JSON-able. */
export type TaskDocument = z.infer<typeof TASK_FORM>;
export type Table = TaskDocument['tables'][string];
