import { beforeEach, describe, expect, it } from 'vitest';
import { S3Harness } from './s3-harness.ts';
import { first, UploadHarness } from './upload-harness.ts';

let s3: S3Harness;
beforeEach(async () => {
  s3 = new S3Harness();
  await s3.seed({ 'acme/k': 'kept' });
});

const WRITES: readonly (readonly [name: string, method: string, target: string, headers: Record<string, string>])[] = [
  ['PutObject', 'PUT', '/pool/acme/new', {}],
  ['CopyObject', 'PUT', '/pool/acme/new', { 'x-amz-copy-source': 'pool/acme/k' }],
  ['CreateMultipartUpload', 'POST', '/pool/acme/new?uploads=', {}],
];

describe.each(WRITES)('the ACL of %s', (_, method, target, more) => {
  const write = (headers: Record<string, string>) => s3.send(method, target, { headers: { ...more, ...headers } });
  const action = (name: string) => expect.objectContaining({ action: name, resource: 'arn:aws:s3:::pool/acme/new' });

  it('may be the default `private`, which needs no further permission', async () => {
    const { status, iamRequests } = await write({ 'x-amz-acl': 'private' });
    expect(status).toBe(200);
    expect(iamRequests[0]?.context).toMatchObject({ 's3:x-amz-acl': 'private' });
    expect(iamRequests).not.toContainEqual(action('s3:PutObjectAcl'));
  });

  it('may be `bucket-owner-full-control`, which needs s3:PutObjectAcl', async () => {
    const { status, iamRequests } = await write({ 'x-amz-acl': 'bucket-owner-full-control', 'x-amz-storage-class': 'STANDARD_IA' });
    expect(status).toBe(200);
    expect(iamRequests[0]?.context).toMatchObject({ 's3:x-amz-acl': 'bucket-owner-full-control' });
    const acl = iamRequests.find((request) => request.action === 's3:PutObjectAcl');
    expect(acl?.context).toMatchObject({ 's3:x-amz-acl': 'bucket-owner-full-control', 's3:x-amz-storage-class': 'STANDARD_IA' });
    s3.allows = (request) => request.action !== 's3:PutObjectAcl';
    expect(await write({ 'x-amz-acl': 'bucket-owner-full-control' })).toMatchObject({ status: 403, code: 'AccessDenied' });
  });

  it.each<Record<string, string>>([
    { 'x-amz-acl': 'public-read' },
    { 'x-amz-acl': 'public-read-write' },
    { 'x-amz-acl': 'authenticated-read' },
    { 'x-amz-acl': 'aws-exec-read' },
    { 'x-amz-acl': 'bucket-owner-read' },
    { 'x-amz-acl': 'log-delivery-write' },
    { 'x-amz-grant-read': 'id=1' },
    { 'x-amz-grant-read-acp': 'id=1' },
    { 'x-amz-grant-write': 'id=1' },
    { 'x-amz-grant-write-acp': 'id=1' },
    { 'x-amz-grant-full-control': 'id=1' },
    { 'x-amz-acl': 'private', 'x-amz-grant-read': '' },
  ])('is refused as %j, but first decided with its condition key', async (headers) => {
    const { iamRequests, ...refused } = await write(headers);
    expect(refused).toMatchObject({ status: 400, code: 'AccessControlListNotSupported' });
    for (const [name, value] of Object.entries(headers)) expect(iamRequests[0]?.context).toMatchObject({ [`s3:${name}`]: value });
    expect(iamRequests).toContainEqual(action('s3:PutObjectAcl'));
    s3.allows = (request) => request.action !== 's3:PutObjectAcl';
    expect((await write(headers)).code).toBe('AccessDenied');
    s3.allows = () => true;
    expect((await s3.send('GET', '/pool/acme/new')).code).toBe('NoSuchKey');
    expect((await s3.send('GET', '/pool?uploads=')).body).not.toContain('<Upload>');
  });

  it.each(['', 'Private', 'private ', 'everyone', '__proto__', 'constructor'])('is invalid as %j', async (acl) => {
    expect(await write({ 'x-amz-acl': acl })).toMatchObject({ status: 400, code: 'InvalidArgument', operation: '' });
  });
});

