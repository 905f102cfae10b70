import { createRemoteJWKSet, jwtVerify } from 'jose';
import { CreateTableCommand, DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { CreateBucketCommand, GetObjectCommand, ListBucketsCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { SNSClient, ListTopicsCommand, CreateTopicCommand } from '@aws-sdk/client-sns';
import { ListQueuesCommand, ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { assume, type ClientKeys, clientConfig, folderPolicy, outcomeOf } from '../start-aws.ts';
import { FAULTY_SERVICES } from '../../src/fault-options.ts';
import { type ControlledAws, startControlled } from './control-aws.ts';

let started: ControlledAws;
let admin: ClientKeys;
beforeAll(async () => {
  started = await startControlled({ queues: ['app'], topics: ['news'] });
  admin = (await started.control('GET', '/_local/admin')).json as ClientKeys;
});
afterAll(() => started.aws.close());
beforeEach(async () => {
  expect((await started.control('POST', '/_local/reset')).status).toBe(204);
});

describe('the control API', () => {
  it('reports its health to GET and HEAD, without the token', async () => {
    expect(await started.send({ path: '/_local/health' })).toMatchObject({ status: 200, json: { status: 'ready' } });
    expect(await started.send({ path: '/_local/health', headers: { host: 'anything.example' } })).toMatchObject({ status: 200 });
    expect(await started.send({ method: 'HEAD', path: '/_local/health' })).toMatchObject({ status: 200, text: '' });
  });

  it('returns the admin keys', () => {
    expect(admin).toEqual(started.aws.admin);
  });

  it('returns the environment, with the origin by which the client reached it', async () => {
    const authorization = `Bearer ${started.token}`;
    const { json } = await started.send({ path: '/_local/env', headers: { authorization, host: 'localhost:32801' } });
    const { env, unset, issuer } = started.aws;
    expect(json).toEqual({
      env: { ...env, AWS_ENDPOINT_URL: 'http://localhost:32801' },
      unset,
      issuer: {
        url: issuer.url,
        audience: issuer.audience,
        jwksUri: issuer.jwksUri,
        jwksUriHere: 'http://localhost:32801/_local/jwks.json',
      },
    });
    const { text, headers } = await started.send({ path: '/_local/env.sh', headers: { authorization, host: 'localhost:32801' } });
    expect(headers['content-type']).toBe('text/plain; charset=utf-8');
    expect(text).toMatch(/^export AWS_ENDPOINT_URL='http:\/\/localhost:32801'\n/);
    expect(text).toContain('\n# enforcing IAM\n');
    expect(text).not.toContain(started.aws.admin.accessKeyId);
  });

  it('issues tokens, whose keys are on the same port too', async () => {
    const { json } = await started.control('POST', '/_local/token', {
      tenant: 'acme',
      claims: { sub: 'alice', roles: ['a'] },
      expiresInSeconds: 60,
    });
    const keys = createRemoteJWKSet(new URL(`${started.aws.url}/_local/jwks.json`));
    const { payload } = await jwtVerify((json as { token: string }).token, keys, {
      issuer: started.aws.issuer.url,
      audience: started.aws.issuer.audience,
    });
    expect(payload).toMatchObject({ 'custom:tenant_id': 'acme', sub: 'alice', roles: ['a'] });
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(60);
  });

  it.each([
    ['no tenant', {}],
    ['a tenant that is not a string', { tenant: 5 }],
    ['claims that are not an object', { tenant: 'acme', claims: [] }],
    ['a fraction of a second', { tenant: 'acme', expiresInSeconds: 0.5 }],
    ['a lifetime of more than ten years', { tenant: 'acme', expiresInSeconds: 1e9 }],
    ['a lifetime that is a string', { tenant: 'acme', expiresInSeconds: '60' }],
    ['an unknown member', { tenant: 'acme', expiresIn: 60 }],
  ])('issues no token with %s', async (_, body) => {
    expect(await started.control('POST', '/_local/token', body)).toMatchObject({ status: 400, json: { code: 'request_invalid' } });
  });

  it('returns the calls, all or since a time, and deletes them', async () => {
    const s3 = new S3Client(clientConfig(started.aws, admin));
    await s3.send(new ListBucketsCommand({}));
    const { json } = await started.control('GET', '/_local/calls');
    expect(json).toMatchObject({ calls: [{ service: 's3', operation: 'ListBuckets', decision: 'allowed' }] });
    const [first] = started.aws.calls;
    const at = first?.at.getTime() ?? 0;
    expect((await started.control('GET', `/_local/calls?since=${at}`)).json).toMatchObject({ calls: [{}] });
    expect((await started.control('GET', `/_local/calls?since=${at + 1}`)).json).toEqual({ calls: [] });
    for (const since of ['', '1e3', '-1', '0x1', 'x'])
      expect((await started.control('GET', `/_local/calls?since=${since}`)).status).toBe(400);
    expect((await started.control('DELETE', '/_local/calls')).status).toBe(204);
    expect((await started.control('GET', '/_local/calls')).json).toEqual({ calls: [] });
    s3.destroy();
  });

  it('replaces all faults, for every service, and deletes them', async () => {
    const sqs = new SQSClient(clientConfig(started.aws, admin));
    const sns = new SNSClient(clientConfig(started.aws, admin));
    const s3 = new S3Client(clientConfig(started.aws, admin));
    const outcomes = async (): Promise<string[]> => [
      await outcomeOf(sqs.send(new ListQueuesCommand({}))),
      await outcomeOf(sns.send(new ListTopicsCommand({}))),
      await outcomeOf(s3.send(new ListBucketsCommand({}))),
    ];
    const put = (body: unknown) => started.control('PUT', '/_local/faults', body);
    expect((await put({ sqs: { code: 'AccessDenied' }, sns: { code: 'InternalFailure' } })).status).toBe(204);
    expect(await outcomes()).toEqual(['AccessDenied', 'InternalFailure', 'allowed']);
    await put({ s3: { code: 'SlowDown' } });
    expect(await outcomes()).toEqual(['allowed', 'allowed', 'SlowDown']);
    expect((await started.control('DELETE', '/_local/faults')).status).toBe(204);
    expect(await outcomes()).toEqual(['allowed', 'allowed', 'allowed']);
  });

  it('has a fault for every service', async () => {
    expect([...started.services].toSorted()).toEqual([...FAULTY_SERVICES].toSorted());
    const faults = Object.fromEntries(started.services.map((name) => [name, { times: 1 }]));
    expect((await started.control('PUT', '/_local/faults', faults)).status).toBe(204);
    for (const name of started.services) expect(started.faults.take(name)).toMatchObject({ times: 1 });
  });
});

describe('reset', () => {
  it('restores the data of the start, and keeps sessions', async () => {
    const { aws } = started;
    const [s3, sqs, sns, db] = [
      new S3Client(clientConfig(aws, admin)),
      new SQSClient(clientConfig(aws, admin)),
      new SNSClient(clientConfig(aws, admin)),
      new DynamoDBClient(clientConfig(aws, admin)),
    ];
    const keys = await assume(aws, { Policy: folderPolicy('acme') });
    const acme = new S3Client(clientConfig(aws, keys));
    const get = () => acme.send(new GetObjectCommand({ Bucket: 'pool', Key: 'acme/plan' }));
    await acme.send(new PutObjectCommand({ Bucket: 'pool', Key: 'acme/plan', Body: 'x' }));
    await s3.send(new CreateBucketCommand({ Bucket: 'more' }));
    const QueueUrl = `${aws.url}/000000000000/app`;
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x' }));
    await sns.send(new CreateTopicCommand({ Name: 'more' }));
    const key = { AttributeName: 'id', AttributeType: 'S' } as const;
    await db.send(
      new CreateTableCommand({
        TableName: 'notes',
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        AttributeDefinitions: [key],
        BillingMode: 'PAY_PER_REQUEST',
      }),
    );
    aws.faults.sts({ code: 'Throttling' });

    expect((await started.control('POST', '/_local/reset')).status).toBe(204);
    expect(aws.calls).toEqual([]);
    expect(started.faults.take('sts')).toBeUndefined();
    expect((await s3.send(new ListBucketsCommand({}))).Buckets?.map(({ Name }) => Name)).toEqual(['pool']);
    expect((await sqs.send(new ReceiveMessageCommand({ QueueUrl }))).Messages).toBeUndefined();
    expect((await sns.send(new ListTopicsCommand({}))).Topics).toHaveLength(1);
    expect((await db.send(new ListTablesCommand({}))).TableNames).toEqual([]);
    expect(await outcomeOf(get())).not.toBe('InvalidAccessKeyId');
    await acme.send(new PutObjectCommand({ Bucket: 'pool', Key: 'acme/plan', Body: 'y' }));
    expect(await (await get()).Body?.transformToString()).toBe('y');
    expect(await outcomeOf(acme.send(new GetObjectCommand({ Bucket: 'pool', Key: 'globex/plan' })))).toBe('AccessDenied');
  });

  it('ends a pending receive, and can run many times at the same time', async () => {
    const sqs = new SQSClient(clientConfig(started.aws, admin));
    const QueueUrl = `${started.aws.url}/000000000000/app`;
    const waiting = sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 })).catch(() => undefined);
    while (started.aws.calls.length === 0) await new Promise((resolve) => setImmediate(resolve));
    const responses = await Promise.all(Array.from({ length: 5 }, () => started.control('POST', '/_local/reset')));
    expect(responses.map(({ status }) => status)).toEqual([204, 204, 204, 204, 204]);
    await waiting;
    expect(await outcomeOf(sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x' })))).toBe('allowed');
  });
});
