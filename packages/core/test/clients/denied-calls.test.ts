import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, HeadObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { channels, type DeniedEvent, type TokenVendingMachine } from '@tenant-aws/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bucket, clockedMachines, everyTemplate, identityOf, table } from '../local-machine.ts';

const { aws, clock, machine } = clockedMachines(everyTemplate);
let events: DeniedEvent[];
const record = (event: DeniedEvent): void => void events.push(event);
beforeEach(() => {
  events = [];
  channels.denied.subscribe(record);
});
afterEach(() => channels.denied.unsubscribe(record));

const s3Of = (tvm: TokenVendingMachine, tenantId = 'acme') =>
  tvm.for(identityOf(tenantId)).client(S3Client, { endpoint: aws.url, forcePathStyle: true });
const foreign = { Bucket: bucket, Key: 'initech/note' };
const requestId = expect.stringMatching(/^.{8,}$/);

describe('tenant-aws:denied', () => {
  it('names the tenant, the service and the operation that AWS denied, also where the response has no body', async () => {
    await using tvm = machine();
    const db = tvm.for(identityOf('acme')).client(DynamoDBClient, { endpoint: aws.url });

    await expect(s3Of(tvm).send(new GetObjectCommand(foreign))).rejects.toMatchObject({ name: 'AccessDenied' });
    await expect(s3Of(tvm).send(new HeadObjectCommand(foreign))).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } });
    await expect(
      db.send(new GetItemCommand({ TableName: table, Key: { customer: { S: 'initech' }, id: { S: '1' } } })),
    ).rejects.toMatchObject({
      name: 'AccessDeniedException',
    });

    expect(events).toEqual([
      { tenantId: 'acme', service: 'S3', operation: 'GetObject', requestId },
      { tenantId: 'acme', service: 'S3', operation: 'HeadObject', requestId },
      { tenantId: 'acme', service: 'DynamoDB', operation: 'GetItem', requestId },
    ]);
  });

  it('is not published for calls that succeed, that fail otherwise, or that the signature guard stopped', async () => {
    await using tvm = machine();
    const s3 = tvm.for(identityOf('acme')).client(S3Client, { endpoint: aws.url, forcePathStyle: true, maxAttempts: 1 });
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'acme/note', Body: 'text' }));
    aws.faults.s3({ code: 'SlowDown', times: 1 });
    await expect(s3.send(new GetObjectCommand(foreign))).rejects.toMatchObject({ name: 'SlowDown' });
    tvm.revoke('acme');
    await expect(s3.send(new GetObjectCommand(foreign))).rejects.toMatchObject({ code: 'tenant_revoked' });

    expect(events).toEqual([]);
  });

  it('names the tenant in whose context a client of all tenants was used', async () => {
    await using tvm = machine();
    const s3 = await tvm.currentClient(S3Client, { endpoint: aws.url, forcePathStyle: true });

    for (const tenantId of ['acme', 'globex']) {
      await expect(tvm.for(identityOf(tenantId)).run(() => s3.send(new GetObjectCommand(foreign)))).rejects.toMatchObject({
        name: 'AccessDenied',
      });
    }

    expect(events.map(({ tenantId }) => tenantId)).toEqual(['acme', 'globex']);
  });

  it('is limited per minute for each tenant', async () => {
    await using tvm = machine({ deniedEventsPerMinute: 2 });
    const denied = (tenantId?: string) =>
      s3Of(tvm, tenantId)
        .send(new GetObjectCommand(foreign))
        .catch(() => undefined);

    for (let times = 0; times < 5; times += 1) await denied();
    await denied('globex');
    expect(events.map(({ tenantId }) => tenantId)).toEqual(['acme', 'acme', 'globex']);

    clock.pass(59_999);
    await denied();
    expect(events).toHaveLength(3);
    clock.pass(1);
    for (let times = 0; times < 5; times += 1) await denied();
    expect(events).toHaveLength(5);
  });

  it('is never published with a limit of 0', async () => {
    await using tvm = machine({ deniedEventsPerMinute: 0 });

    for (let times = 0; times < 3; times += 1)
      await expect(s3Of(tvm).send(new GetObjectCommand(foreign))).rejects.toMatchObject({ name: 'AccessDenied' });

    expect(events).toEqual([]);
  });
});
