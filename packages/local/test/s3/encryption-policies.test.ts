import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LocalAws } from '../../src/index.ts';
import { assume, clientConfig, start } from '../start-aws.ts';

const HEADER = 'x-amz-server-side-encryption';
const KEY = 's3:x-amz-server-side-encryption';
const ENCRYPTED = { [HEADER]: 'AES256' };
const ServerSideEncryption = 'AES256';
const SIX_MIB = Buffer.alloc(6 * 1024 * 1024, 'a');

let aws: LocalAws;
let admin: S3Client;
beforeAll(async () => {
  aws = await start();
  admin = new S3Client(clientConfig(aws, aws.admin));
  await admin.send(new PutObjectCommand({ ...at('source'), Body: SIX_MIB }));
});
afterAll(async () => {
  admin.destroy();
  await aws.close();
});

function at(Key: string) {
  return { Bucket: 'pool', Key };
}

describe('the SDK', () => {
  it.each([[{}], [{ ServerSideEncryption }]] as const)(
    'reports with %j that the object is encrypted, for each operation',
    async (encryption) => {
      const reported: Record<string, string | undefined> = {};
      reported['PutObject'] = (await admin.send(new PutObjectCommand({ ...at('k'), Body: 'hello', ...encryption }))).ServerSideEncryption;
      const got = await admin.send(new GetObjectCommand(at('k')));
      expect(await got.Body?.transformToString()).toBe('hello');
      reported['GetObject'] = got.ServerSideEncryption;
      reported['GetObject, a range'] = (await admin.send(new GetObjectCommand({ ...at('k'), Range: 'bytes=1-2' }))).ServerSideEncryption;
      reported['HeadObject'] = (await admin.send(new HeadObjectCommand(at('k')))).ServerSideEncryption;
      reported['CopyObject'] = (
        await admin.send(new CopyObjectCommand({ ...at('copy'), CopySource: 'pool/k', ...encryption }))
      ).ServerSideEncryption;
      const created = await admin.send(new CreateMultipartUploadCommand({ ...at('parts'), ...encryption }));
      reported['CreateMultipartUpload'] = created.ServerSideEncryption;
      const upload = { ...at('parts'), UploadId: created.UploadId };
      const one = await admin.send(new UploadPartCopyCommand({ ...upload, PartNumber: 1, CopySource: 'pool/source' }));
      reported['UploadPartCopy'] = one.ServerSideEncryption;
      const two = await admin.send(new UploadPartCommand({ ...upload, PartNumber: 2, Body: 'the end' }));
      reported['UploadPart'] = two.ServerSideEncryption;
      const Parts = [
        { PartNumber: 1, ETag: one.CopyPartResult?.ETag },
        { PartNumber: 2, ETag: two.ETag },
      ];
      reported['CompleteMultipartUpload'] = (
        await admin.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } }))
      ).ServerSideEncryption;
      reported['HeadObject, of parts'] = (await admin.send(new HeadObjectCommand(at('parts')))).ServerSideEncryption;
      expect(reported).toEqual(Object.fromEntries(Object.keys(reported).map((name) => [name, 'AES256'])));
    },
  );
});

/** A session that may put objects, except those that `Condition` denies. */
async function denied(Condition: Readonly<Record<string, Readonly<Record<string, string>>>>): Promise<S3Client> {
  const Statement = [
    { Effect: 'Allow', Action: 's3:*', Resource: '*' },
    { Effect: 'Deny', Action: 's3:PutObject', Resource: 'arn:aws:s3:::pool/*', Condition },
  ];
  return session(Statement);
}

async function session(Statement: readonly object[]): Promise<S3Client> {
  const keys = await assume(aws, { Policy: JSON.stringify({ Version: '2012-10-17', Statement }) });
  return new S3Client({ ...clientConfig(aws, keys), requestChecksumCalculation: 'WHEN_REQUIRED' });
}

const DENIED = { name: 'AccessDenied', $metadata: { httpStatusCode: 403 } };

