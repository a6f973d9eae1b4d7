/** Exact decimals: a decimal of p places is the integer value·10^p, its *scaled* form. No binary floats. */

const DECIMAL = /^(-?)([0-9]+)(?:\.([0-9]+))?$/;

/** value·10^places of a decimal text; undefined where it is malformed or has more decimals than `places`. */
export function parseDecimal(text: string, places: number): bigint | undefined {
  const match = DECIMAL.exec(text);
  if (match === null) return undefined;
  const [, sign, whole = '', fraction = ''] = match;
  if (fraction.length > places) return undefined;
  const magnitude = BigInt(whole + fraction.padEnd(places, '0'));
  return sign === '-' ? -magnitude : magnitude;
}

/** The decimal text of scaled/10^places, with exactly `places` decimals and no negative zero. */
export function formatDecimal(scaled: bigint, places: number): string {
  const magnitude = scaled < 0n ? -scaled : scaled;
  const digits = magnitude.toString().padStart(places + 1, '0');
  const split = digits.length - places;
  const text = places === 0 ? digits : `${digits.slice(0, split)}.${digits.slice(split)}`;
  return scaled < 0n ? `-${text}` : text;
}
