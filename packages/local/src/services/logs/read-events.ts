import type { JsonObject } from '@tenant-aws/policy/json';
import type { JsonOperation } from '../json-service.ts';
import { BOOLEAN, integer, list, type Members, string, textOf } from '../shape.ts';
import { firstEvents, inRange, lastEvents } from './event-page.ts';
import { parseFilterPattern } from './filter-pattern.ts';
import { comparePositions, formatToken, type LogToken, parseToken, START } from './log-position.ts';
import type { LogEvent, LogGroup } from './log-store.ts';
import { GROUP_REFERENCE, groupNameOf, invalidParameter, STREAM_NAME, streamArn } from './names.ts';
import type { LogsContext } from './operation.ts';

const MAX_EVENTS = 10_000;
const TIME = integer(0, Number.MAX_SAFE_INTEGER);
const PAGE: Members = {
  'startTime?': TIME,
  'endTime?': TIME,
  'limit?': integer(1, MAX_EVENTS),
  'nextToken?': string({ min: 1 }),
};

export const GET_LOG_EVENTS: JsonOperation<LogsContext> = {
  operation: 'GetLogEvents',
  actions: ['logs:GetLogEvents'],
  members: { ...GROUP_REFERENCE, logStreamName: STREAM_NAME, ...PAGE, 'startFromHead?': BOOLEAN },
  parse(given, { scope, store }, { caller }) {
    const action = 'logs:GetLogEvents';
    const group = groupNameOf(given, scope, caller, action);
    const stream = textOf(given['logStreamName']);
    const token = tokenOf(given);
    return {
      authorize: [{ action, resource: streamArn(scope, group, stream), context: {} }],
      execute: () => pageOfStream(inRange(store.stream(group, stream).events, given, 'exclusive'), token, given),
    };
  },
};

/** As on AWS, the only resource is the log group: the response has events of every stream, of every tenant. */
export const FILTER_LOG_EVENTS: JsonOperation<LogsContext> = {
  operation: 'FilterLogEvents',
  actions: ['logs:FilterLogEvents'],
  members: {
    ...GROUP_REFERENCE,
    'logStreamNames?': list(STREAM_NAME, { min: 1, max: 100 }),
    'logStreamNamePrefix?': STREAM_NAME,
    'filterPattern?': string({ max: 1024 }),
    ...PAGE,
    // Ignored by AWS since 2019.
    'interleaved?': BOOLEAN,
  },
  parse(given, { scope, store }, { caller }) {
    const action = 'logs:FilterLogEvents';
    const group = groupNameOf(given, scope, caller, action);
    const { logStreamNames, logStreamNamePrefix } = given;
    if (logStreamNames !== undefined && logStreamNamePrefix !== undefined) {
      throw invalidParameter('logStreamNames and logStreamNamePrefix cannot be used together.');
    }
    const token = tokenOf(given);
    if (token?.direction === 'b') throw invalidParameter('The specified nextToken is invalid.');
    const matches = parseFilterPattern(textOf(given['filterPattern']));
    return {
      authorize: [{ action, resource: streamArn(scope, group), context: {} }],
      execute() {
        const after = token?.position ?? START;
        const found = eventsOfGroup(store.group(group), given).filter(
          (event) => comparePositions(event, after) > 0 && matches(event.message),
        );
        const page = firstEvents(found, limitOf(given));
        const last = page.at(-1);
        return {
          events: page.map(({ stream, sequence, ...event }) => ({
            logStreamName: stream,
            eventId: String(sequence).padStart(56, '0'),
            ...event,
          })),
          searchedLogStreams: [],
          ...(last && page.length < found.length && { nextToken: formatToken({ direction: 'f', position: last }) }),
        };
      },
    };
  },
};

function pageOfStream(events: readonly LogEvent[], token: LogToken | undefined, given: JsonObject): JsonObject {
  const limit = limitOf(given);
  const page = selectPage(events, token, given['startFromHead'] === true, limit);
  const forward = page.at(-1) ?? token?.position ?? START;
  const backward = page[0] ?? token?.position ?? START;
  return {
    events: page.map(({ timestamp, message, ingestionTime }) => ({ timestamp, message, ingestionTime })),
    nextForwardToken: formatToken({ direction: 'f', position: forward }),
    nextBackwardToken: formatToken({ direction: 'b', position: backward }),
  };
}

function selectPage(events: readonly LogEvent[], token: LogToken | undefined, fromHead: boolean, limit: number): readonly LogEvent[] {
  if (token === undefined) return fromHead ? firstEvents(events, limit) : lastEvents(events, limit);
  const { direction, position } = token;
  if (direction === 'f')
    return firstEvents(
      events.filter((event) => comparePositions(event, position) > 0),
      limit,
    );
  return lastEvents(
    events.filter((event) => comparePositions(event, position) < 0),
    limit,
  );
}

function eventsOfGroup({ streams }: LogGroup, given: JsonObject): readonly (LogEvent & { readonly stream: string })[] {
  const { logStreamNames, logStreamNamePrefix } = given;
  const names = Array.isArray(logStreamNames) ? new Set(logStreamNames) : undefined;
  const selected = [...streams.values()].filter(({ name }) => names?.has(name) ?? name.startsWith(textOf(logStreamNamePrefix)));
  return selected
    .flatMap(({ name, events }) => inRange(events, given, 'inclusive').map((event) => ({ ...event, stream: name })))
    .toSorted(comparePositions);
}

function tokenOf({ nextToken }: JsonObject): LogToken | undefined {
  return typeof nextToken === 'string' ? parseToken(nextToken) : undefined;
}

function limitOf({ limit }: JsonObject): number {
  return typeof limit === 'number' ? limit : MAX_EVENTS;
}
