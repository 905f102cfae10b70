import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteBucketCorsCommand,
  DeleteBucketPolicyCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  DeleteObjectTaggingCommand,
  GetBucketCorsCommand,
  GetBucketLocationCommand,
  GetBucketVersioningCommand,
  GetObjectAttributesCommand,
  GetBucketPolicyCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListMultipartUploadsCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  ListPartsCommand,
  PutBucketVersioningCommand,
  PutBucketCorsCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  paginateListObjectsV2,
  S3Client,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { createPresignedPost } from '@aws-sdk/s3-presigned-post';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHECKSUM_ALGORITHMS } from '../../src/checksums.ts';
import type { LocalAws } from '../../src/index.ts';
import { S3_OPERATIONS } from '../../src/services/s3/operations.ts';
import { clientConfig, start } from '../start-aws.ts';
import { postForm } from './post-form.ts';

let aws: LocalAws;
let s3: S3Client;
beforeAll(async () => {
  aws = await start();
  s3 = new S3Client(clientConfig(aws, aws.admin));
});
afterAll(async () => {
  s3.destroy();
  await aws.close();
});

const at = (Key: string) => ({ Bucket: 'pool', Key });
const text = async (Key: string) => (await s3.send(new GetObjectCommand(at(Key)))).Body?.transformToString();

