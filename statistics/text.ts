/**
 * The texts of a task document. An operator reads them on a terminal before it approves, so nothing may stand in
 * them that is not shown as what it is.
 */

/**
 * Control characters, by which a text moves the cursor and writes over what stands above it; half surrogates; what
 * stands for bytes that are not UTF-8; and what reorders a line (UAX #9 §2.1, §2.2).
 */
const HIDDEN = String.raw`\p{Cc}\p{Cs}\uFFFD\u202A-\u202E\u2066-\u2069`;

export const LINE = new RegExp(`^[^${HIDDEN}]*$`, 'u');
/** A category may contain a line break, as a quoted field of a CSV file may. */
export const LABEL = new RegExp(String.raw`^(?:[^${HIDDEN}]|\n)*$`, 'u');
/** Whoever shows it breaks its lines anew. */
export const PROSE = new RegExp(String.raw`^(?:[^${HIDDEN}]|[\n\t])*$`, 'u');
