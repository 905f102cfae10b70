const AMZ_DATE = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/;

/**
 * Reads `20260930T120000Z` as milliseconds since the epoch, or undefined.
 * `Date` would roll `…T999999Z` or the 31st of February over to another day, or answer NaN, which passes every comparison of a clock check.
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

/** Writes a time as STS does, in whole seconds: `2026-09-30T12:00:00Z`. */
export function formatIsoSeconds(time: number): string {
  return new Date(time).toISOString().replace(/\.\d{3}/, '');
}