describe.each([
  ['denies writes without AES256', () => denied({ StringNotEquals: { [KEY]: 'AES256' } })],
  ['denies writes that do not request encryption', () => denied({ Null: { [KEY]: 'true' } })],
  [
    'allows only writes that request AES256',
    () =>
      session([
        { Effect: 'Allow', Action: 's3:GetObject', Resource: '*' },
        { Effect: 'Allow', Action: 's3:PutObject', Resource: '*', Condition: { StringEquals: { [KEY]: 'AES256' } } },
      ]),
  ],
])('a policy that %s', (_, policy) => {
  let s3: S3Client;
  beforeAll(async () => {
    s3 = await policy();
  });
  afterAll(() => s3.destroy());

  it('denies a put, a copy and an upload that do not request encryption', async () => {
    await expect(s3.send(new PutObjectCommand({ ...at('denied'), Body: 'x' }))).rejects.toMatchObject(DENIED);
    await expect(s3.send(new CopyObjectCommand({ ...at('denied'), CopySource: 'pool/source' }))).rejects.toMatchObject(DENIED);
    await expect(s3.send(new CreateMultipartUploadCommand(at('denied')))).rejects.toMatchObject(DENIED);
    await expect(admin.send(new HeadObjectCommand(at('denied')))).rejects.toMatchObject({ name: 'NotFound' });
  });

  it('allows a put and a copy that request it', async () => {
    await s3.send(new PutObjectCommand({ ...at('put'), Body: 'x', ServerSideEncryption }));
    await s3.send(new CopyObjectCommand({ ...at('copied'), CopySource: 'pool/source', ServerSideEncryption }));
  });

  it('allows all requests of an upload that was created with it, although its parts cannot request it', async () => {
    const params = { ...at('big'), Body: Buffer.alloc(11 * 1024 * 1024, 'b'), ServerSideEncryption } as const;
    const done = await new Upload({ client: s3, params }).done();
    expect(done.ETag).toMatch(/-3"$/);
  });

  it('allows a presigned put that requests it, in a signed header or hoisted into the query', async () => {
    const command = new PutObjectCommand({ ...at('presigned'), ServerSideEncryption });
    const put = (url: string, headers: Record<string, string> = {}) => fetch(url, { method: 'PUT', body: 'mine', headers });
    const inHeader = await getSignedUrl(s3, command);
    expect((await put(inHeader, ENCRYPTED)).status).toBe(200);
    expect((await put(inHeader)).ok).toBe(false);
    const inQuery = await getSignedUrl(s3, command, { hoistableHeaders: new Set([HEADER]) });
    expect(inQuery).toContain(`${HEADER}=AES256`);
    expect((await put(inQuery)).status).toBe(200);
    const without = await getSignedUrl(s3, new PutObjectCommand(at('presigned')));
    expect((await put(without)).status).toBe(403);
  });
});

describe('a presigned put', () => {
  it('is rejected if both the header and the query request encryption, in any letter case', async () => {
    const client = new S3Client({ ...clientConfig(aws, aws.admin), requestChecksumCalculation: 'WHEN_REQUIRED' });
    const command = new PutObjectCommand({ ...at('twice'), ServerSideEncryption });
    const url = await getSignedUrl(client, command, { hoistableHeaders: new Set([HEADER]) });
    const put = (address: string, headers: Record<string, string> = {}) => fetch(address, { method: 'PUT', body: 'x', headers });
    expect((await put(url, ENCRYPTED)).status).toBe(403);
    expect((await put(`${url}&X-Amz-Server-Side-Encryption=AES256`)).status).toBe(400);
    const bare = await getSignedUrl(client, new PutObjectCommand(at('twice')));
    expect((await put(bare, ENCRYPTED)).status).toBe(403);
    expect((await put(`${bare}&${HEADER}=AES256`)).status).toBe(403);
    await expect(admin.send(new HeadObjectCommand(at('twice')))).rejects.toMatchObject({ name: 'NotFound' });
    client.destroy();
  });
});
