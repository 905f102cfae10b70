import * as eventbridge from '@aws-sdk/client-eventbridge';
import { beforeEach, describe, expect, it } from 'vitest';
import type { DeliveredEvent } from '../../src/index.ts';
import { eventsService } from '../../src/services/events/index.ts';
import { EVENTS_OPERATIONS } from '../../src/services/events/operations.ts';
import { modelOf } from '../client-schema.ts';
import { type ServiceHarness, serviceHarness } from '../service-harness.ts';

const model = modelOf(eventbridge);
const SUPPORTED = EVENTS_OPERATIONS.map(({ operation }) => operation);
const REFUSED = model.operations.filter((name) => !SUPPORTED.includes(name));
const BUS = 'arn:aws:events:us-east-1:000000000000:event-bus/';
const ENTRY = { Source: 'app.acme', DetailType: 'OrderPlaced', Detail: '{"id":1}' };

let events: DeliveredEvent[];
let harness: ServiceHarness;
beforeEach(() => {
  events = [];
  harness = serviceHarness(eventsService({ account: '000000000000', region: 'us-east-1', buses: ['orders'], events }));
});

async function send(operation: string, input: unknown): Promise<{ status: number; result: Record<string, unknown> }> {
  const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `AWSEvents.${operation}` };
  const { status, body } = await harness.send(headers, typeof input === 'string' ? input : JSON.stringify(input));
  return { status, result: JSON.parse(body.toString()) };
}
const put = (...Entries: readonly unknown[]) => send('PutEvents', { Entries });

describe("the operations and parameters of the SDK's client of EventBridge", () => {
  it('are supported or refused: both lists are complete', () => {
    expect(SUPPORTED).toEqual(['PutEvents', 'DescribeEventBus', 'ListEventBuses']);
    expect(SUPPORTED.filter((name) => !model.operations.includes(name))).toEqual([]);
    expect(REFUSED.length).toBeGreaterThan(50);
  });

  it.each(REFUSED)('return 501 for %s', async (name) => {
    expect(await send(name, {})).toMatchObject({ status: 501, result: { __type: 'NotImplemented' } });
  });

  it('return 501 for parameters that are not in the table', async () => {
    const refused: string[] = [];
    for (const { operation, path, input } of SUPPORTED.flatMap((name) => model.parameters(name))) {
      if ((await send(operation, input)).status === 501) refused.push(`${operation}.${path}`);
    }
    expect(refused).toEqual(['PutEvents.EndpointId']);
    expect(harness.executed.filter((name) => name === 'PutEvents')).toEqual([]);
  });
});

