import { DescribeEventBusCommand, EventBridgeClient, ListEventBusesCommand, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { LocalAws } from '../../src/index.ts';
import { clientConfig, outcomeOf } from '../start-aws.ts';
import { clientsOf, sendByTurns, type Statement, startService, tenantKeys } from '../tenant-sessions.ts';

const BUS = 'arn:aws:events:us-east-1:000000000000:event-bus/';
const denied = { name: 'AccessDeniedException', $metadata: { httpStatusCode: 400 } };

let aws: LocalAws;
beforeAll(async () => {
  aws = await startService('events', { buses: ['app', 'audit'] });
});
beforeEach(() => {
  aws.events.length = 0;
});
afterAll(() => aws.close());

const ofSource = (tenant: string, operator = 'ForAllValues:StringEquals'): Statement => ({
  Action: ['events:PutEvents', 'events:DescribeEventBus'],
  Resource: `${BUS}app`,
  Condition: { [operator]: { 'events:source': `app.${tenant}` }, Null: { 'events:source': 'false' } },
});
async function clientOf(tenant: string, ...statements: readonly Statement[]): Promise<EventBridgeClient> {
  return new EventBridgeClient(clientConfig(aws, await tenantKeys(aws, tenant, ...statements)));
}
const entry = (tenant: string, EventBusName = 'app') => ({
  Source: `app.${tenant}`,
  DetailType: 'OrderPlaced',
  Detail: JSON.stringify({ tenant }),
  EventBusName,
});
const put = (client: EventBridgeClient, ...Entries: readonly ReturnType<typeof entry>[]) =>
  client.send(new PutEventsCommand({ Entries: [...Entries] }));

describe("a session with the source of its tenant's events", () => {
  it('sends events of its own source, which record its session name', async () => {
    const client = await clientOf('acme', ofSource('acme'));
    const { Entries, FailedEntryCount } = await put(client, entry('acme'), entry('acme'));
    expect([FailedEntryCount, Entries]).toEqual([0, aws.events.map(({ id }) => ({ EventId: id }))]);
    expect(aws.events).toMatchObject([{ detail: { tenant: 'acme' }, tenantSession: 'acme' }, { tenantSession: 'acme' }]);
  });

  it.each<[string, ReturnType<typeof entry>[]]>([
    ['of another tenant', [entry('globex')]],
    ['in a batch with one of another tenant', [entry('acme'), entry('globex')]],
    ['for another bus', [entry('acme', 'audit')]],
    ['for the default bus', [entry('acme', 'default')]],
    ['for its own bus and for another bus', [entry('acme'), entry('acme', 'audit')]],
    ['for the bus of another account', [entry('acme', `${BUS.replace('000000000000', '111111111111')}app`)]],
    ['for the bus of another region', [entry('acme', `${BUS.replace('us-east-1', 'eu-west-1')}app`)]],
    ['of a source in another letter case', [{ ...entry('acme'), Source: 'APP.ACME' }]],
    ['of a source that begins with its own', [{ ...entry('acme'), Source: 'app.acme-2' }]],
  ])('may not send an event %s', async (_, entries) => {
    const client = await clientOf('acme', ofSource('acme'));
    await expect(put(client, ...entries)).rejects.toMatchObject(denied);
    expect(aws.events).toEqual([]);
  });

  it('gets the error message of AWS', async () => {
    const client = await clientOf('acme', ofSource('acme'));
    await expect(put(client, entry('globex'))).rejects.toThrow(
      `User: arn:aws:sts::000000000000:assumed-role/TenantAccess/acme is not authorized to perform: events:PutEvents on resource: ${BUS}app because no session policy allows the events:PutEvents action`,
    );
  });

  it('may send a batch with a foreign source under `ForAnyValue`, as the hazard is on AWS', async () => {
    const client = await clientOf('acme', ofSource('acme', 'ForAnyValue:StringEquals'));
    await put(client, entry('acme'), entry('globex'));
    expect(aws.events).toHaveLength(2);
  });

  it('is bound by the detail type and by direct invocation', async () => {
    const Condition = {
      'ForAllValues:StringEquals': { 'events:detail-type': 'OrderPlaced' },
      Null: { 'events:detail-type': 'false' },
      StringEquals: { 'events:eventBusInvocation': 'false' },
    };
    const client = await clientOf('acme', { Action: 'events:PutEvents', Resource: `${BUS}app`, Condition });
    await put(client, entry('acme'));
    expect(await outcomeOf(put(client, { ...entry('acme'), DetailType: 'Refunded' }))).toBe('AccessDeniedException');
  });

  it('may neither list buses nor describe another bus', async () => {
    const client = await clientOf('acme', { Action: 'events:*', Resource: `${BUS}app` });
    expect(await client.send(new DescribeEventBusCommand({ Name: 'app' }))).toMatchObject({ Name: 'app', Arn: `${BUS}app` });
    await expect(client.send(new DescribeEventBusCommand({ Name: 'audit' }))).rejects.toMatchObject(denied);
    await expect(client.send(new ListEventBusesCommand({}))).rejects.toMatchObject(denied);
  });
});

it('keeps the events of 100 concurrent requests of two tenants apart', async () => {
  const clients = await clientsOf(['acme', 'globex'], (tenant) => clientOf(tenant, ofSource(tenant)));
  await sendByTurns(clients, (client, tenant) => put(client, entry(tenant)));
  const pairs = aws.events.map(({ tenantSession, source, detail }) => `${tenantSession} ${source} ${String(detail['tenant'])}`);
  expect(pairs.filter((pair) => pair === 'acme app.acme acme')).toHaveLength(50);
  expect(pairs.filter((pair) => pair === 'globex app.globex globex')).toHaveLength(50);
});

it('records the bus in `calls`, and nothing of the events', async () => {
  const client = await clientOf('acme', ofSource('acme'));
  aws.calls.length = 0;
  await put(client, { ...entry('acme'), Detail: '{"password":"hunter2"}' });
  expect(aws.calls).toMatchObject([{ service: 'events', operation: 'PutEvents', resource: `${BUS}app`, decision: 'allowed' }]);
  expect(JSON.stringify(aws.calls)).not.toContain('hunter2');
});
