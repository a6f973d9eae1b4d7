/** ISO 8601-1:2019 §5.5.2 durations, without fractions and with no component out of order. */

const WEEKS = /^P[0-9]{1,4}W$/;
const CALENDAR =
  /^P(?=[0-9T])(?:[0-9]{1,4}Y)?(?:[0-9]{1,4}M)?(?:[0-9]{1,5}D)?(?:T(?=[0-9])(?:[0-9]{1,5}H)?(?:[0-9]{1,5}M)?(?:[0-9]{1,6}S)?)?$/;
const FIXED =
  /^P(?=[0-9T])(?:([0-9]{1,5})D)?(?:T(?=[0-9])(?:([0-9]{1,5})H)?(?:([0-9]{1,5})M)?(?:([0-9]{1,6})S)?)?$/;

/** True for any duration, months and years included, such as `P7Y` or `P30D`. */
export function isDuration(text: string): boolean {
  return WEEKS.test(text) || CALENDAR.test(text);
}

/**
 * Milliseconds of a duration of fixed length: days of 24 hours, hours, minutes, seconds, such as `P1DT12H`.
 * Undefined for weeks, months and years, whose length would depend on the reader's calendar, and for zero.
 */
export function milliseconds(text: string): number | undefined {
  const match = FIXED.exec(text);
  if (match === null) return undefined;
  const [days, hours, minutes, seconds] = match
    .slice(1)
    .map((part: string | undefined) => Number(part ?? '0'));
  const total = (((days ?? 0) * 24 + (hours ?? 0)) * 60 + (minutes ?? 0)) * 60 + (seconds ?? 0);
  return total === 0 ? undefined : total * 1000;
}

const PARTS =
  /^P(?:(?<weeks>[0-9]+)W)?(?:(?<years>[0-9]+)Y)?(?:(?<months>[0-9]+)M)?(?:(?<days>[0-9]+)D)?(?:T(?:(?<hours>[0-9]+)H)?(?:(?<minutes>[0-9]+)M)?(?:(?<seconds>[0-9]+)S)?)?$/;

/**
 * The instant that lies a duration after another: years and months by the calendar in UTC, at the last day of the
 * month where it has no such day, then weeks, days of 24 hours and the rest.
 */
export function after(start: Date, duration: string): Date {
  const parts = PARTS.exec(duration)?.groups ?? {};
  const [years, months, weeks, days, hours, minutes, seconds] = [
    'years',
    'months',
    'weeks',
    'days',
    'hours',
    'minutes',
    'seconds',
  ].map((name) => Number(parts[name] ?? '0')) as [number, number, number, number, number, number, number];
  const moved = new Date(start);
  moved.setUTCDate(1);
  moved.setUTCFullYear(moved.getUTCFullYear() + years, moved.getUTCMonth() + months);
  const last = new Date(Date.UTC(moved.getUTCFullYear(), moved.getUTCMonth() + 1, 0)).getUTCDate();
  moved.setUTCDate(Math.min(start.getUTCDate(), last));
  const rest = (((7 * weeks + days) * 24 + hours) * 60 + minutes) * 60 + seconds;
  return new Date(moved.getTime() + 1000 * rest);
}
