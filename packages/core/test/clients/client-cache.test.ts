import { inspect } from 'node:util';
import { DynamoDB, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, PutObjectCommand, S3, S3Client } from '@aws-sdk/client-s3';
import { DynamoDBDocument, DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { TokenVendingMachine } from '@tenant-aws/core';
import { fakeSts } from '@tenant-aws/core/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bucket, everyTemplate, identityOf, localAws, machineFor, roleArn, table } from '../local-machine.ts';
import { startHoldingServer } from './holding-server.ts';

const aws = localAws();
let tvm: TokenVendingMachine;
beforeAll(() => {
  tvm = machineFor(aws, everyTemplate);
});
afterAll(() => tvm.close());

describe('client()', () => {
  it('returns the same client for the same tenant, permissions, class and configuration', () => {
    const client = (): S3Client =>
      tvm.for(identityOf('acme')).client(S3Client, { endpoint: aws.url, maxAttempts: 2, requestHandler: { requestTimeout: 1 } });

    expect(client()).toBe(client());
    expect(tvm.for(identityOf('acme')).client(S3Client)).toBe(tvm.for(identityOf('acme', { sub: 'bob' })).client(S3Client, {}));
    expect(tvm.for(identityOf('acme')).client(S3Client, { maxAttempts: 2, region: 'eu-west-1' })).toBe(
      tvm.for(identityOf('acme')).client(S3Client, { region: 'eu-west-1', maxAttempts: 2 }),
    );
  });

  it('returns another client where one of these differs', async () => {
    const acme = tvm.for(identityOf('acme'));
    const clients = [
      acme.client(S3Client),
      tvm.for(identityOf('globex')).client(S3Client),
      acme.scoped(['s3-folder-read-only']).client(S3Client),
      acme.client(S3Client, { region: 'eu-west-1' }),
      acme.client(S3Client, { region: async () => 'eu-west-1' }),
      acme.client(S3Client, { region: async () => 'eu-west-1' }),
      acme.client(S3),
      acme.client(DynamoDBClient),
      acme.client(DynamoDBDocumentClient),
      acme.client(DynamoDBDocument),
    ];

    expect(new Set(clients).size).toBe(clients.length);
    expect(clients[6]).toBeInstanceOf(S3);
    expect(clients[9]).toBeInstanceOf(DynamoDBDocument);
  });

  it('returns different clients to two users of one tenant with different permissions', () => {
    const byRole = machineFor(aws, {
      permissions: ({ claims }) => [claims['admin'] === true ? 's3-folder-per-tenant' : 's3-folder-read-only'],
    });

    const admin = byRole.for(identityOf('acme', { admin: true })).client(S3Client);
    expect(byRole.for(identityOf('acme', { admin: false })).client(S3Client)).not.toBe(admin);
    expect(byRole.for(identityOf('acme', { admin: true })).client(S3Client)).toBe(admin);
  });

  it('returns the same client throughout a request while an option of the machine is pending', async () => {
    await using slow = machineFor(aws, { roleArn: async () => roleArn });
    const tenantAws = slow.for(identityOf('acme'));
    const early = tenantAws.client(S3Client, { endpoint: aws.url });

    expect(tenantAws.client(S3Client, { endpoint: aws.url })).toBe(early);
    expect(slow.for(identityOf('acme')).client(S3Client, { endpoint: aws.url })).not.toBe(early);
    await early.send(new PutObjectCommand({ Bucket: bucket, Key: 'acme/early', Body: 'x' }));
  });

  it('keeps at most `clients.max` clients', () => {
    const few = machineFor(aws, { clients: { max: 2 } });
    const first = few.for(identityOf('acme')).client(S3Client);
    for (const tenantId of ['b2', 'c3', 'd4']) few.for(identityOf(tenantId)).client(S3Client);

    expect(few.stats().clients).toBe(2);
    expect(few.for(identityOf('acme')).client(S3Client)).not.toBe(first);
  });
});

describe('a client', () => {
  it('uses the region of the machine, or that of its configuration', async () => {
    const acme = tvm.for(identityOf('acme'));

    expect(await acme.client(S3Client).config.region()).toBe('us-east-1');
    expect(await acme.client(S3Client, { region: 'eu-west-1' }).config.region()).toBe('eu-west-1');
    expect(await acme.client(DynamoDBDocumentClient).config.region()).toBe('us-east-1');
  });

  it('requests credentials at every call, so that it uses new ones immediately', async () => {
    const s3 = tvm.for(identityOf('acme')).client(S3Client, { endpoint: aws.url });
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'acme/a', Body: 'x' }));

    tvm.invalidate('acme');
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'acme/b', Body: 'x' }));

    const [first, second] = aws.calls.filter(({ service }) => service === 's3');
    expect(first?.accessKeyId).not.toBe(second?.accessKeyId);
  });

  it('marshals documents with the options of both libraries', async () => {
    const documents = tvm
      .for(identityOf('acme'))
      .client(DynamoDBDocumentClient, { endpoint: aws.url, marshallOptions: { removeUndefinedValues: true } });

    await documents.send(new PutCommand({ TableName: table, Item: { customer: 'acme', id: '1', size: 7, gone: undefined } }));

    expect((await documents.send(new GetCommand({ TableName: table, Key: { customer: 'acme', id: '1' } }))).Item).toEqual({
      customer: 'acme',
      id: '1',
      size: 7,
    });
    const db = tvm.for(identityOf('acme')).client(DynamoDB, { endpoint: aws.url });
    expect((await db.getItem({ TableName: table, Key: { customer: { S: 'acme' }, id: { S: '1' } } })).Item?.['size']).toEqual({ N: '7' });
    await expect(documents.send(new GetCommand({ TableName: table, Key: { customer: 'globex', id: '1' } }))).rejects.toMatchObject({
      name: 'AccessDeniedException',
    });
  });

  it.each([
    [
      'credentials',
      () => tvm.for(identityOf('acme')).client(S3Client, { credentials: { accessKeyId: 'a', secretAccessKey: 'b' } } as never),
    ],
    ['credentials that are undefined', () => tvm.for(identityOf('acme')).client(S3Client, { credentials: undefined } as never)],
    [
      'an agent in `requestHandler`',
      () => tvm.for(identityOf('acme')).client(S3Client, { requestHandler: { httpsAgent: { maxSockets: 1 } } }),
    ],
    ['a `requestHandler` that is not a handler', () => tvm.for(identityOf('acme')).client(S3Client, { requestHandler: 'http' as never })],
    ['a configuration that is not an object', () => tvm.for(identityOf('acme')).client(S3Client, 'eu-west-1' as never)],
    ['a class that is not of the SDK', () => tvm.for(identityOf('acme')).client(Date as never)],
    ['no class', () => tvm.for(identityOf('acme')).client(undefined as never)],
  ])('is rejected: %s', (_what, client) => {
    expect(client).toThrowError(expect.objectContaining({ code: 'configuration_invalid' }));
  });

  it('does not change when its configuration object is changed later', async () => {
    const config = { endpoint: aws.url, region: 'us-east-1', requestHandler: { requestTimeout: 30_000 } };
    const s3 = tvm.for(identityOf('acme')).client(S3Client, config);
    config.endpoint = 'http://127.0.0.1:1';
    config.region = 'eu-west-1';

    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'acme/c', Body: 'x' }));
    expect(tvm.for(identityOf('acme')).client(S3Client, config)).not.toBe(s3);
  });
});

