import type { JsonObject } from '@tenant-aws/policy/json';
import type { JsonOperation } from '../json-service.ts';
import { type Page, pageOf } from '../paging.ts';
import type { ResourceScope } from '../service.ts';
import { BOOLEAN, integer, type Members, oneOf, string, textOf } from '../shape.ts';
import type { LogGroup, LogStream } from './log-store.ts';
import { GROUP_NAME, GROUP_REFERENCE, groupArn, groupNameOf, invalidParameter, STREAM_NAME, streamArn } from './names.ts';
import type { LogsContext } from './operation.ts';
import { PUT_LOG_EVENTS } from './put-log-events.ts';
import { FILTER_LOG_EVENTS, GET_LOG_EVENTS } from './read-events.ts';

const MAX_PAGE = 50;
const PAGE: Members = { 'limit?': integer(1, MAX_PAGE), 'nextToken?': string({ min: 1 }) };

/** Every supported operation of CloudWatch Logs. All others are answered with 501. */
export const LOGS_OPERATIONS: readonly JsonOperation<LogsContext>[] = [
  {
    operation: 'CreateLogGroup',
    actions: ['logs:CreateLogGroup'],
    members: { logGroupName: GROUP_NAME },
    parse(given, { scope, store }, { now }) {
      const group = textOf(given['logGroupName']);
      return {
        authorize: [{ action: 'logs:CreateLogGroup', resource: streamArn(scope, group), context: {} }],
        execute() {
          store.createGroup(group, now.getTime());
          return {};
        },
      };
    },
  },
  {
    operation: 'CreateLogStream',
    actions: ['logs:CreateLogStream'],
    members: { logGroupName: GROUP_NAME, logStreamName: STREAM_NAME },
    parse(given, { scope, store }, { now }) {
      const group = textOf(given['logGroupName']);
      const stream = textOf(given['logStreamName']);
      return {
        authorize: [{ action: 'logs:CreateLogStream', resource: streamArn(scope, group, stream), context: {} }],
        execute() {
          store.createStream(group, stream, now.getTime());
          return {};
        },
      };
    },
  },
  PUT_LOG_EVENTS,
  GET_LOG_EVENTS,
  FILTER_LOG_EVENTS,
  {
    operation: 'DescribeLogStreams',
    actions: ['logs:DescribeLogStreams'],
    members: {
      ...GROUP_REFERENCE,
      'logStreamNamePrefix?': STREAM_NAME,
      'orderBy?': oneOf('LogStreamName', 'LastEventTime'),
      'descending?': BOOLEAN,
      ...PAGE,
    },
    parse(given, { scope, store }, { caller }) {
      const action = 'logs:DescribeLogStreams';
      const group = groupNameOf(given, scope, caller, action);
      if (given['orderBy'] === 'LastEventTime' && given['logStreamNamePrefix'] !== undefined) {
        throw invalidParameter('Cannot order by LastEventTime with a logStreamNamePrefix.');
      }
      return {
        authorize: [{ action, resource: streamArn(scope, group), context: {} }],
        execute() {
          const { items, nextToken } = pageOfNamed(orderedStreams(store.group(group), given), given);
          return {
            logStreams: items.map((stream) => describeStream(scope, group, stream)),
            ...(nextToken !== undefined && { nextToken }),
          };
        },
      };
    },
  },
  {
    operation: 'DescribeLogGroups',
    actions: ['logs:DescribeLogGroups'],
    members: { 'logGroupNamePrefix?': GROUP_NAME, ...PAGE },
    parse: (given, { scope, store }) => ({
      // The empty name: a policy for one log group does not allow this action.
      authorize: [{ action: 'logs:DescribeLogGroups', resource: streamArn(scope, ''), context: {} }],
      execute() {
        const prefix = textOf(given['logGroupNamePrefix']);
        const { items, nextToken } = pageOfNamed(
          store.groups().filter(({ name }) => name.startsWith(prefix)),
          given,
        );
        return { logGroups: items.map((group) => describeGroup(scope, group)), ...(nextToken !== undefined && { nextToken }) };
      },
    }),
  },
];

function pageOfNamed<Item extends { readonly name: string }>(items: readonly Item[], { limit, nextToken }: JsonObject): Page<Item> {
  return pageOf(items, ({ name }) => name, {
    token: typeof nextToken === 'string' ? nextToken : undefined,
    limit: typeof limit === 'number' ? limit : MAX_PAGE,
    code: 'InvalidParameterException',
  });
}

function orderedStreams({ streams }: LogGroup, { logStreamNamePrefix, orderBy, descending }: JsonObject): readonly LogStream[] {
  const lastTime = ({ events }: LogStream): number => (orderBy === 'LastEventTime' ? (events.at(-1)?.timestamp ?? 0) : 0);
  const ordered = [...streams.values()]
    .filter(({ name }) => name.startsWith(textOf(logStreamNamePrefix)))
    .toSorted((a, b) => lastTime(a) - lastTime(b) || (a.name < b.name ? -1 : 1));
  return descending === true ? ordered.toReversed() : ordered;
}

function describeStream(scope: ResourceScope, group: string, { name, creationTime, events, lastIngestionTime }: LogStream): JsonObject {
  const [first, last] = [events[0], events.at(-1)];
  return {
    logStreamName: name,
    creationTime,
    ...(first && { firstEventTimestamp: first.timestamp }),
    ...(last && { lastEventTimestamp: last.timestamp }),
    ...(lastIngestionTime !== undefined && { lastIngestionTime }),
    arn: streamArn(scope, group, name),
    storedBytes: 0,
  };
}

/** `arn` ends in `:*`, as policies need it. */
function describeGroup(scope: ResourceScope, { name, creationTime }: LogGroup): JsonObject {
  const arn = groupArn(scope, name);
  return {
    logGroupName: name,
    creationTime,
    metricFilterCount: 0,
    arn: `${arn}:*`,
    logGroupArn: arn,
    storedBytes: 0,
    logGroupClass: 'STANDARD',
  };
}
