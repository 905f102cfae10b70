import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, HeadObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { channels, type DeniedEvent, type TokenVendingMachine } from '@tenant-aws/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bucket, clockedMachines, everyTemplate, identityOf, table } from '../local-machine.ts';

const { aws, clock, machine } = clockedMachines(everyTemplate);
let told: DeniedEvent[];
const hear = (event: DeniedEvent): void => void told.push(event);
beforeEach(() => {
  told = [];
  channels.denied.subscribe(hear);
});
afterEach(() => channels.denied.unsubscribe(hear));

const s3Of = (tvm: TokenVendingMachine, tenantId = 'acme') =>
  tvm.for(identityOf(tenantId)).client(S3Client, { endpoint: aws.url, forcePathStyle: true });
const foreign = { Bucket: bucket, Key: 'initech/note' };
const requestId = expect.stringMatching(/^.{8,}$/);

describe('tenant-aws:denied', () => {
  it('tells the tenant, the service and the operation that AWS denied, also where the answer has no body', async () => {
    await using tvm = machine();
    const db = tvm.for(identityOf('acme')).client(DynamoDBClient, { endpoint: aws.url });

    await expect(s3Of(tvm).send(new GetObjectCommand(foreign))).rejects.toMatchObject({ name: 'AccessDenied' });
    await expect(s3Of(tvm).send(new HeadObjectCommand(foreign))).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } });
    await expect(db.send(new GetItemCommand({ TableName: table, Key: { customer: { S: 'initech' }, id: { S: '1' } } }))).rejects.toThrow();

    expect(told).toEqual([
      { tenantId: 'acme', service: 'S3', operation: 'GetObject', requestId },
      { tenantId: 'acme', service: 'S3', operation: 'HeadObject', requestId },
      { tenantId: 'acme', service: 'DynamoDB', operation: 'GetItem', requestId },
    ]);
  });

  it('tells nothing of calls that succeed, that fail otherwise, or that our own guard stopped', async () => {
    await using tvm = machine();
    const s3 = tvm.for(identityOf('acme')).client(S3Client, { endpoint: aws.url, forcePathStyle: true, maxAttempts: 1 });
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'acme/note', Body: 'text' }));
    aws.faults.s3({ code: 'SlowDown', times: 1 });
    await expect(s3.send(new GetObjectCommand(foreign))).rejects.toMatchObject({ name: 'SlowDown' });
    tvm.revoke('acme');
    await expect(s3.send(new GetObjectCommand(foreign))).rejects.toMatchObject({ code: 'tenant_revoked' });

    expect(told).toEqual([]);
  });

  it('names the tenant in whose context a shared client was used', async () => {
    await using tvm = machine();
    const s3 = await tvm.currentClient(S3Client, { endpoint: aws.url, forcePathStyle: true });

    for (const tenantId of ['acme', 'globex']) {
      await expect(tvm.for(identityOf(tenantId)).run(() => s3.send(new GetObjectCommand(foreign)))).rejects.toThrow();
    }

    expect(told.map(({ tenantId }) => tenantId)).toEqual(['acme', 'globex']);
  });

  it('tells so many a minute of one tenant and no more, however often he tries, and of another all the same', async () => {
    await using tvm = machine({ deniedEventsPerMinute: 2 });
    const knock = (tenantId?: string) =>
      s3Of(tvm, tenantId)
        .send(new GetObjectCommand(foreign))
        .catch(() => undefined);

    for (let times = 0; times < 5; times += 1) await knock();
    await knock('globex');
    expect(told.map(({ tenantId }) => tenantId)).toEqual(['acme', 'acme', 'globex']);

    clock.pass(59_999);
    await knock();
    expect(told).toHaveLength(3);
    clock.pass(1);
    for (let times = 0; times < 5; times += 1) await knock();
    expect(told).toHaveLength(5);
  });

  it('tells none where it is told so', async () => {
    await using tvm = machine({ deniedEventsPerMinute: 0 });

    for (let times = 0; times < 3; times += 1) await expect(s3Of(tvm).send(new GetObjectCommand(foreign))).rejects.toThrow();

    expect(told).toEqual([]);
  });
});
