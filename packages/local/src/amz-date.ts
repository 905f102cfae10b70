const AMZ_DATE = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/;

/**
 * Parses `20260930T120000Z` to milliseconds since the epoch; undefined if it is not a valid time.
 * `Date` alone would move the 31st of February to another day, and return NaN for `…T999999Z`: every comparison of a clock check is false for NaN.
 */
export function parseAmzDate(text: string): number | undefined {
  const match = AMZ_DATE.exec(text);
  if (!match) return undefined;
  const [, year, month, day, hour, minute, second] = match;
  const iso = `${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`;
  const time = Date.parse(iso);
  if (Number.isNaN(time) || new Date(time).toISOString() !== iso) return undefined;
  return time;
}

/** Formats a time in whole seconds, as STS does: `2026-09-30T12:00:00Z`. */
export function formatIsoSeconds(time: number): string {
  return new Date(time).toISOString().replace(/\.\d{3}/, '');
}
