/** How the text of a key is made alike at all parties: by the steps that the task document declares, and no others. */
import { z } from 'zod';
import { strict } from './strict.ts';

/** A key is an identifier; longer text is not one. In UTF-16 units. */
const MAX_KEY_LENGTH = 200;

const PAD_FORM = 'must be like "5 with 0": the length, then one character';

/** `pad-left: 5 with 0` makes 01001 of 1001. */
const PAD = z
  .string({ error: PAD_FORM })
  .regex(/^[1-9][0-9]{0,2} with [^\s]$/u, PAD_FORM)
  .refine((text) => Number.parseInt(text) <= MAX_KEY_LENGTH, `pads to at most ${MAX_KEY_LENGTH} characters`);

/** The characters that are left out wherever they stand, such as "-. ". */
const REMOVE = z.string().min(1).max(20);

export const NORMALISATION = z.union(
  [z.enum(['trim', 'upper-case', 'lower-case']), strict({ 'pad-left': PAD }), strict({ remove: REMOVE })],
  { error: 'must be trim, upper-case, lower-case, { pad-left: 5 with 0 } or { remove: "-." }' },
);

type Normalisation = z.infer<typeof NORMALISATION>;

/**
 * The text of a key in the form in which it is compared, or what is wrong with it. Case is that of Unicode without a
 * locale. Text that is longer than it is padded to is wrong and is never cut.
 */
export function normaliser(steps: readonly Normalisation[]): (text: string) => { key: string } | string {
  const functions = steps.map(stepOf);
  return (text) => {
    let key = text;
    for (const step of functions) {
      const next = step(key);
      if (typeof next === 'object') return next.problem;
      key = next;
    }
    if (key === '') return 'is an empty key';
    return key.length > MAX_KEY_LENGTH ? `is longer than ${MAX_KEY_LENGTH} characters` : { key };
  };
}

function stepOf(step: Normalisation): (text: string) => string | { readonly problem: string } {
  if (step === 'trim') return (text) => text.trim();
  if (step === 'upper-case') return (text) => text.toUpperCase();
  if (step === 'lower-case') return (text) => text.toLowerCase();
  if ('remove' in step) {
    const removed = new Set(step.remove);
    return (text) =>
      Array.from(text)
        .filter((character) => !removed.has(character))
        .join('');
  }
  const [length = '', , character = ''] = step['pad-left'].split(' ');
  const wanted = Number(length);
  return (text) => {
    const missing = wanted - Array.from(text).length;
    if (missing < 0) return { problem: `has more than the ${wanted} characters that it is padded to` };
    // An empty key padded would be a key that nobody wrote.
    return text === '' ? '' : character.repeat(missing) + text;
  };
}

/** A step in words: `trim`, `pad-left 5 with 0`. */
export const normalisationWords = (step: Normalisation): string =>
  typeof step === 'string'
    ? step
    : 'remove' in step
      ? `remove any of "${step.remove}"`
      : `pad-left ${step['pad-left']}`;