describe('destroy', () => {
  const key = (tenant: string) => ({ Bucket: bucket, Key: `${tenant}/note` });

  it.each([
    ['its client', (client: S3Client) => client.destroy()],
    ["its client's handler", (client: S3Client) => client.config.requestHandler.destroy?.()],
  ])("of %s does not disturb another tenant's pending request", async (_what, destroy) => {
    await using server = await startHoldingServer('text');
    const clientOf = (tenantId: string): S3Client =>
      tvm.for(identityOf(tenantId)).client(S3Client, { endpoint: server.url, maxAttempts: 1 });
    const pending = clientOf('globex').send(new GetObjectCommand(key('globex')));
    await server.arrived(1);

    destroy(clientOf('acme'));
    server.release();

    expect(await (await pending).Body?.transformToString()).toBe('text');
    expect(await (await clientOf('acme').send(new GetObjectCommand(key('acme')))).Body?.transformToString()).toBe('text');
  });

  it("does not reach the user's own handler", async () => {
    const requestHandler = new NodeHttpHandler();
    let destroyed = 0;
    requestHandler.destroy = () => {
      destroyed += 1;
    };
    const s3 = tvm.for(identityOf('acme')).client(S3Client, { endpoint: aws.url, requestHandler });

    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'acme/d', Body: 'x' }));
    s3.destroy();

    expect(destroyed).toBe(0);
  });

  it('is not called on an evicted client, so that its pending request succeeds', async () => {
    await using server = await startHoldingServer('text');
    await using few = machineFor(aws, { clients: { max: 1 } });
    const pending = few
      .for(identityOf('acme'))
      .client(S3Client, { endpoint: server.url, maxAttempts: 1 })
      .send(new GetObjectCommand(key('acme')));
    await server.arrived(1);

    few.for(identityOf('globex')).client(S3Client, { endpoint: server.url });
    server.release();

    expect(await (await pending).Body?.transformToString()).toBe('text');
  });

  it('of the machine does not cut off a response that is being read', async () => {
    const own = machineFor(aws);
    const s3 = own.for(identityOf('acme')).client(S3Client, { endpoint: aws.url });
    const big = 'x'.repeat(2_000_000);
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'acme/big', Body: big }));

    const response = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: 'acme/big' }));
    await own.close();

    expect((await response.Body?.transformToString())?.length).toBe(big.length);
  });
});