describe('the ACL and the ownership of a new bucket', () => {
  const create = (headers: Record<string, string>) => s3.send('PUT', '/new-one', { headers });
  const actions = async (headers: Record<string, string>) => (await create(headers)).iamRequests.map(({ action }) => action);

  it('may be `private` and BucketOwnerEnforced', async () => {
    expect(await actions({ 'x-amz-acl': 'private' })).toEqual(['s3:CreateBucket']);
    const { iamRequests, status } = await create({ 'x-amz-object-ownership': 'BucketOwnerEnforced' });
    expect(status).toBe(200);
    expect(iamRequests.map(({ action }) => action)).toEqual(['s3:CreateBucket', 's3:PutBucketOwnershipControls']);
    expect(iamRequests[0]?.context).toMatchObject({ 's3:x-amz-object-ownership': 'BucketOwnerEnforced' });
  });

  it.each<Record<string, string>>([
    { 'x-amz-acl': 'public-read' },
    { 'x-amz-acl': 'bucket-owner-full-control' },
    { 'x-amz-grant-write': 'id=1' },
  ])('is refused with %j', async (headers) => {
    expect(await create(headers)).toMatchObject({ status: 400, code: 'InvalidBucketAclWithObjectOwnership' });
    expect(await actions(headers)).toEqual(['s3:CreateBucket', 's3:PutBucketAcl']);
    expect((await s3.send('HEAD', '/new-one')).status).toBe(404);
  });

  it.each(['ObjectWriter', 'BucketOwnerPreferred', ''])('returns 501 for the ownership %j', async (ownership) => {
    expect(await create({ 'x-amz-object-ownership': ownership })).toMatchObject({ status: 501, operation: '' });
  });
});

describe('the storage class', () => {
  it.each(['STANDARD_IA', 'ONEZONE_IA', 'INTELLIGENT_TIERING', 'GLACIER_IR', 'REDUCED_REDUNDANCY'])(
    'is kept as %s, and returned by reads and listings',
    async (storageClass) => {
      const headers = { 'x-amz-storage-class': storageClass };
      const { iamRequests } = await s3.send('PUT', '/pool/acme/k', { headers });
      expect(iamRequests[0]?.context).toMatchObject({ 's3:x-amz-storage-class': storageClass });
      for (const method of ['GET', 'HEAD']) expect((await s3.send(method, '/pool/acme/k')).headers).toMatchObject(headers);
      for (const list of ['list-type=2', 'prefix=', 'versions=']) {
        expect(first((await s3.send('GET', `/pool?${list}`)).body, 'StorageClass')).toBe(storageClass);
      }
      const attributes = { 'x-amz-object-attributes': 'StorageClass' };
      expect((await s3.send('GET', '/pool/acme/k?attributes=', { headers: attributes })).body).toContain(storageClass);
    },
  );

  it('is STANDARD by default, which a read does not return', async () => {
    for (const headers of [{}, { 'x-amz-storage-class': 'STANDARD' }]) {
      await s3.send('PUT', '/pool/acme/k', { headers: Object.fromEntries(Object.entries(headers)) });
      expect((await s3.send('GET', '/pool/acme/k')).headers).not.toHaveProperty('x-amz-storage-class');
      expect(first((await s3.send('GET', '/pool?list-type=2')).body, 'StorageClass')).toBe('STANDARD');
    }
  });

  it('is not copied, and can be changed by copying an object to itself', async () => {
    await s3.send('PUT', '/pool/acme/k', { headers: { 'x-amz-storage-class': 'GLACIER_IR' } });
    const copy = (target: string, headers: Record<string, string> = {}) =>
      s3.send('PUT', `/pool/${target}`, { headers: { 'x-amz-copy-source': 'pool/acme/k', ...headers } });
    await copy('acme/copy');
    expect((await s3.send('HEAD', '/pool/acme/copy')).headers).not.toHaveProperty('x-amz-storage-class');
    expect((await copy('acme/k')).code).toBe('InvalidRequest');
    expect((await copy('acme/k', { 'x-amz-storage-class': 'ONEZONE_IA' })).status).toBe(200);
    expect((await s3.send('HEAD', '/pool/acme/k')).headers).toMatchObject({ 'x-amz-storage-class': 'ONEZONE_IA' });
  });

  it.each(['GLACIER', 'DEEP_ARCHIVE', 'EXPRESS_ONEZONE', 'OUTPOSTS', 'SNOW', 'FSX_OPENZFS', 'FSX_ONTAP'])(
    'returns 501 for %s, whose objects cannot be read directly',
    async (storageClass) => {
      for (const [, method, target, more] of WRITES) {
        const { status, body } = await s3.send(method, target, { headers: { ...more, 'x-amz-storage-class': storageClass } });
        expect(status).toBe(501);
        expect(body).toContain(storageClass);
      }
    },
  );

  it.each(['', 'standard', 'STANDARD ', 'CHEAP', '__proto__'])('is invalid as %j', async (storageClass) => {
    for (const [, method, target, more] of WRITES) {
      expect(await s3.send(method, target, { headers: { ...more, 'x-amz-storage-class': storageClass } })).toMatchObject({
        status: 400,
        code: 'InvalidStorageClass',
      });
    }
  });
});

