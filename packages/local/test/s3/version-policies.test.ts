import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  DeleteObjectTaggingCommand,
  GetBucketVersioningCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandInput,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  S3Client,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LocalAws } from '../../src/index.ts';
import { assume, clientConfig, outcomeOf, start } from '../start-aws.ts';

let aws: LocalAws;
let admin: S3Client;
let acme: S3Client;
const clients: S3Client[] = [];
/** The old versions of an own and of a foreign object. */
let own = '';
let foreign = '';
beforeAll(async () => {
  aws = await start({ buckets: ['plain', { Bucket: 'pool', Versioning: 'Enabled' }] });
  admin = new S3Client(clientConfig(aws, aws.admin));
  acme = await session([
    { Effect: 'Allow', Action: ['s3:*Object', 's3:*ObjectVersion*', 's3:*ObjectTagging'], Resource: 'arn:aws:s3:::pool/acme/*' },
    {
      Effect: 'Allow',
      Action: 's3:ListBucketVersions',
      Resource: 'arn:aws:s3:::pool',
      Condition: { StringLike: { 's3:prefix': 'acme/*' } },
    },
  ]);
  own = await put('acme/k', 'old');
  foreign = await put('globex/x', 'old');
  await put('acme/k', 'current');
  await put('globex/x', 'current');
});
afterAll(async () => {
  for (const client of clients) client.destroy();
  admin.destroy();
  await aws.close();
});

const at = (Key: string, VersionId?: string) => ({ Bucket: 'pool', Key, ...(VersionId !== undefined && { VersionId }) });
const body = async (client: S3Client, Key: string, VersionId?: string) =>
  (await client.send(new GetObjectCommand(at(Key, VersionId)))).Body?.transformToString();

async function put(Key: string, Body: string): Promise<string> {
  return (await admin.send(new PutObjectCommand({ ...at(Key), Body }))).VersionId ?? '';
}

async function session(Statement: readonly object[]): Promise<S3Client> {
  const keys = await assume(aws, { Policy: JSON.stringify({ Version: '2012-10-17', Statement }) });
  const client = new S3Client(clientConfig(aws, keys));
  clients.push(client);
  return client;
}

describe('a bucket of the start options', () => {
  it('has versioning only if its definition enables it', async () => {
    expect((await admin.send(new GetBucketVersioningCommand({ Bucket: 'pool' }))).Status).toBe('Enabled');
    expect((await admin.send(new GetBucketVersioningCommand({ Bucket: 'plain' }))).Status).toBeUndefined();
  });
});

describe("a session that is scoped to one tenant's folder", () => {
  it('reads, tags, copies and deletes the versions of its own objects', async () => {
    expect([await body(acme, 'acme/k'), await body(acme, 'acme/k', own)]).toEqual(['current', 'old']);
    await acme.send(new PutObjectTaggingCommand({ ...at('acme/k', own), Tagging: { TagSet: [{ Key: 'a', Value: '1' }] } }));
    expect((await acme.send(new GetObjectTaggingCommand(at('acme/k', own)))).TagSet).toEqual([{ Key: 'a', Value: '1' }]);
    expect((await acme.send(new GetObjectTaggingCommand(at('acme/k')))).TagSet).toEqual([]);
    await acme.send(new DeleteObjectTaggingCommand(at('acme/k', own)));
    const copied = await acme.send(new CopyObjectCommand({ ...at('acme/copy'), CopySource: `pool/acme/k?versionId=${own}` }));
    expect(copied).toMatchObject({ CopySourceVersionId: own, VersionId: expect.any(String) });
    expect(await body(acme, 'acme/copy')).toBe('old');
    const mine = await put('acme/gone', 'x');
    const { DeleteMarker, VersionId } = await acme.send(new DeleteObjectCommand(at('acme/gone')));
    expect([DeleteMarker, VersionId]).toEqual([true, expect.any(String)]);
    const Objects = [
      { Key: 'acme/gone', VersionId },
      { Key: 'acme/gone', VersionId: mine },
    ];
    expect((await acme.send(new DeleteObjectsCommand({ Bucket: 'pool', Delete: { Objects } }))).Deleted).toHaveLength(2);
    await expect(acme.send(new HeadObjectCommand(at('acme/gone', mine)))).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } });
  });

  it('is denied every operation on a version of another tenant', async () => {
    for (const command of [
      new GetObjectCommand(at('globex/x', foreign)),
      new GetObjectTaggingCommand(at('globex/x', foreign)),
      new PutObjectTaggingCommand({ ...at('globex/x', foreign), Tagging: { TagSet: [] } }),
      new DeleteObjectTaggingCommand(at('globex/x', foreign)),
      new DeleteObjectCommand(at('globex/x', foreign)),
      new GetObjectAttributesCommand({ ...at('globex/x', foreign), ObjectAttributes: ['ETag'] }),
      new CopyObjectCommand({ ...at('acme/copy'), CopySource: `pool/globex/x?versionId=${foreign}` }),
      new UploadPartCopyCommand({ ...at('acme/f'), UploadId: 'x', PartNumber: 1, CopySource: `pool/globex/x?versionId=${foreign}` }),
      // The version exists, but not under a key of this tenant.
      new GetObjectCommand(at('acme/k', foreign)),
      new CopyObjectCommand({ ...at('acme/copy'), CopySource: `pool/acme/k?versionId=${foreign}` }),
    ]) {
      expect(await outcomeOf(acme.send(command as GetObjectCommand)), command.constructor.name).toBe('AccessDenied');
    }
    const Objects = [{ Key: 'globex/x', VersionId: foreign }];
    const { Errors } = await acme.send(new DeleteObjectsCommand({ Bucket: 'pool', Delete: { Objects } }));
    expect(Errors).toEqual([
      { Key: 'globex/x', VersionId: foreign, Code: 'AccessDenied', Message: expect.stringContaining('s3:DeleteObjectVersion') },
    ]);
    expect(await body(admin, 'globex/x', foreign)).toBe('old');
  });

  it.each<Omit<ListObjectVersionsCommandInput, 'Bucket'>>([
    {},
    { Prefix: '' },
    { Prefix: 'acme' },
    { Prefix: 'globex/' },
    { Prefix: 'acme-2/' },
    { KeyMarker: 'acme/' },
    { Delimiter: '/' },
  ])('is denied a listing of versions with %j', async (input) => {
    expect(await outcomeOf(acme.send(new ListObjectVersionsCommand({ Bucket: 'pool', ...input })))).toBe('AccessDenied');
  });

  it('lists only its own versions, also with the marker of another tenant', async () => {
    for (const more of [{}, { KeyMarker: 'a' }, { KeyMarker: 'acme/', VersionIdMarker: foreign }]) {
      const { Versions = [] } = await acme.send(new ListObjectVersionsCommand({ Bucket: 'pool', Prefix: 'acme/', ...more }));
      expect(Versions.length).toBeGreaterThan(1);
      expect(Versions.filter(({ Key }) => !Key?.startsWith('acme/'))).toEqual([]);
    }
    const after = await acme.send(
      new ListObjectVersionsCommand({ Bucket: 'pool', Prefix: 'acme/', KeyMarker: 'globex/x', VersionIdMarker: foreign }),
    );
    expect(after.Versions).toBeUndefined();
  });

  it('is denied to read and to change the versioning of the bucket', async () => {
    expect(await outcomeOf(acme.send(new GetBucketVersioningCommand({ Bucket: 'pool' })))).toBe('AccessDenied');
    const VersioningConfiguration = { Status: 'Suspended' } as const;
    expect(await outcomeOf(acme.send(new PutBucketVersioningCommand({ Bucket: 'pool', VersioningConfiguration })))).toBe('AccessDenied');
    expect((await admin.send(new GetBucketVersioningCommand({ Bucket: 'pool' }))).Status).toBe('Enabled');
  });
});

