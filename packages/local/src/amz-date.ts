const AMZ_DATE = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/;

/**
 * Parses `20260930T120000Z` to milliseconds since the epoch; undefined if it is not a valid time.
 * `Date` alone would move the 31st of February to another day, and return NaN for `…T999999Z`: every comparison of a clock check is false for NaN.
 */
export function parseAmzDate(text: string): number | undefined {
  const match = AMZ_DATE.exec(text);
  if (!match) return undefined;
  const [, year, month, day, hour, minute, second] = match;
  const time = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
  const date = new Date(time);
  const isSame =
    date.getUTCFullYear() === Number(year) &&
    date.getUTCMonth() === Number(month) - 1 &&
    date.getUTCDate() === Number(day) &&
    date.getUTCHours() === Number(hour) &&
    date.getUTCMinutes() === Number(minute) &&
    date.getUTCSeconds() === Number(second);
  return isSame ? time : undefined;
}

/** Formats a time in whole seconds, as STS does: `2026-09-30T12:00:00Z`. */
export function formatIsoSeconds(time: number): string {
  return new Date(time).toISOString().replace(/\.\d{3}/, '');
}
