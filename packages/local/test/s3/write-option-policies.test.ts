import { CopyObjectCommand, CreateMultipartUploadCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LocalAws } from '../../src/index.ts';
import { assume, clientConfig, outcomeOf, start } from '../start-aws.ts';

let aws: LocalAws;
let admin: S3Client;
const clients: S3Client[] = [];
beforeAll(async () => {
  aws = await start();
  admin = new S3Client(clientConfig(aws, aws.admin));
  await admin.send(new PutObjectCommand({ ...at('source'), Body: 'source' }));
});
afterAll(async () => {
  for (const client of clients) client.destroy();
  admin.destroy();
  await aws.close();
});

function at(name: string) {
  return { Bucket: 'pool', Key: `acme/${name}` };
}

async function session(...Statement: readonly object[]): Promise<S3Client> {
  const keys = await assume(aws, { Policy: JSON.stringify({ Version: '2012-10-17', Statement }) });
  const client = new S3Client({ ...clientConfig(aws, keys), requestChecksumCalculation: 'WHEN_REQUIRED' });
  clients.push(client);
  return client;
}

type Options = Partial<
  Pick<ConstructorParameters<typeof PutObjectCommand>[0], 'ACL' | 'StorageClass' | 'GrantRead' | 'WebsiteRedirectLocation'>
>;

/** The outcomes of a put, a copy and the creation of an upload. */
async function writes(s3: S3Client, options: Options): Promise<readonly string[]> {
  return [
    await outcomeOf(s3.send(new PutObjectCommand({ ...at('new'), Body: 'x', ...options }))),
    await outcomeOf(s3.send(new CopyObjectCommand({ ...at('new'), CopySource: 'pool/acme/source', ...options }))),
    await outcomeOf(s3.send(new CreateMultipartUploadCommand({ ...at('new'), ...options }))),
  ];
}

const all = (outcome: string) => [outcome, outcome, outcome];
const FOLDER = { Effect: 'Allow', Action: ['s3:PutObject', 's3:GetObject'], Resource: 'arn:aws:s3:::pool/acme/*' };
const deny = (Condition: object) => ({ Effect: 'Deny', Action: 's3:PutObject', Resource: '*', Condition });

describe('a session that may put objects', () => {
  it('sends `private`, as multer-s3 does by default, but no ACL that needs s3:PutObjectAcl', async () => {
    const s3 = await session(FOLDER);
    expect(await writes(s3, { ACL: 'private' })).toEqual(all('allowed'));
    expect(await writes(s3, { ACL: 'bucket-owner-full-control' })).toEqual(all('AccessDenied'));
    expect(await writes(s3, { ACL: 'public-read' })).toEqual(all('AccessDenied'));
    expect(await writes(s3, { GrantRead: 'id=1' })).toEqual(all('AccessDenied'));
  });

  it('uploads by parts with the options that libraries send', async () => {
    const s3 = await session({ ...FOLDER, Action: ['s3:PutObject', 's3:AbortMultipartUpload'] });
    const params = { ...at('big'), Body: Buffer.alloc(6 * 1024 * 1024), ACL: 'private', StorageClass: 'STANDARD_IA' } as const;
    await new Upload({ client: s3, params }).done();
  });
});

describe('a session that may put objects and their ACLs', () => {
  it('gets the error of a bucket without ACLs for every ACL that gives access to others', async () => {
    const s3 = await session({ ...FOLDER, Action: ['s3:PutObject', 's3:GetObject', 's3:PutObjectAcl'] });
    expect(await writes(s3, { ACL: 'bucket-owner-full-control' })).toEqual(all('allowed'));
    expect(await writes(s3, { ACL: 'public-read' })).toEqual(all('AccessControlListNotSupported'));
    expect(await writes(s3, { GrantRead: 'id=1' })).toEqual(all('AccessControlListNotSupported'));
  });
});

describe('a policy', () => {
  it('with s3:x-amz-acl allows this ACL only', async () => {
    const s3 = await session(
      { ...FOLDER, Action: ['s3:GetObject', 's3:PutObjectAcl'] },
      {
        ...FOLDER,
        Action: 's3:PutObject',
        Condition: { StringEquals: { 's3:x-amz-acl': 'bucket-owner-full-control' } },
      },
    );
    expect(await writes(s3, { ACL: 'bucket-owner-full-control' })).toEqual(all('allowed'));
    expect(await writes(s3, {})).toEqual(all('AccessDenied'));
    expect(await writes(s3, { ACL: 'private' })).toEqual(all('AccessDenied'));
  });

  it('with s3:x-amz-storage-class denies another class, and no class', async () => {
    const s3 = await session(FOLDER, deny({ StringNotEquals: { 's3:x-amz-storage-class': 'STANDARD_IA' } }));
    expect(await writes(s3, { StorageClass: 'STANDARD_IA' })).toEqual(all('allowed'));
    expect(await writes(s3, { StorageClass: 'GLACIER_IR' })).toEqual(all('AccessDenied'));
    expect(await writes(s3, {})).toEqual(all('AccessDenied'));
  });

  it('with s3:x-amz-website-redirect-location denies a redirect', async () => {
    const s3 = await session(FOLDER, deny({ Null: { 's3:x-amz-website-redirect-location': 'false' } }));
    expect(await writes(s3, {})).toEqual(all('allowed'));
    expect(await writes(s3, { WebsiteRedirectLocation: 'https://example.com/' })).toEqual(all('AccessDenied'));
  });
});

describe('a presigned URL', () => {
  it('is authorised with the ACL, the storage class and the tags in its query', async () => {
    const s3 = await session(FOLDER, deny({ StringEquals: { 's3:x-amz-storage-class': 'GLACIER_IR' } }));
    const put = async (options: Options & { readonly Tagging?: string }) => {
      const url = await getSignedUrl(s3, new PutObjectCommand({ ...at('signed'), ...options }));
      return (await fetch(url, { method: 'PUT', body: 'x' })).status;
    };
    expect(await put({ ACL: 'private', StorageClass: 'STANDARD_IA' })).toBe(200);
    expect(await put({ ACL: 'bucket-owner-full-control' })).toBe(403);
    expect(await put({ StorageClass: 'GLACIER_IR' })).toBe(403);
    expect(await put({ Tagging: 'a=1' })).toBe(403);
  });

  it('does not accept an option that is not signed', async () => {
    const s3 = await session(FOLDER);
    const url = await getSignedUrl(s3, new PutObjectCommand(at('signed')));
    for (const name of ['x-amz-acl', 'x-amz-storage-class', 'x-amz-tagging']) {
      expect((await fetch(url, { method: 'PUT', body: 'x', headers: { [name]: 'private' } })).status).toBe(403);
      expect((await fetch(`${url}&${name}=private`, { method: 'PUT', body: 'x' })).status).toBe(403);
    }
  });
});