describe('PutEvents', () => {
  it('delivers an event with every property', async () => {
    const { result } = await put({
      ...ENTRY,
      Time: 1_772_323_200.5,
      Resources: ['arn:aws:s3:::pool/acme'],
      TraceHeader: 'Root=1-2',
      EventBusName: 'orders',
    });
    expect(result).toEqual({ FailedEntryCount: 0, Entries: [{ EventId: events[0]?.id }] });
    expect(events).toEqual([
      {
        id: expect.stringMatching(/^[\da-f-]{36}$/),
        time: new Date('2026-03-01T00:00:00.500Z'),
        source: 'app.acme',
        detailType: 'OrderPlaced',
        detail: { id: 1 },
        resources: ['arn:aws:s3:::pool/acme'],
        eventBusName: 'orders',
        account: '000000000000',
        region: 'us-east-1',
        traceHeader: 'Root=1-2',
      },
    ]);
  });

  it('uses the time of the request and the default bus where an entry has neither', async () => {
    await put(ENTRY);
    expect(events).toMatchObject([{ time: harness.now, eventBusName: 'default', resources: [] }]);
  });

  it('accepts the ARN of a bus', async () => {
    await put({ ...ENTRY, EventBusName: `${BUS}orders` });
    expect(events).toMatchObject([{ eventBusName: 'orders' }]);
    expect(harness.iamRequests).toMatchObject([{ resource: `${BUS}orders` }]);
  });

  it('needs one permission for each bus, with the values of all its entries', async () => {
    await put(ENTRY, { ...ENTRY, Source: 'app.globex' }, { ...ENTRY, EventBusName: 'orders', DetailType: 'Paid' }, ENTRY);
    expect(harness.iamRequests).toEqual([
      {
        action: 'events:PutEvents',
        resource: `${BUS}default`,
        context: {
          'events:source': ['app.acme', 'app.globex'],
          'events:detail-type': ['OrderPlaced'],
          'events:eventBusInvocation': 'false',
        },
      },
      {
        action: 'events:PutEvents',
        resource: `${BUS}orders`,
        context: { 'events:source': ['app.acme'], 'events:detail-type': ['Paid'], 'events:eventBusInvocation': 'false' },
      },
    ]);
  });

  it('does not deliver an event for a bus that does not exist, as AWS does', async () => {
    expect((await put({ ...ENTRY, EventBusName: 'other' })).result).toMatchObject({ FailedEntryCount: 0 });
    expect(events).toEqual([]);
  });

  it.each<[string, object, string]>([
    ['a missing source', { Source: undefined }, 'InvalidArgument'],
    ['an empty source', { Source: '' }, 'InvalidArgument'],
    ['a long source', { Source: 'x'.repeat(257) }, 'InvalidArgument'],
    ['a missing detail type', { DetailType: undefined }, 'InvalidArgument'],
    ['a long detail type', { DetailType: 'x'.repeat(129) }, 'InvalidArgument'],
    ['a missing detail', { Detail: undefined }, 'InvalidArgument'],
    ['a detail that is not JSON', { Detail: '{' }, 'MalformedDetail'],
    ['a detail that is a list', { Detail: '[]' }, 'MalformedDetail'],
    ['a detail that is null', { Detail: 'null' }, 'MalformedDetail'],
    ['a detail with a key twice', { Detail: '{"tenant":"acme","tenant":"globex"}' }, 'MalformedDetail'],
    ['a detail with the key __proto__', { Detail: '{"__proto__":{"tenant":"globex"}}' }, 'MalformedDetail'],
    ['a detail with a number out of range', { Detail: '{"a":1e999}' }, 'MalformedDetail'],
    ['a detail with 1,001 levels', { Detail: `${'{"a":'.repeat(1001)}1${'}'.repeat(1001)}` }, 'MalformedDetail'],
    ['a source of AWS', { Source: 'aws.s3' }, 'NotAuthorizedForSourceException'],
  ])('reports %s for the entry, and delivers the others', async (_, change, code) => {
    const { result } = await put({ ...ENTRY, ...change }, ENTRY);
    expect(result).toMatchObject({ FailedEntryCount: 1, Entries: [{ ErrorCode: code }, { EventId: events[0]?.id }] });
    expect(events).toHaveLength(1);
  });

  it.each<[string, unknown, string]>([
    ['no entry', { Entries: [] }, 'ValidationException'],
    ['11 entries', { Entries: Array.from({ length: 11 }, () => ENTRY) }, 'ValidationException'],
    ['only incomplete entries', { Entries: [{ Source: 'a' }, { Detail: '{}' }] }, 'ValidationException'],
    ['null for an entry', { Entries: [ENTRY, null] }, 'SerializationException'],
    ['a text for the time', { Entries: [{ ...ENTRY, Time: '2026' }] }, 'SerializationException'],
    ['a time out of range', { Entries: [{ ...ENTRY, Time: 1e300 }] }, 'ValidationException'],
    ['an object for the detail', { Entries: [{ ...ENTRY, Detail: {} }] }, 'SerializationException'],
    ['a number for the source', { Entries: [{ ...ENTRY, Source: 1 }] }, 'SerializationException'],
    ['a bus name with a colon', { Entries: [{ ...ENTRY, EventBusName: 'a:b' }] }, 'ValidationException'],
    ['an empty bus name', { Entries: [{ ...ENTRY, EventBusName: '' }] }, 'ValidationException'],
    ['an ARN of a rule', { Entries: [{ ...ENTRY, EventBusName: BUS.replace('event-bus', 'rule') }] }, 'ValidationException'],
    [
      'a bus of another account',
      { Entries: [{ ...ENTRY, EventBusName: `${BUS.replace('0000', '1111')}default` }] },
      'AccessDeniedException',
    ],
    ['a bus of another region', { Entries: [{ ...ENTRY, EventBusName: `${BUS.replace('us', 'eu')}default` }] }, 'AccessDeniedException'],
    ['a bus of another partition', { Entries: [{ ...ENTRY, EventBusName: `${BUS.replace('aws', 'aws-cn')}a` }] }, 'AccessDeniedException'],
    ['a key twice', `{"Entries":[{"Source":"a","Source":"b"}]}`, 'SerializationException'],
    ['a body of null', 'null', 'SerializationException'],
    ['a lone surrogate', '{"Entries":[{"Source":"\\ud800"}]}', 'SerializationException'],
    ['entries of 1 MB', { Entries: [{ ...ENTRY, Detail: `{"a":"${'x'.repeat(1024 * 1024 - 27)}"}`, Source: 'a', DetailType: 'b' }] }, 'ok'],
    [
      'entries over 1 MB',
      { Entries: [{ ...ENTRY, Detail: `{"a":"${'é'.repeat(512 * 1024)}"}`, Source: 'a', DetailType: 'b' }] },
      'ValidationException',
    ],
  ])('responds to %s with %s', async (_, input, code) => {
    const { status, result } = await send('PutEvents', input);
    expect(status === 200 ? 'ok' : result['__type']).toBe(code);
    if (code !== 'ok') expect([status, events, harness.executed]).toEqual([400, [], []]);
  });

  it('keeps the latest 10,000 events at most', async () => {
    const entries = Array.from({ length: 10 }, () => ENTRY);
    for (let sent = 0; sent < 1001; sent += 1) await put(...entries);
    expect(events.length).toBeGreaterThanOrEqual(9000);
    expect(events.length).toBeLessThanOrEqual(10_000);
  });
});

