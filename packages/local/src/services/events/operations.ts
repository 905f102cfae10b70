import type { JsonObject } from '@tenant-aws/policy/json';
import type { JsonOperation } from '../json-service.ts';
import { pageOf } from '../paging.ts';
import { AwsError, type ResourceScope } from '../service.ts';
import { integer, string, textOf } from '../shape.ts';
import { busArn, busNameOf } from './event-bus.ts';
import type { EventsContext } from './operation.ts';
import { PUT_EVENTS } from './put-events.ts';

const MAX_PAGE = 100;

/** Every supported operation of EventBridge. All others are answered with 501. */
export const EVENTS_OPERATIONS: readonly JsonOperation<EventsContext>[] = [
  PUT_EVENTS,
  {
    operation: 'DescribeEventBus',
    actions: ['events:DescribeEventBus'],
    members: { 'Name?': string({ min: 1, max: 1600 }) },
    parse({ Name }, { scope, buses }, { caller }) {
      const action = 'events:DescribeEventBus';
      const name = busNameOf(scope, caller, action, typeof Name === 'string' ? Name : undefined);
      return {
        authorize: [{ action, resource: busArn(scope, name), context: {} }],
        execute() {
          if (!buses.has(name)) throw new AwsError('ResourceNotFoundException', 400, `Event bus ${name} does not exist.`);
          return describe(scope, name);
        },
      };
    },
  },
  {
    operation: 'ListEventBuses',
    actions: ['events:ListEventBuses'],
    members: {
      'NamePrefix?': string({ min: 1, max: 256 }),
      'NextToken?': string({ min: 1, max: 2048 }),
      'Limit?': integer(1, MAX_PAGE),
    },
    parse: ({ NamePrefix, NextToken, Limit }, { scope, buses }) => ({
      authorize: [{ action: 'events:ListEventBuses', resource: '*', context: {} }],
      execute() {
        const names = [...buses].filter((name) => name.startsWith(textOf(NamePrefix))).toSorted();
        const token = typeof NextToken === 'string' ? NextToken : undefined;
        const limit = typeof Limit === 'number' ? Limit : MAX_PAGE;
        const { items, nextToken } = pageOf(names, (name) => name, { token, limit, code: 'ValidationException' });
        return { EventBuses: items.map((name) => describe(scope, name)), ...(nextToken !== undefined && { NextToken: nextToken }) };
      },
    }),
  },
];

function describe(scope: ResourceScope, name: string): JsonObject {
  return { Name: name, Arn: busArn(scope, name) };
}
