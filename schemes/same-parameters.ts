/** Whether two sets of parameters, which JSON can carry, say the same; the order of keys is left out of account. */
export function sameParameters(a: object, b: object): boolean {
  return textOf(a) === textOf(b);
}

function textOf(value: object): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.entries(part).sort(([x], [y]) => (x < y ? -1 : 1))
      : part,
  );
}
