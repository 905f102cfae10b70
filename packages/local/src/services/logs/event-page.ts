import type { JsonObject } from '@tenant-aws/policy/json';
import type { LogEvent } from './log-store.ts';

/** AWS counts this many bytes for each event, in addition to its message in UTF-8. */
const EVENT_BYTES = 26;
/** The limit of a request with events, and of a page of events. */
export const MAX_BATCH_BYTES = 1_048_576;

export function eventBytes({ message }: Pick<LogEvent, 'message'>): number {
  return Buffer.byteLength(message) + EVENT_BYTES;
}

/** The first events that fit into a page; at least one, if there is one. */
export function firstEvents<Event extends LogEvent>(events: readonly Event[], limit: number): readonly Event[] {
  return events.slice(0, countThatFits(events, limit));
}

/** The last events that fit into a page; at least one, if there is one. */
export function lastEvents<Event extends LogEvent>(events: readonly Event[], limit: number): readonly Event[] {
  return events.slice(events.length - countThatFits(events.toReversed(), limit));
}

function countThatFits(events: readonly LogEvent[], limit: number): number {
  let bytes = 0;
  const over = events.slice(0, limit).findIndex((event) => (bytes += eventBytes(event)) > MAX_BATCH_BYTES);
  return over === -1 ? Math.min(events.length, limit) : Math.max(1, over);
}

/** The events of a time range. The range is unlimited on a side where the request has no number. */
export function inRange<Event extends LogEvent>(
  events: readonly Event[],
  { startTime, endTime }: JsonObject,
  end: 'inclusive' | 'exclusive',
): readonly Event[] {
  const from = typeof startTime === 'number' ? startTime : 0;
  const to = typeof endTime === 'number' ? endTime : Number.POSITIVE_INFINITY;
  return events.filter(({ timestamp }) => timestamp >= from && (end === 'inclusive' ? timestamp <= to : timestamp < to));
}