describe('a printed client', () => {
  it('shows neither the sockets nor the headers of other requests', async () => {
    const secrets: string[] = [];
    for (const tenantId of ['acme', 'globex']) {
      const tenantAws = tvm.for(identityOf(tenantId));
      await tenantAws
        .client(DynamoDBClient, { endpoint: aws.url })
        .send(new PutItemCommand({ TableName: table, Item: { customer: { S: tenantId }, id: { S: '1' } } }));
      const { secretAccessKey, sessionToken } = await tvm.vend(identityOf(tenantId));
      secrets.push(secretAccessKey, sessionToken);
    }
    await using server = await startHoldingServer('{}');
    const client = (tenantId: string): DynamoDBClient => tvm.for(identityOf(tenantId)).client(DynamoDBClient, { endpoint: server.url });
    const pending = client('globex').send(new PutItemCommand({ TableName: table, Item: { customer: { S: 'globex' }, id: { S: '1' } } }));
    await server.arrived(1);

    const everything = { depth: Number.POSITIVE_INFINITY, showHidden: true, maxStringLength: null, maxArrayLength: null };
    const printed = inspect([tvm.for(identityOf('acme')), client('acme'), tvm], everything);
    server.release();
    await pending;

    expect(secrets.filter((secret) => printed.includes(secret))).toEqual([]);
  });

  it('throws errors that do not contain the request', async () => {
    const { sessionToken } = await tvm.vend(identityOf('acme'));
    const error: unknown = await tvm
      .for(identityOf('acme'))
      .client(S3Client, { endpoint: aws.url })
      .send(new GetObjectCommand({ Bucket: bucket, Key: 'globex/note' }))
      .catch((thrown: unknown) => thrown);

    expect(error).toMatchObject({ name: 'AccessDenied', $response: { statusCode: 403 } });
    expect(inspect(error, { depth: Number.POSITIVE_INFINITY, showHidden: true, maxStringLength: null })).not.toContain(sessionToken);
  });
});

describe('a machine over a fake STS', () => {
  it('builds clients without AWS', () => {
    const fake = machineFor(aws, { sts: fakeSts() });
    expect(fake.for(identityOf('acme')).client(S3Client)).toBeInstanceOf(S3Client);
  });
});
