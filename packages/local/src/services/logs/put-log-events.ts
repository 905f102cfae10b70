import { isObject, type Json, type JsonObject } from '@tenant-aws/policy/json';
import type { JsonOperation } from '../json-service.ts';
import { integer, list, string, STRING, structure, textOf } from '../shape.ts';
import { eventBytes, MAX_BATCH_BYTES } from './event-page.ts';
import type { LogEvent } from './log-store.ts';
import { GROUP_NAME, invalidParameter, STREAM_NAME, streamArn } from './names.ts';
import type { LogsContext } from './operation.ts';

type NewEvent = Pick<LogEvent, 'timestamp' | 'message'>;

const HOUR_MS = 3_600_000;
const MAX_AGE_MS = 14 * 24 * HOUR_MS;
const MAX_FUTURE_MS = 2 * HOUR_MS;
const MAX_SPAN_MS = 24 * HOUR_MS;

/** @see Amazon CloudWatch Logs API Reference, "PutLogEvents": the limits of a batch. A sequence token is accepted and ignored. */
export const PUT_LOG_EVENTS: JsonOperation<LogsContext> = {
  operation: 'PutLogEvents',
  actions: ['logs:PutLogEvents'],
  members: {
    logGroupName: GROUP_NAME,
    logStreamName: STREAM_NAME,
    logEvents: list(structure({ timestamp: integer(0, Number.MAX_SAFE_INTEGER), message: string({ min: 1 }) }), { min: 1, max: 10_000 }),
    'sequenceToken?': STRING,
  },
  parse(given, { scope, store }, { now }) {
    const group = textOf(given['logGroupName']);
    const stream = textOf(given['logStreamName']);
    const { accepted, rejected } = checkBatch(readEvents(given['logEvents']), now.getTime());
    return {
      authorize: [{ action: 'logs:PutLogEvents', resource: streamArn(scope, group, stream), context: {} }],
      execute() {
        store.append(store.stream(group, stream), accepted, now.getTime());
        return rejected;
      },
    };
  },
};

function readEvents(events: Json | undefined): readonly NewEvent[] {
  const all = Array.isArray(events) ? events.filter((event) => isObject(event)) : [];
  return all.map(({ timestamp, message }) => ({ timestamp: Number(timestamp), message: textOf(message) }));
}

/** Separates the events that AWS accepts from those that are too old or too new. */
function checkBatch(events: readonly NewEvent[], now: number): { accepted: readonly NewEvent[]; rejected: JsonObject } {
  const bytes = events.reduce((sum, event) => sum + eventBytes(event), 0);
  if (bytes > MAX_BATCH_BYTES) throw invalidParameter(`Upload too large: ${bytes} bytes exceeds limit of ${MAX_BATCH_BYTES}`);
  if (events.some(({ timestamp }, at) => timestamp < (events[at - 1]?.timestamp ?? 0))) {
    throw invalidParameter('Log events in a single PutLogEvents request must be in chronological order.');
  }
  const tooOld = events.filter(({ timestamp }) => timestamp < now - MAX_AGE_MS).length;
  const tooNew = events.filter(({ timestamp }) => timestamp > now + MAX_FUTURE_MS).length;
  const accepted = events.slice(tooOld, events.length - tooNew);
  if ((accepted.at(-1)?.timestamp ?? 0) - (accepted[0]?.timestamp ?? 0) > MAX_SPAN_MS) {
    throw invalidParameter('The batch of log events in a single PutLogEvents request cannot span more than 24 hours.');
  }
  const info = {
    ...(tooOld > 0 && { tooOldLogEventEndIndex: tooOld }),
    ...(tooNew > 0 && { tooNewLogEventStartIndex: events.length - tooNew }),
  };
  return { accepted, rejected: tooOld + tooNew > 0 ? { rejectedLogEventsInfo: info } : {} };
}