describe('the event buses', () => {
  it('are described by name, by ARN and by default', async () => {
    for (const Name of ['orders', `${BUS}orders`]) {
      expect((await send('DescribeEventBus', { Name })).result).toEqual({ Name: 'orders', Arn: `${BUS}orders` });
    }
    expect((await send('DescribeEventBus', {})).result).toEqual({ Name: 'default', Arn: `${BUS}default` });
    expect(await send('DescribeEventBus', { Name: 'other' })).toMatchObject({
      status: 400,
      result: { __type: 'ResourceNotFoundException' },
    });
  });

  it('are listed in pages', async () => {
    const { result } = await send('ListEventBuses', { Limit: 1 });
    expect(result).toMatchObject({ EventBuses: [{ Name: 'default' }] });
    const next = await send('ListEventBuses', { Limit: 1, NextToken: result['NextToken'] });
    expect(next.result).toEqual({ EventBuses: [{ Name: 'orders', Arn: `${BUS}orders` }] });
    expect((await send('ListEventBuses', { NamePrefix: 'ord' })).result['EventBuses']).toHaveLength(1);
    expect(await send('ListEventBuses', { NextToken: 'x' })).toMatchObject({ status: 400, result: { __type: 'ValidationException' } });
  });

  it.each([
    ['a name with a colon', 'a:b'],
    ['an empty name', ''],
    ['a number', 5],
  ])('cannot have %s', (_, name) => {
    const create = () => eventsService({ account: '000000000000', region: 'us-east-1', buses: [name as string], events });
    expect(create).toThrow(`the event bus \`${name}\` cannot be created`);
  });
});
