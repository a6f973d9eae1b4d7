/** Units of products and quotients, as text; `1` is the unit of a plain number. */

const bracketed = (unit: string): string => (/^[\p{L}%]+$/u.test(unit) ? unit : `(${unit})`);

export function product(a: string, b: string): string {
  if (a === '1') return b;
  if (b === '1') return a;
  return a === b ? `(${a})²` : `${bracketed(a)}·${bracketed(b)}`;
}

export function per(a: string, b: string): string {
  if (b === '1') return a;
  return a === b ? '1' : `${a === '1' ? a : bracketed(a)}/${bracketed(b)}`;
}
