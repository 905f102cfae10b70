import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import { TokenVendingMachine } from '@tenant-aws/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { baseKeys, bucket, everyTemplate, identityOf, localAws, machineFor, optionsFor, table } from '../local-machine.ts';
import { SettableClock } from '../settable-clock.ts';

const aws = localAws();
let tvm: TokenVendingMachine;
beforeAll(() => {
  tvm = machineFor(aws, everyTemplate);
});
afterAll(() => tvm.close());

const mismatch = { code: 'tenant_mismatch', status: 500 };
const get = (tenant: string) => new GetObjectCommand({ Bucket: bucket, Key: `${tenant}/note` });
const sent = () => aws.calls.filter(({ service }) => service !== 'sts');

describe('the signature guard', () => {
  it("stops a request that is signed with another tenant's key, and nothing is sent", async () => {
    const { credentials } = tvm.for(identityOf('globex'));
    const config = { endpoint: aws.url };
    const s3 = tvm.for(identityOf('acme')).client(S3Client, { ...config, maxAttempts: 3 });
    const db = tvm.for(identityOf('acme')).client(DynamoDBClient, config);
    const documents = tvm.for(identityOf('acme')).client(DynamoDBDocumentClient, { ...config, marshallOptions: {} });
    for (const client of [s3, db, documents]) client.config.credentials = credentials as never;

    await expect(s3.send(get('globex'))).rejects.toMatchObject(mismatch);
    await expect(s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'globex/note', Body: 'x' }))).rejects.toMatchObject(mismatch);
    await expect(s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: 'globex/' }))).rejects.toMatchObject(mismatch);
    await expect(
      db.send(new GetItemCommand({ TableName: table, Key: { customer: { S: 'globex' }, id: { S: '1' } } })),
    ).rejects.toMatchObject(mismatch);
    await expect(documents.send(new GetCommand({ TableName: table, Key: { customer: 'globex', id: '1' } }))).rejects.toMatchObject(
      mismatch,
    );
    expect(sent()).toEqual([]);
  });

  it('stops a request that is signed with the key of the process', async () => {
    const s3 = tvm.for(identityOf('acme')).client(S3Client, { endpoint: aws.url, bucketEndpoint: false });
    s3.config.credentials = (async () => baseKeys(aws)) as never;

    await expect(s3.send(get('acme'))).rejects.toMatchObject({ ...mismatch, detail: { tenantId: 'acme' } });
    expect(sent()).toEqual([]);
  });

  it('stops a request that is not signed at all', async () => {
    const s3 = tvm
      .for(identityOf('acme'))
      .client(S3Client, { endpoint: aws.url, signer: { sign: async (request: object) => request } as never });

    await expect(s3.send(get('acme'))).rejects.toMatchObject({ ...mismatch, detail: { reason: 'the request is not signed' } });
    expect(sent()).toEqual([]);
  });

  it.each([
    ['has no key in it', { authorization: 'AWS4-HMAC-SHA256 SignedHeaders=host' }],
    ['has an empty key', { authorization: 'AWS4-HMAC-SHA256 Credential=/20260101/us-east-1/s3/aws4_request' }],
    ['is of another scheme', { Authorization: 'Bearer token' }],
  ])('stops a request whose signature %s', async (_what, headers) => {
    const sign = async (request: { headers: Record<string, string> }) => {
      Object.assign(request.headers, headers);
      return request;
    };
    const s3 = tvm.for(identityOf('acme')).client(S3Client, { endpoint: aws.url, signer: { sign } as never });

    await expect(s3.send(get('acme'))).rejects.toMatchObject(mismatch);
    expect(sent()).toEqual([]);
  });

  it("stops a request with a second signature in addition to the tenant's own", async () => {
    const { accessKeyId } = await tvm.vend(identityOf('acme'));
    const sign = async (request: { headers: Record<string, string>; query: Record<string, string> }) => {
      request.headers['authorization'] = `AWS4-HMAC-SHA256 Credential=${accessKeyId}/20260101/us-east-1/s3/aws4_request, Signature=0`;
      request.query['X-Amz-Credential'] = `${baseKeys(aws).accessKeyId}/20260101/us-east-1/s3/aws4_request`;
      return request;
    };
    const s3 = tvm.for(identityOf('acme')).client(S3Client, { endpoint: aws.url, signer: { sign } as never });

    await expect(s3.send(get('acme'))).rejects.toMatchObject(mismatch);
    expect(sent()).toEqual([]);
  });

  it('admits earlier keys of the tenant, also after they were invalidated or evicted', async () => {
    await using small = machineFor(aws, { cache: { max: 1 } });
    const own = await small.vend(identityOf('acme'));
    const s3 = small.for(identityOf('acme')).client(S3Client, { endpoint: aws.url });
    s3.config.credentials = (async () => ({ ...own })) as never;

    small.invalidate('acme');
    await small.vend(identityOf('globex'));

    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'acme/note', Body: 'x' }));
    expect(sent().map(({ accessKeyId }) => accessKeyId)).toEqual([own.accessKeyId]);
  });

  it('stops keys that have expired by the local clock', async () => {
    const clock = new SettableClock();
    await using timed = new TokenVendingMachine(optionsFor(aws), { clock });
    const own = await timed.vend(identityOf('acme'));
    const s3 = timed.for(identityOf('acme')).client(S3Client, { endpoint: aws.url });
    s3.config.credentials = (async () => ({ ...own })) as never;

    clock.pass(15 * 60_000);

    await expect(s3.send(get('acme'))).rejects.toMatchObject(mismatch);
    expect(sent()).toEqual([]);
  });

  it('stops keys of another machine', async () => {
    await using other = machineFor(aws);
    const s3 = tvm.for(identityOf('acme')).client(S3Client, { endpoint: aws.url, retryMode: 'standard' });
    s3.config.credentials = other.for(identityOf('acme')).credentials as never;

    await expect(s3.send(get('acme'))).rejects.toMatchObject(mismatch);
  });

  it('guards clients of any service', async () => {
    const sts = tvm.for(identityOf('acme')).client(STSClient, { endpoint: aws.url });
    expect((await sts.send(new GetCallerIdentityCommand({}))).Arn).toMatch(/\/acme$/);

    sts.config.credentials = tvm.for(identityOf('globex')).credentials as never;
    await expect(sts.send(new GetCallerIdentityCommand({}))).rejects.toMatchObject(mismatch);
  });
});
