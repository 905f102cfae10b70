import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectTaggingCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { LocalAws } from '../../src/index.ts';
import { assume, clientConfig, outcomeOf, start } from '../start-aws.ts';

let aws: LocalAws;
let admin: S3Client;
let acme: S3Client;
const clients: S3Client[] = [];
beforeAll(async () => {
  aws = await start();
  admin = new S3Client(clientConfig(aws, aws.admin));
  // Every object is in one folder: only the tags keep the tenants apart.
  acme = await session([
    { Effect: 'Allow', Action: ['s3:GetObject', 's3:GetObjectTagging', 's3:GetObjectAttributes'], Resource: ALL, Condition: OWN },
    { Effect: 'Allow', Action: 's3:DeleteObjectTagging', Resource: ALL, Condition: OWN },
    { Effect: 'Allow', Action: 's3:PutObject', Resource: ALL, Condition: SETS_OWN },
    {
      Effect: 'Allow',
      Action: 's3:PutObjectTagging',
      Resource: ALL,
      Condition: {
        StringEquals: { 's3:ExistingObjectTag/tenant': 'acme', 's3:RequestObjectTag/tenant': 'acme' },
        'ForAllValues:StringEquals': { 's3:RequestObjectTagKeys': ['tenant', 'colour'] },
      },
    },
    // A new object has no tags yet.
    {
      Effect: 'Allow',
      Action: 's3:PutObjectTagging',
      Resource: ALL,
      Condition: { Null: { 's3:ExistingObjectTag/tenant': 'true' }, ...SETS_OWN },
    },
  ]);
});
beforeEach(async () => {
  for (const tenant of ['acme', 'globex'])
    await admin.send(new PutObjectCommand({ ...at(tenant), Body: tenant, Tagging: `tenant=${tenant}` }));
  await admin.send(new PutObjectCommand({ ...at('untagged'), Body: 'untagged' }));
  await admin.send(new PutObjectCommand({ ...at('cased'), Body: 'cased', Tagging: 'tenant=ACME' }));
});
afterAll(async () => {
  for (const client of clients) client.destroy();
  admin.destroy();
  await aws.close();
});

const ALL = 'arn:aws:s3:::pool/shared/*';
const OWN = { StringEquals: { 's3:ExistingObjectTag/tenant': 'acme' } };
const SETS_OWN = { StringEquals: { 's3:RequestObjectTag/tenant': 'acme' } };
const FOREIGN = ['globex', 'untagged', 'cased', 'none'];
const at = (name: string) => ({ Bucket: 'pool', Key: `shared/${name}` });
const tagSet = (tags: Readonly<Record<string, string>>) => ({ TagSet: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) });
const tagsOf = async (name: string) => (await admin.send(new GetObjectTaggingCommand(at(name)))).TagSet;

async function session(Statement: readonly object[]): Promise<S3Client> {
  const keys = await assume(aws, { Policy: JSON.stringify({ Version: '2012-10-17', Statement }) });
  const client = new S3Client(clientConfig(aws, keys));
  clients.push(client);
  return client;
}