describe('an upload by parts', () => {
  it('creates an object with the options of the upload', async () => {
    const uploads = new UploadHarness();
    const id = await uploads.create('acme/f', {
      'x-amz-storage-class': 'STANDARD_IA',
      'x-amz-tagging': 'colour=red',
      'x-amz-website-redirect-location': '/elsewhere',
      'x-amz-acl': 'private',
    });
    expect(first((await uploads.send('GET', '/pool?uploads=')).body, 'StorageClass')).toBe('STANDARD_IA');
    expect(first((await uploads.send('GET', `/pool/acme/f?uploadId=${id}`)).body, 'StorageClass')).toBe('STANDARD_IA');
    const etag = await uploads.upload(id, 1, Buffer.from('hello'));
    expect((await uploads.complete(id, [[1, etag]])).status).toBe(200);
    expect((await uploads.send('HEAD', '/pool/acme/f')).headers).toMatchObject({
      'x-amz-storage-class': 'STANDARD_IA',
      'x-amz-website-redirect-location': '/elsewhere',
      'x-amz-tagging-count': '1',
    });
  });
});

describe('the website redirect', () => {
  it('is returned by a read, is a condition key, and is not copied', async () => {
    const headers = { 'x-amz-website-redirect-location': 'https://example.com/a' };
    const { iamRequests } = await s3.send('PUT', '/pool/acme/k', { headers });
    expect(iamRequests[0]?.context).toMatchObject({ 's3:x-amz-website-redirect-location': 'https://example.com/a' });
    expect((await s3.send('GET', '/pool/acme/k')).headers).toMatchObject(headers);
    await s3.send('PUT', '/pool/acme/copy', { headers: { 'x-amz-copy-source': 'pool/acme/k' } });
    expect((await s3.send('GET', '/pool/acme/copy')).headers).not.toHaveProperty('x-amz-website-redirect-location');
  });

  it.each(['', 'x', 'ftp://x', 'javascript:x', ' /x', '/a\r\nx: y', `/${'x'.repeat(2048)}`])('is invalid as %j', async (location) => {
    expect(await s3.send('PUT', '/pool/acme/k', { headers: { 'x-amz-website-redirect-location': location } })).toMatchObject({
      status: 400,
      code: 'InvalidRedirectLocation',
    });
  });
});

describe('x-amz-request-payer', () => {
  it('may be `requester`, which changes nothing: the owner pays', async () => {
    const headers = { 'x-amz-request-payer': 'requester' };
    const response = await s3.send('GET', '/pool/acme/k', { headers });
    expect(response).toMatchObject({ status: 200, body: 'kept' });
    expect(response.headers).not.toHaveProperty('x-amz-request-charged');
    expect((await s3.send('GET', '/pool/acme/k', { headers: { 'x-amz-request-payer': 'owner' } })).code).toBe('InvalidArgument');
    expect((await s3.send('HEAD', '/pool', { headers })).status).toBe(501);
  });
});

describe('x-amz-optional-object-attributes', () => {
  it('may request the status of a restore, which no object has', async () => {
    for (const list of ['list-type=2', 'prefix=', 'versions=']) {
      const send = (value: string) => s3.send('GET', `/pool?${list}`, { headers: { 'x-amz-optional-object-attributes': value } });
      const { status, body } = await send('RestoreStatus');
      expect(status).toBe(200);
      expect(body).not.toContain('RestoreStatus');
      expect((await send('Owner')).code).toBe('InvalidArgument');
    }
  });
});
