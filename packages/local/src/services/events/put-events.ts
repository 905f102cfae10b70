import { randomUUID } from 'node:crypto';
import { isObject, type JsonObject } from '@tenant-aws/policy/json';
import type { IamRequest } from '@tenant-aws/prover/evaluator';
import { appendBounded } from '../../bounded-list.ts';
import type { JsonOperation } from '../json-service.ts';
import { AwsError, type ResourceScope, type VerifiedRequest } from '../service.ts';
import { list, NUMBER, string, STRING, structure, textOf } from '../shape.ts';
import type { DeliveredEvent } from './delivered-event.ts';
import { entryBytes, isComplete, readDetail } from './entry.ts';
import { busArn, busNameOf } from './event-bus.ts';
import type { EventsContext } from './operation.ts';

const ACTION = 'events:PutEvents';
const MAX_BYTES = 1024 * 1024;
const MAX_EVENTS = 10_000;
/** JavaScript's `Date` has this range. */
const MAX_TIME_SECONDS = 8_640_000_000_000;

interface Entry {
  readonly bus: string;
  readonly given: JsonObject;
}

/**
 * AWS decides PutEvents once for each event bus of the request: `events:source` and `events:detail-type` are multivalued and contain the
 * values of all entries for that bus. A denial refuses the whole request.
 *
 * @see Service Authorization Reference, "Actions, resources, and condition keys for Amazon EventBridge"
 */
export const PUT_EVENTS: JsonOperation<EventsContext> = {
  operation: 'PutEvents',
  actions: [ACTION],
  conditionKeys: ['events:source', 'events:detail-type', 'events:eventBusInvocation'],
  members: {
    Entries: list(
      structure({
        'Time?': NUMBER,
        'Source?': STRING,
        'Resources?': list(STRING),
        'DetailType?': STRING,
        'Detail?': STRING,
        'EventBusName?': string({ min: 1, max: 1600 }),
        'TraceHeader?': string({ min: 1, max: 500 }),
      }),
      { min: 1, max: 10 },
    ),
  },
  parse(given, context, request) {
    const entries = readEntries(given, context.scope, request);
    return {
      authorize: iamRequests(context.scope, entries),
      execute() {
        const results = entries.map((entry) => deliver(entry, context, request));
        return { FailedEntryCount: results.filter((result) => !('EventId' in result)).length, Entries: results };
      },
    };
  },
};

function readEntries({ Entries }: JsonObject, scope: ResourceScope, { caller }: VerifiedRequest): readonly Entry[] {
  const all = Array.isArray(Entries) ? Entries.filter((entry) => isObject(entry)) : [];
  if (!all.some(isComplete)) throw validationError('No entry has each of the parameters Source, DetailType and Detail.');
  if (all.reduce((sum, entry) => sum + entryBytes(entry), 0) >= MAX_BYTES) {
    throw validationError('Total size of the entries in the request is over the limit.');
  }
  for (const { Time } of all) {
    if (typeof Time === 'number' && Math.abs(Time) > MAX_TIME_SECONDS) throw validationError('Time is out of range.');
  }
  return all.map((entry) => ({
    given: entry,
    bus: busNameOf(scope, caller, ACTION, typeof entry['EventBusName'] === 'string' ? entry['EventBusName'] : undefined),
  }));
}

function iamRequests(scope: ResourceScope, entries: readonly Entry[]): IamRequest[] {
  return [...new Set(entries.map(({ bus }) => bus))].map((bus) => {
    const ofBus = entries.filter((entry) => entry.bus === bus).map(({ given }) => given);
    const sources = ofBus.map(({ Source }) => textOf(Source));
    const detailTypes = ofBus.map(({ DetailType }) => textOf(DetailType));
    return {
      action: ACTION,
      resource: busArn(scope, bus),
      context: {
        'events:source': [...new Set(sources)],
        'events:detail-type': [...new Set(detailTypes)],
        // `true` only for an event that one bus forwards to another.
        'events:eventBusInvocation': 'false',
      },
    };
  });
}

/** As on AWS, an event for a bus that does not exist gets an EventId, and is not delivered. */
function deliver({ bus, given }: Entry, { scope, buses, events }: EventsContext, { caller, now }: VerifiedRequest): JsonObject {
  const read = readDetail(given);
  if ('ErrorCode' in read) return { ...read };
  const { Source, DetailType, Resources, Time, TraceHeader } = given;
  const event: DeliveredEvent = {
    id: randomUUID(),
    time: typeof Time === 'number' ? new Date(Time * 1000) : new Date(now),
    source: textOf(Source),
    detailType: textOf(DetailType),
    detail: read.detail,
    resources: Array.isArray(Resources) ? Resources.map(textOf) : [],
    eventBusName: bus,
    ...scope,
    ...(typeof TraceHeader === 'string' && { traceHeader: TraceHeader }),
    ...(caller.sessionName !== undefined && { tenantSession: caller.sessionName }),
  };
  if (buses.has(bus)) appendBounded(events, event, MAX_EVENTS);
  return { EventId: event.id };
}

function validationError(message: string): AwsError {
  return new AwsError('ValidationException', 400, message);
}
