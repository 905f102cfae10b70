import { CopyObjectCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LocalAws } from '../../src/index.ts';
import { assume, clientConfig, folderPolicy, start } from '../start-aws.ts';

let aws: LocalAws;
let acme: S3Client;
let plain: S3Client;
let admin: S3Client;
beforeAll(async () => {
  aws = await start();
  const keys = await assume(aws, { Policy: folderPolicy('acme') });
  acme = new S3Client(clientConfig(aws, keys));
  plain = new S3Client({ ...clientConfig(aws, keys), requestChecksumCalculation: 'WHEN_REQUIRED' });
  admin = new S3Client(clientConfig(aws, aws.admin));
  await admin.send(new PutObjectCommand({ Bucket: 'pool', Key: 'acme/a', Body: 'hello' }));
  await admin.send(new PutObjectCommand({ Bucket: 'pool', Key: 'globex/x', Body: 'theirs' }));
});
afterAll(async () => {
  for (const client of [acme, plain, admin]) client.destroy();
  await aws.close();
});

const at = (Key: string) => ({ Bucket: 'pool', Key });

describe('a presigned URL', () => {
  it('gets an object that the signer may read, with the signed headers', async () => {
    const url = await getSignedUrl(acme, new GetObjectCommand({ ...at('acme/a'), ResponseContentDisposition: 'attachment; filename="a"' }));
    const response = await fetch(url);
    expect([response.status, response.headers.get('content-disposition'), await response.text()]).toEqual([
      200,
      'attachment; filename="a"',
      'hello',
    ]);
  });

  it('is denied objects that the signer may not access', async () => {
    expect((await fetch(await getSignedUrl(acme, new GetObjectCommand(at('globex/x'))))).status).toBe(403);
    const put = await getSignedUrl(plain, new PutObjectCommand(at('globex/x')));
    expect((await fetch(put, { method: 'PUT', body: 'stolen' })).status).toBe(403);
    const copy = await getSignedUrl(plain, new CopyObjectCommand({ ...at('acme/c'), CopySource: 'pool/globex/x' }));
    expect((await fetch(copy, { method: 'PUT' })).status).toBe(403);
  });

  it('puts an object if the SDK computes checksums only when required', async () => {
    const url = await getSignedUrl(plain, new PutObjectCommand({ ...at('acme/put'), ContentType: 'text/plain' }), {
      signableHeaders: new Set(['content-type']),
    });
    expect((await fetch(url, { method: 'PUT', body: 'mine', headers: { 'content-type': 'text/plain' } })).status).toBe(200);
    const { Body, ContentType } = await acme.send(new GetObjectCommand(at('acme/put')));
    expect([await Body?.transformToString(), ContentType]).toEqual(['mine', 'text/plain']);
  });

  it("does not put an object with the SDK's defaults, which sign the checksum of an empty body", async () => {
    const url = await getSignedUrl(acme, new PutObjectCommand(at('acme/none')));
    const response = await fetch(url, { method: 'PUT', body: 'mine' });
    expect([response.status, await response.text()]).toEqual([400, expect.stringContaining('<Code>BadDigest</Code>')]);
  });

  it('cannot become another operation: a header that is not signed does not turn a put into a copy', async () => {
    const url = await getSignedUrl(plain, new PutObjectCommand(at('acme/slipped')));
    const response = await fetch(url, { method: 'PUT', headers: { 'x-amz-copy-source': 'pool/globex/x' } });
    expect(response.status).toBe(403);
    await expect(admin.send(new GetObjectCommand(at('acme/slipped')))).rejects.toMatchObject({ name: 'NoSuchKey' });
  });

  it('is rejected with parameters that are not signed', async () => {
    const url = await getSignedUrl(acme, new GetObjectCommand(at('acme/a')));
    for (const more of ['&response-content-type=text%2Fhtml', '&partNumber=1', '&versionId=1', '&x-id=PutObject']) {
      expect((await fetch(url + more)).status).not.toBe(200);
    }
  });

  it('has a condition key that shows that it is presigned', async () => {
    const Policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: { Effect: 'Allow', Action: 's3:GetObject', Resource: '*', Condition: { StringEquals: { 's3:authType': 'REST-HEADER' } } },
    });
    const client = new S3Client(clientConfig(aws, await assume(aws, { Policy })));
    expect((await fetch(await getSignedUrl(client, new GetObjectCommand(at('acme/a'))))).status).toBe(403);
    expect(await (await client.send(new GetObjectCommand(at('acme/a')))).Body?.transformToString()).toBe('hello');
    client.destroy();
  });
});
