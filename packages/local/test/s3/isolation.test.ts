import {
  CopyObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandInput,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { LocalAws } from '../../src/index.ts';
import { assume, clientConfig, folderPolicy, start } from '../start-aws.ts';

let aws: LocalAws;
let admin: S3Client;
let acme: S3Client;
beforeAll(async () => {
  aws = await start();
  admin = new S3Client(clientConfig(aws, aws.admin));
  acme = new S3Client(clientConfig(aws, await assume(aws, { Policy: folderPolicy('acme') })));
});
beforeEach(async () => {
  for (const Key of ['acme/a', 'acme-2/x', 'globex/x']) await admin.send(new PutObjectCommand({ Bucket: 'pool', Key, Body: Key }));
});
afterAll(async () => {
  acme.destroy();
  admin.destroy();
  await aws.close();
});

const at = (Key: string) => ({ Bucket: 'pool', Key });
const denied = { name: 'AccessDenied', $metadata: { httpStatusCode: 403 } };
const theirs = async (Key = 'globex/x') => (await admin.send(new GetObjectCommand(at(Key)))).Body?.transformToString();

describe("a session that is scoped to one tenant's folder", () => {
  it('reads and writes its own objects', async () => {
    await acme.send(new PutObjectCommand({ ...at('acme/b'), Body: 'mine' }));
    expect(await (await acme.send(new GetObjectCommand(at('acme/b')))).Body?.transformToString()).toBe('mine');
    const { Contents } = await acme.send(new ListObjectsV2Command({ Bucket: 'pool', Prefix: 'acme/' }));
    expect(Contents?.map(({ Key }) => Key)).toEqual(['acme/a', 'acme/b']);
  });

  it.each(['globex/x', 'acme-2/x', 'acme', 'Acme/a', '/acme/a', 'globex/../acme/a'])('is denied the key %j', async (key) => {
    await expect(acme.send(new GetObjectCommand(at(key)))).rejects.toMatchObject(denied);
    await expect(acme.send(new PutObjectCommand({ ...at(key), Body: 'stolen' }))).rejects.toMatchObject(denied);
    await expect(acme.send(new HeadObjectCommand(at(key)))).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } });
    expect(await theirs()).toBe('globex/x');
  });

  it('writes a key with dots into its own folder, and reaches no other folder with it', async () => {
    await acme.send(new PutObjectCommand({ ...at('acme/../globex/x'), Body: 'mine' }));
    expect(await theirs()).toBe('globex/x');
    expect(await theirs('acme/../globex/x')).toBe('mine');
  });

  it('is denied a copy from another folder, and a copy into one', async () => {
    await expect(acme.send(new CopyObjectCommand({ ...at('acme/c'), CopySource: 'pool/globex/x' }))).rejects.toMatchObject(denied);
    await expect(acme.send(new CopyObjectCommand({ ...at('globex/x'), CopySource: 'pool/acme/a' }))).rejects.toMatchObject(denied);
    expect(await theirs()).toBe('globex/x');
  });

  it.each<Omit<ListObjectsV2CommandInput, 'Bucket'>>([
    {},
    { Prefix: '' },
    { Prefix: 'acme' },
    { Prefix: 'ac' },
    { Prefix: 'acme-2/' },
    { Prefix: 'globex/' },
    { Prefix: 'globex/acme/' },
    { StartAfter: 'acme/' },
    { Delimiter: '/' },
  ])('is denied a listing of %j, in both versions', async (input) => {
    await expect(acme.send(new ListObjectsV2Command({ Bucket: 'pool', ...input }))).rejects.toMatchObject(denied);
    await expect(acme.send(new ListObjectsCommand({ Bucket: 'pool', ...input }))).rejects.toMatchObject(denied);
  });

  it('is denied the list of buckets', async () => {
    await expect(acme.send(new ListBucketsCommand({}))).rejects.toMatchObject(denied);
  });

  it('deletes its own keys of a batch, gets errors for the others, and is recorded as denied', async () => {
    aws.calls.length = 0;
    const Objects = ['acme/a', 'globex/x'].map((Key) => ({ Key }));
    const { Deleted, Errors } = await acme.send(new DeleteObjectsCommand({ Bucket: 'pool', Delete: { Objects } }));
    expect(Deleted).toEqual([{ Key: 'acme/a' }]);
    expect(Errors).toEqual([{ Key: 'globex/x', Code: 'AccessDenied', Message: expect.stringContaining('s3:DeleteObject') }]);
    expect(await theirs()).toBe('globex/x');
    expect(aws.calls.map(({ operation, decision }) => [operation, decision])).toEqual([
      ['DeleteObjects', 'denied'],
      ['GetObject', 'allowed'],
    ]);
  });

  it('does not learn whether a key of its own is missing, as on AWS without an unconditional s3:ListBucket', async () => {
    await expect(acme.send(new GetObjectCommand(at('acme/none')))).rejects.toMatchObject(denied);
    const lister = JSON.parse(folderPolicy('acme')) as { Statement: object[] };
    lister.Statement.push({ Effect: 'Allow', Action: 's3:ListBucket', Resource: 'arn:aws:s3:::pool' });
    const knows = new S3Client(clientConfig(aws, await assume(aws, { Policy: JSON.stringify(lister) })));
    await expect(knows.send(new GetObjectCommand(at('acme/none')))).rejects.toMatchObject({ name: 'NoSuchKey' });
    knows.destroy();
  });

  it('is denied a multipart upload to another folder', async () => {
    const upload = (Key: string) =>
      new Upload({ client: acme, params: { ...at(Key), Body: Buffer.alloc(6 * 1024 * 1024) }, partSize: 5 * 1024 * 1024 }).done();
    await upload('acme/big');
    await expect(upload('globex/big')).rejects.toMatchObject(denied);
  });
});