describe('a session that is scoped by the tags of objects', () => {
  it('reads, heads, tags and describes its own objects', async () => {
    expect(await (await acme.send(new GetObjectCommand(at('acme')))).Body?.transformToString()).toBe('acme');
    expect(await acme.send(new HeadObjectCommand(at('acme')))).toMatchObject({ ContentLength: 4, TagCount: 1 });
    expect((await acme.send(new GetObjectTaggingCommand(at('acme')))).TagSet).toEqual([{ Key: 'tenant', Value: 'acme' }]);
    expect((await acme.send(new GetObjectAttributesCommand({ ...at('acme'), ObjectAttributes: ['ObjectSize'] }))).ObjectSize).toBe(4);
    await acme.send(new PutObjectTaggingCommand({ ...at('acme'), Tagging: tagSet({ tenant: 'acme', colour: 'red' }) }));
    expect(await tagsOf('acme')).toHaveLength(2);
    await acme.send(new DeleteObjectTaggingCommand(at('acme')));
    expect(await outcomeOf(acme.send(new GetObjectCommand(at('acme'))))).toBe('AccessDenied');
  });

  it.each(FOREIGN)('is denied every read of %s', async (name) => {
    for (const command of [
      new GetObjectCommand(at(name)),
      new GetObjectTaggingCommand(at(name)),
      new GetObjectAttributesCommand({ ...at(name), ObjectAttributes: ['ETag'] }),
      new CopyObjectCommand({ ...at('copy'), CopySource: `pool/shared/${name}`, TaggingDirective: 'REPLACE', Tagging: 'tenant=acme' }),
    ]) {
      expect(await outcomeOf(acme.send(command as GetObjectCommand)), command.constructor.name).toBe('AccessDenied');
    }
    await expect(acme.send(new HeadObjectCommand(at(name)))).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } });
  });

  it.each(['globex', 'cased'])('is denied to change the tags of %s to its own', async (name) => {
    const before = await tagsOf(name);
    const Tagging = tagSet({ tenant: 'acme' });
    expect(await outcomeOf(acme.send(new PutObjectTaggingCommand({ ...at(name), Tagging })))).toBe('AccessDenied');
    expect(await outcomeOf(acme.send(new DeleteObjectTaggingCommand(at(name))))).toBe('AccessDenied');
    expect(await tagsOf(name)).toEqual(before);
  });

  it.each<Readonly<Record<string, string>>>([
    { tenant: 'globex' },
    { tenant: 'acme', admin: 'true' },
    { colour: 'red' },
    { Tenant: 'Acme' },
    { tenant: '' },
  ])('is denied to set the tags %j', async (tags) => {
    expect(await outcomeOf(acme.send(new PutObjectTaggingCommand({ ...at('acme'), Tagging: tagSet(tags) })))).toBe('AccessDenied');
    expect(await tagsOf('acme')).toEqual([{ Key: 'tenant', Value: 'acme' }]);
  });

  it('creates objects only with its own tag, by a put, a copy and an upload by parts', async () => {
    const writes = (Tagging: string | undefined) => [
      acme.send(new PutObjectCommand({ ...at('new'), Body: 'x', ...(Tagging !== undefined && { Tagging }) })),
      acme.send(
        new CopyObjectCommand({
          ...at('new'),
          CopySource: 'pool/shared/acme',
          TaggingDirective: 'REPLACE',
          ...(Tagging !== undefined && { Tagging }),
        }),
      ),
      acme.send(new CreateMultipartUploadCommand({ ...at('new'), ...(Tagging !== undefined && { Tagging }) })),
    ];
    for (const tags of [undefined, 'tenant=globex', 'colour=acme', 'tenant=acme2', 'tenant=acm']) {
      expect(await Promise.all(writes(tags).map(outcomeOf)), tags).toEqual(['AccessDenied', 'AccessDenied', 'AccessDenied']);
    }
    expect(await Promise.all(writes('tenant=acme').map(outcomeOf))).toEqual(['allowed', 'allowed', 'allowed']);
    expect(await (await acme.send(new GetObjectCommand(at('new')))).Body?.transformToString()).toMatch(/^(?:x|acme)$/);
    await admin.send(new DeleteObjectCommand(at('new')));
  });

  it('never reads what another tenant writes to the same key at the same time', async () => {
    const write = (tenant: string) => admin.send(new PutObjectCommand({ ...at('race'), Body: tenant, Tagging: `tenant=${tenant}` }));
    const read = async () => (await acme.send(new GetObjectCommand(at('race')))).Body?.transformToString();
    await write('acme');
    const results = await Promise.all(
      Array.from({ length: 60 }, async (_, index) => {
        const [, outcome] = await Promise.all([write(index % 2 === 0 ? 'globex' : 'acme'), read().catch((error: Error) => error.name)]);
        return outcome;
      }),
    );
    expect(new Set(results).has('acme')).toBe(true);
    expect(results.filter((result) => result !== 'acme' && result !== 'AccessDenied')).toEqual([]);
  });
});

describe('a policy that denies by a tag', () => {
  it('denies reads of objects with it, also an If-Match that would reveal an ETag', async () => {
    const s3 = await session([
      { Effect: 'Allow', Action: 's3:*', Resource: '*' },
      { Effect: 'Deny', Action: 's3:GetObject', Resource: '*', Condition: { StringEquals: { 's3:ExistingObjectTag/tenant': 'globex' } } },
    ]);
    expect(await outcomeOf(s3.send(new GetObjectCommand(at('acme'))))).toBe('allowed');
    expect(await outcomeOf(s3.send(new GetObjectCommand(at('globex'))))).toBe('AccessDenied');
    expect(await outcomeOf(s3.send(new PutObjectCommand({ ...at('globex'), Body: 'x', IfMatch: '"guess"' })))).toBe('AccessDenied');
    expect(await outcomeOf(s3.send(new DeleteObjectCommand({ ...at('globex'), IfMatch: '"guess"' })))).toBe('AccessDenied');
    expect(await outcomeOf(s3.send(new CopyObjectCommand({ ...at('copy'), CopySource: 'pool/shared/globex' })))).toBe('AccessDenied');
  });
});

describe('an upload by parts', () => {
  it('creates an object with the tags of the upload, for a tenant that may tag', async () => {
    const s3 = await session([
      { Effect: 'Allow', Action: ['s3:PutObject', 's3:PutObjectTagging', 's3:GetObject', 's3:GetObjectTagging'], Resource: ALL },
    ]);
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ ...at('parts'), Tagging: 'tenant=acme&x=1' }));
    const upload = { ...at('parts'), UploadId };
    const { ETag } = await s3.send(new UploadPartCommand({ ...upload, PartNumber: 1, Body: 'hello' }));
    await s3.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] } }));
    expect((await acme.send(new GetObjectTaggingCommand(at('parts')))).TagSet).toHaveLength(2);
  });

  it('is denied with tags to a tenant that may not tag', async () => {
    const s3 = await session([{ Effect: 'Allow', Action: 's3:PutObject', Resource: ALL }]);
    expect(await outcomeOf(s3.send(new CreateMultipartUploadCommand({ ...at('parts'), Tagging: 'a=1' })))).toBe('AccessDenied');
    expect(await outcomeOf(s3.send(new PutObjectCommand({ ...at('parts'), Body: 'x', Tagging: 'a=1' })))).toBe('AccessDenied');
    expect(await outcomeOf(s3.send(new CreateMultipartUploadCommand(at('parts'))))).toBe('allowed');
  });
});
