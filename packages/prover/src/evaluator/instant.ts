import { type Decimal, parseDecimal } from './decimal.ts';

const DATE = /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(Z|([+-])(\d\d):(\d\d)))?)?)?$/;
const EPOCH = /^\d{1,12}$/;
const YEAR = /^\d{4}$/;

/**
 * Parses a date and time to seconds since 1970: the W3C profile of ISO 8601 (`2026-11-24`, `2026-11-24T08:00:00Z`,
 * `…T08:00:00.5+01:00`), or the number of seconds. Four digits are a year.
 *
 * @see AWS IAM User Guide, "IAM JSON policy elements: Condition operators", Date condition operators
 */
export function parseInstant(text: string): Decimal | undefined {
  if (EPOCH.test(text) && !YEAR.test(text)) return parseDecimal(text);
  const match = DATE.exec(text);
  if (!match) return undefined;
  const [
    ,
    year = '',
    month = '01',
    day = '01',
    hour = '00',
    minute = '00',
    second = '00',
    fraction = '0',
    ,
    sign,
    offsetHour,
    offsetMinute,
  ] = match;
  const milliseconds = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  // `Date` accepts 31 April as 1 May, and hour 24 as the next day; IAM's documentation has neither.
  if (Number.isNaN(milliseconds) || new Date(milliseconds).getUTCDate() !== Number(day)) return undefined;
  const offset = parseOffset(sign, offsetHour, offsetMinute);
  if (offset === undefined) return undefined;
  const seconds = BigInt(milliseconds / 1000 - offset);
  return { units: seconds * 10n ** BigInt(fraction.length) + BigInt(fraction), scale: fraction.length };
}

/** Seconds ahead of UTC. */
function parseOffset(sign = '+', hours = '00', minutes = '00'): number | undefined {
  if (Number(hours) > 23 || Number(minutes) > 59) return undefined;
  const seconds = Number(hours) * 3600 + Number(minutes) * 60;
  return sign === '-' ? -seconds : seconds;
}
