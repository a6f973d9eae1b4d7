/** The bytes of linkage messages. */

/** A point: x and y, 32 bytes each, big-endian. On the wire both spare the reader a square root. */
export const POINT_BYTES = 64;

/** c and s. */
export const PROOF_BYTES = 64;

/** Two different keys share a pseudonym with probability n²/2^129 in a task of n records. */
export const PSEUDONYM_BYTES = 16;

/** Records of one proof; RFC 9497 counts them in two bytes. */
export const BATCH = 8192;

/**
 * What a thread that links keeps at most for new objects, megabytes. After four batches of 6,000 records with three answers
 * each a process with one such thread has 226 MB resident, and 358 MB without the limit, in the same processor time.
 */
export const YOUNG_MEGABYTES = 24;

/** The answer to a request for so many records: the points, and a proof for each batch. */
export const answerBytes = (records: number): number =>
  records * POINT_BYTES + Math.ceil(records / BATCH) * PROOF_BYTES;
