/** Strict objects whose message about unknown keys has one line for each, naming the keys that exist. */
import { z } from 'zod';
import { didYouMean } from './suggest.ts';

export function strict<Shape extends z.core.$ZodLooseShape>(
  shape: Shape,
): z.ZodObject<Shape, z.core.$strict> {
  const known = Object.keys(shape);
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys' && Array.isArray(issue.keys)
        ? issue.keys.map((key: unknown) => unknownKey(String(key), known)).join('\n')
        : undefined,
  });
}

function unknownKey(key: string, known: readonly string[]): string {
  const hint = didYouMean(key, known);
  return `unknown key${hint === '' ? `; known are ${known.join(', ')}` : hint}`;
}
