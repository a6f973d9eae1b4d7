/**
 * Bounds on policy files, checked before Cedar reads them: its parser and its validator recurse, and where their
 * stack overflows the WebAssembly instance is lost for all that the process asks it later.
 */

const MAX_CHARACTERS = 1 << 20;
/** Brackets within brackets. Cedar's stack overflows between 100 and 400. */
const MAX_NESTING = 50;
/** Words and signs of one policy; it overflows at some 700 nested `if`, or 2,000 terms of a sum. */
const MAX_SIGNS = 2000;

/** Texts and commas make a policy longer and not deeper: lists of parties may be long. */
const TOKEN = /"(?:[^"\\]|\\.)*"|\/\/[^\n]*|,|(?<sign>[\p{L}\p{N}_]+|[^\s])/gsu;

/** What exceeds a bound, and at which character of the text; undefined where nothing does. */
export function exceededBound(text: string): { readonly what: string; readonly at: number } | undefined {
  if (text.length > MAX_CHARACTERS) return { what: 'is longer than 1 MiB', at: 0 };
  let depth = 0;
  let signs = 0;
  for (const { index: at, groups } of text.matchAll(TOKEN)) {
    const sign = groups?.['sign'];
    if (sign === undefined) continue;
    signs = sign === ';' ? 0 : signs + 1;
    if ('([{'.includes(sign)) depth += 1;
    else if (')]}'.includes(sign)) depth = Math.max(0, depth - 1);
    if (depth > MAX_NESTING) return { what: `nests brackets more than ${MAX_NESTING} deep`, at };
    if (signs > MAX_SIGNS) return { what: `has a policy of more than ${MAX_SIGNS} words and signs`, at };
  }
  return undefined;
}