describe('the AWS SDK', () => {
  it('puts, gets, heads, copies, lists and deletes', async () => {
    await s3.send(
      new PutObjectCommand({ ...at('a'), Body: 'hello', ContentType: 'text/plain', Metadata: { colour: 'red' }, CacheControl: 'no-store' }),
    );
    const head = await s3.send(new HeadObjectCommand(at('a')));
    expect(head).toMatchObject({ ContentLength: 5, ContentType: 'text/plain', Metadata: { colour: 'red' }, CacheControl: 'no-store' });
    expect(head.ETag).toBe(`"${createHash('md5').update('hello').digest('hex')}"`);
    const { CopyObjectResult } = await s3.send(new CopyObjectCommand({ ...at('b'), CopySource: 'pool/a' }));
    expect(CopyObjectResult?.ETag).toBe(head.ETag);
    const { Contents, KeyCount } = await s3.send(new ListObjectsV2Command({ Bucket: 'pool' }));
    expect([KeyCount, Contents?.map(({ Key, Size, ETag }) => [Key, Size, ETag])]).toEqual([
      2,
      [
        ['a', 5, head.ETag],
        ['b', 5, head.ETag],
      ],
    ]);
    expect((await s3.send(new ListObjectsCommand({ Bucket: 'pool', Marker: 'a' }))).Contents?.map(({ Key }) => Key)).toEqual(['b']);
    await s3.send(new DeleteObjectCommand(at('a')));
    expect((await s3.send(new DeleteObjectsCommand({ Bucket: 'pool', Delete: { Objects: [{ Key: 'b' }] } }))).Deleted).toEqual([
      { Key: 'b' },
    ]);
    await expect(s3.send(new GetObjectCommand(at('a')))).rejects.toMatchObject({
      name: 'NoSuchKey',
      $metadata: { httpStatusCode: 404, requestId: expect.any(String) },
    });
    await expect(s3.send(new HeadObjectCommand(at('a')))).rejects.toMatchObject({ name: 'NotFound' });
  });

  it('refuses the signature of metadata that Node.js sends in Latin-1, as AWS does', async () => {
    const Metadata = { author: 'Ren\u00e9' };
    const sent = (Body: Buffer | string) => s3.send(new PutObjectCommand({ ...at('latin'), Body, Metadata }));
    await expect(sent(Buffer.from('hello'))).rejects.toMatchObject({ name: 'SignatureDoesNotMatch' });
    await sent('hello'); // Node.js sends the head with a body that is a string, in UTF-8: the bytes that were signed
    expect((await s3.send(new HeadObjectCommand(at('latin')))).Metadata).toEqual(Metadata);
    await s3.send(new DeleteObjectCommand(at('latin')));
  });

  it('sends and receives every kind of key, in all operations that name one', async () => {
    const keys = [
      'plain',
      'a b',
      'a+b',
      'a%2Fb',
      'a/../b',
      './a',
      '//a',
      'é/\u{1f600}',
      `'"<>&`,
      '?#;=@:',
      'a\\b',
      '*',
      '${x}',
      'constructor',
      '__proto__',
      ' ',
      '.',
      '..',
      'a\tb\r\nc',
    ];
    for (const key of keys) {
      await s3.send(new PutObjectCommand({ Bucket: 'pool', Key: key, Body: key }));
      expect(await text(key), key).toBe(key);
      await s3.send(new CopyObjectCommand({ ...at('copy'), CopySource: `pool/${encodeURIComponent(key)}` }));
      expect(await text('copy'), key).toBe(key);
    }
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: 'pool', EncodingType: 'url' }));
    expect(Contents.map(({ Key }) => decodeURIComponent(Key ?? '')).toSorted()).toEqual([...keys, 'copy'].toSorted());
    const { Deleted, Errors } = await s3.send(
      new DeleteObjectsCommand({ Bucket: 'pool', Delete: { Objects: [...keys, 'copy'].map((Key) => ({ Key })) } }),
    );
    expect(Errors).toBeUndefined();
    expect(Deleted).toHaveLength(keys.length + 1);
    expect((await s3.send(new ListObjectsV2Command({ Bucket: 'pool' }))).KeyCount).toBe(0);
  });

  it('sends streams and empty bodies', async () => {
    await s3.send(
      new PutObjectCommand({ ...at('stream'), Body: Readable.from([Buffer.from('he'), Buffer.from('llo')]), ContentLength: 5 }),
    );
    expect(await text('stream')).toBe('hello');
    expect((await s3.send(new HeadObjectCommand(at('stream')))).ContentEncoding).toBeUndefined();
    await s3.send(new PutObjectCommand({ ...at('empty'), ContentLength: 0 }));
    expect(await text('empty')).toBe('');
  });

  it.each(CHECKSUM_ALGORITHMS.filter((algorithm) => algorithm !== 'CRC64NVME'))('sends and verifies %s', async (algorithm) => {
    const { ChecksumType, ...put } = await s3.send(new PutObjectCommand({ ...at('sum'), Body: 'hello', ChecksumAlgorithm: algorithm }));
    const value = put[`Checksum${algorithm}`];
    expect([typeof value, ChecksumType]).toEqual(['string', 'FULL_OBJECT']);
    const got = await s3.send(new GetObjectCommand({ ...at('sum'), ChecksumMode: 'ENABLED' }));
    expect(got[`Checksum${algorithm}`]).toBe(value);
    expect(await got.Body?.transformToString()).toBe('hello');
    await expect(s3.send(new PutObjectCommand({ ...at('sum'), Body: 'other', [`Checksum${algorithm}`]: value }))).rejects.toMatchObject({
      name: 'BadDigest',
    });
  });

  it('reads ranges and applies conditions', async () => {
    const { ETag } = await s3.send(new PutObjectCommand({ ...at('r'), Body: '0123456789' }));
    const part = await s3.send(new GetObjectCommand({ ...at('r'), Range: 'bytes=2-4' }));
    expect([part.ContentRange, await part.Body?.transformToString()]).toEqual(['bytes 2-4/10', '234']);
    await expect(s3.send(new GetObjectCommand({ ...at('r'), Range: 'bytes=10-' }))).rejects.toMatchObject({ name: 'InvalidRange' });
    await expect(s3.send(new GetObjectCommand({ ...at('r'), IfNoneMatch: ETag }))).rejects.toMatchObject({
      $metadata: { httpStatusCode: 304 },
    });
    await expect(s3.send(new PutObjectCommand({ ...at('r'), Body: 'new', IfNoneMatch: '*' }))).rejects.toMatchObject({
      name: 'PreconditionFailed',
    });
    await s3.send(new PutObjectCommand({ ...at('r'), Body: 'new', IfMatch: ETag }));
    expect(await text('r')).toBe('new');
  });

  it('pages a listing', async () => {
    const keys = Array.from({ length: 25 }, (_, index) => `page/${String(index).padStart(2, '0')}`);
    for (const key of keys) await s3.send(new PutObjectCommand({ ...at(key), Body: key }));
    const listed: (string | undefined)[] = [];
    for await (const { Contents = [] } of paginateListObjectsV2({ client: s3, pageSize: 7 }, { Bucket: 'pool', Prefix: 'page/' })) {
      listed.push(...Contents.map(({ Key }) => Key));
    }
    expect(listed).toEqual(keys);
    const { CommonPrefixes } = await s3.send(new ListObjectsV2Command({ Bucket: 'pool', Delimiter: '/', Prefix: 'p' }));
    expect(CommonPrefixes).toEqual([{ Prefix: 'page/' }]);
  });

  it('creates, finds, lists and deletes buckets', async () => {
    expect((await s3.send(new CreateBucketCommand({ Bucket: 'new-one' }))).Location).toBe('/new-one');
    expect((await s3.send(new HeadBucketCommand({ Bucket: 'new-one' }))).BucketRegion).toBe('us-east-1');
    expect((await s3.send(new ListBucketsCommand({}))).Buckets?.map(({ Name }) => Name)).toEqual(['new-one', 'pool']);
    expect((await s3.send(new GetBucketLocationCommand({ Bucket: 'new-one' }))).LocationConstraint).toBeFalsy();
    await s3.send(new DeleteBucketCommand({ Bucket: 'new-one' }));
    await expect(s3.send(new HeadBucketCommand({ Bucket: 'new-one' }))).rejects.toMatchObject({ name: 'NotFound' });
    await expect(s3.send(new ListObjectsV2Command({ Bucket: 'new-one' }))).rejects.toMatchObject({ name: 'NoSuchBucket' });
  });

  it('sends the location of a bucket in another region automatically', async () => {
    const europe = await start({ region: 'eu-central-1' });
    const client = new S3Client({ ...clientConfig(europe, europe.admin), region: 'eu-central-1' });
    await client.send(new CreateBucketCommand({ Bucket: 'new-one' }));
    expect((await client.send(new GetBucketLocationCommand({ Bucket: 'new-one' }))).LocationConstraint).toBe('eu-central-1');
    client.destroy();
    await europe.close();
  });

  it('tags objects and enables versioning', async () => {
    await s3.send(new CreateBucketCommand({ Bucket: 'versioned' }));
    await s3.send(new PutBucketVersioningCommand({ Bucket: 'versioned', VersioningConfiguration: { Status: 'Enabled' } }));
    expect((await s3.send(new GetBucketVersioningCommand({ Bucket: 'versioned' }))).Status).toBe('Enabled');
    const object = { Bucket: 'versioned', Key: 'a' };
    const { VersionId } = await s3.send(new PutObjectCommand({ ...object, Body: 'old', Tagging: 'colour=red' }));
    await s3.send(new PutObjectTaggingCommand({ ...object, Tagging: { TagSet: [{ Key: 'size', Value: 'big + tall' }] } }));
    expect((await s3.send(new GetObjectTaggingCommand(object))).TagSet).toEqual([{ Key: 'size', Value: 'big + tall' }]);
    await s3.send(new DeleteObjectTaggingCommand(object));
    const attributes = await s3.send(new GetObjectAttributesCommand({ ...object, ObjectAttributes: ['ETag', 'ObjectSize'] }));
    expect(attributes).toMatchObject({ ObjectSize: 3, VersionId });
    const { Versions = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket: 'versioned' }));
    expect(Versions.map(({ Key, VersionId: id, IsLatest }) => [Key, id, IsLatest])).toEqual([['a', VersionId, true]]);
    await s3.send(new DeleteObjectCommand({ ...object, VersionId }));
    await s3.send(new DeleteBucketCommand({ Bucket: 'versioned' }));
  });

  it('uploads and copies parts, lists and aborts uploads', async () => {
    await s3.send(new PutObjectCommand({ ...at('source'), Body: Buffer.alloc(6 * 1024 * 1024, 's') }));
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand(at('parts')));
    const upload = { ...at('parts'), UploadId };
    const one = await s3.send(
      new UploadPartCopyCommand({ ...upload, PartNumber: 1, CopySource: 'pool/source', CopySourceRange: 'bytes=0-5242879' }),
    );
    const two = await s3.send(new UploadPartCommand({ ...upload, PartNumber: 2, Body: 'the end' }));
    expect((await s3.send(new ListPartsCommand(upload))).Parts?.map(({ PartNumber, Size }) => [PartNumber, Size])).toEqual([
      [1, 5_242_880],
      [2, 7],
    ]);
    expect((await s3.send(new ListMultipartUploadsCommand({ Bucket: 'pool' }))).Uploads?.map(({ Key, UploadId: id }) => [Key, id])).toEqual(
      [['parts', UploadId]],
    );
    const Parts = [
      { PartNumber: 1, ETag: one.CopyPartResult?.ETag },
      { PartNumber: 2, ETag: two.ETag },
    ];
    const { ETag } = await s3.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } }));
    expect(ETag).toMatch(/^"[0-9a-f]{32}-2"$/);
    expect((await s3.send(new HeadObjectCommand(at('parts')))).ContentLength).toBe(5_242_887);
    const other = await s3.send(new CreateMultipartUploadCommand(at('parts')));
    await s3.send(new AbortMultipartUploadCommand({ ...at('parts'), UploadId: other.UploadId }));
    await expect(s3.send(new ListPartsCommand({ ...at('parts'), UploadId: other.UploadId }))).rejects.toMatchObject({
      name: 'NoSuchUpload',
    });
  });
});