describe('a session without permissions for versions', () => {
  it('reads and deletes the current object, but no version, not even the current one', async () => {
    const s3 = await session([
      { Effect: 'Allow', Action: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'], Resource: 'arn:aws:s3:::pool/acme/*' },
    ]);
    const current = await put('acme/current', 'x');
    expect(await body(s3, 'acme/current')).toBe('x');
    for (const command of [
      new GetObjectCommand(at('acme/current', current)),
      new GetObjectCommand(at('acme/current', 'null')),
      new DeleteObjectCommand(at('acme/current', current)),
      new CopyObjectCommand({ ...at('acme/copy'), CopySource: `pool/acme/current?versionId=${current}` }),
    ]) {
      expect(await outcomeOf(s3.send(command as GetObjectCommand)), command.constructor.name).toBe('AccessDenied');
    }
    await s3.send(new DeleteObjectCommand(at('acme/current')));
    expect(await body(admin, 'acme/current', current)).toBe('x');
  });
});

describe('a policy with s3:VersionId', () => {
  it('allows this version only', async () => {
    const s3 = await session([
      {
        Effect: 'Allow',
        Action: 's3:GetObjectVersion',
        Resource: 'arn:aws:s3:::pool/*',
        Condition: { StringEquals: { 's3:VersionId': own } },
      },
    ]);
    const other = await put('acme/k', 'newer');
    expect(await body(s3, 'acme/k', own)).toBe('old');
    for (const denied of [at('acme/k', other), at('acme/k'), at('globex/x', foreign)]) {
      expect(await outcomeOf(s3.send(new GetObjectCommand(denied)))).toBe('AccessDenied');
    }
  });
});

describe('the SDK', () => {
  it('empties and deletes a bucket with versions', async () => {
    await admin.send(new CreateBucketCommand({ Bucket: 'temporary' }));
    await admin.send(new PutBucketVersioningCommand({ Bucket: 'temporary', VersioningConfiguration: { Status: 'Enabled' } }));
    for (const Key of ['a', 'a', 'b']) await admin.send(new PutObjectCommand({ Bucket: 'temporary', Key, Body: 'x' }));
    await admin.send(new DeleteObjectCommand({ Bucket: 'temporary', Key: 'a' }));
    await expect(admin.send(new GetObjectCommand({ Bucket: 'temporary', Key: 'a' }))).rejects.toMatchObject({ name: 'NoSuchKey' });
    await expect(admin.send(new DeleteBucketCommand({ Bucket: 'temporary' }))).rejects.toMatchObject({ name: 'BucketNotEmpty' });
    const { Versions = [], DeleteMarkers = [] } = await admin.send(new ListObjectVersionsCommand({ Bucket: 'temporary' }));
    expect([Versions.length, DeleteMarkers.length]).toEqual([3, 1]);
    const Objects = [...Versions, ...DeleteMarkers].map(({ Key, VersionId }) => ({ Key, VersionId }));
    await admin.send(new DeleteObjectsCommand({ Bucket: 'temporary', Delete: { Objects } }));
    await admin.send(new DeleteBucketCommand({ Bucket: 'temporary' }));
  });
});