it('configures a bucket', async () => {
  const CORSRules = [{ AllowedOrigins: ['https://app.example'], AllowedMethods: ['PUT'] }];
  await s3.send(new PutBucketCorsCommand({ Bucket: 'pool', CORSConfiguration: { CORSRules } }));
  expect((await s3.send(new GetBucketCorsCommand({ Bucket: 'pool' }))).CORSRules).toEqual(CORSRules);
  await s3.send(new DeleteBucketCorsCommand({ Bucket: 'pool' }));
  const Statement = { Effect: 'Deny', Principal: '*', Action: 's3:GetObject', Resource: 'arn:aws:s3:::pool/none/*' };
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement });
  await s3.send(new PutBucketPolicyCommand({ Bucket: 'pool', Policy }));
  expect((await s3.send(new GetBucketPolicyCommand({ Bucket: 'pool' }))).Policy).toBe(Policy);
  await s3.send(new DeleteBucketPolicyCommand({ Bucket: 'pool' }));
});

it('signs a form that uploads a file', async () => {
  const { url, fields } = await createPresignedPost(s3, { Bucket: 'pool', Key: 'form' });
  expect((await postForm(url, fields, 'posted')).status).toBe(204);
  expect(await text('form')).toBe('posted');
});

it('executed every operation of the table', () => {
  const reached = new Set(aws.calls.filter(({ decision }) => decision === 'allowed').map(({ operation }) => operation));
  expect(S3_OPERATIONS.map(({ operation }) => operation).filter((operation) => !reached.has(operation))).toEqual([]);
});
