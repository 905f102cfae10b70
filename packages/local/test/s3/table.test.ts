import { beforeEach, describe, expect, it } from 'vitest';
import { S3_OPERATIONS } from '../../src/services/s3/operations.ts';
import { S3Harness } from './s3-harness.ts';
import { first, partList } from './upload-harness.ts';

let s3: S3Harness;
beforeEach(async () => {
  s3 = new S3Harness();
  await s3.seed({ 'acme/k': 'kept' });
});

const untouched = async () => {
  s3.allows = () => true;
  expect((await s3.send('GET', '/pool/acme/k')).body).toBe('kept');
  expect((await s3.send('GET', '/pool?list-type=2')).body.match(/<Contents>/g)).toHaveLength(1);
};

describe('the table of operations', () => {
  it('has each operation once, with its permissions', () => {
    expect(new Set(S3_OPERATIONS.map(({ operation }) => operation)).size).toBe(S3_OPERATIONS.length);
    expect(S3_OPERATIONS).toHaveLength(27);
    for (const { operation, actions } of S3_OPERATIONS) {
      expect(actions.length, operation).toBeGreaterThan(0);
      for (const action of actions) expect(action).toMatch(/^s3:[A-Z]/);
    }
  });

  it('returns 501 for sub-resources, and does not treat them as objects or buckets', async () => {
    for (const [method, path] of [
      ['PUT', '/pool/acme/k?tagging=x'],
      ['DELETE', '/pool/acme/k?tagging=&acl='],
      ['POST', '/pool/acme/k?tagging='],
      ['GET', '/pool/acme/k?acl='],
      ['GET', '/pool/acme/k?attributes='],
      ['PUT', '/pool/acme/k?retention='],
      ['PUT', '/pool?versioning=x'],
      ['PUT', '/new-one?versioning=Enabled'],
      ['DELETE', '/pool?versioning='],
      ['DELETE', '/pool?policy='],
      ['GET', '/pool?versions=x'],
      ['GET', '/pool?versions=&list-type=2'],
      ['PUT', '/pool/acme/k?versionId=null'],
      ['GET', '/b--az--x-s3//?session'],
      ['POST', '/pool'],
      ['POST', '/pool?delete=&policy='],
      ['POST', '/pool?delete=1'],
      ['POST', '/pool/acme/k'],
      ['POST', '/pool/acme/k?uploads=&uploadId=x'],
      ['POST', '/pool/acme/k?select=&select-type=2'],
      ['GET', '/pool?list-type=1'],
      ['GET', '/pool?location=x'],
      ['PUT', '/pool/acme/k?partNumber=1'],
      ['HEAD', '/pool?versionId=null'],
      ['POST', '/pool/acme/k?uploads=&versionId=null'],
      ['GET', '/pool/acme/k?versionid=null'],
      ['PUT', '/'],
      ['POST', '/'],
      ['PATCH', '/pool/acme/k'],
      ['OPTIONS', '/pool/acme/k'],
      ['get', '/pool/acme/k'],
      ['', '/pool/acme/k'],
    ] as const) {
      expect(await s3.send(method, path, { body: method === 'PUT' ? 'overwritten' : '' }), `${method} ${path}`).toMatchObject({
        status: 501,
        operation: '',
      });
    }
    await untouched();
  });

  it.each([
    ['x-amz-acl', 400, 'InvalidArgument'],
    ['x-amz-grant-read', 400, 'AccessControlListNotSupported'],
    ['x-amz-grant-full-control', 400, 'AccessControlListNotSupported'],
    ['x-amz-tagging', 400, 'InvalidArgument'],
    ['x-amz-storage-class', 400, 'InvalidStorageClass'],
    ['x-amz-website-redirect-location', 400, 'InvalidRedirectLocation'],
    ['x-amz-request-payer', 400, 'InvalidArgument'],
  ])('rejects an invalid value of the header %s on a write', async (name, status, code) => {
    expect(await s3.send('PUT', '/pool/acme/k', { body: 'overwritten', headers: { [name]: 'x=y=z' } })).toMatchObject({ status, code });
    await untouched();
  });

  it.each([
    'x-amz-tagging-directive',
    'x-amz-object-attributes',
    'x-amz-object-lock-mode',
    'x-amz-object-lock-retain-until-date',
    'x-amz-object-lock-legal-hold',
    'x-amz-server-side-encryption-aws-kms-key-id',
    'x-amz-server-side-encryption-context',
    'x-amz-server-side-encryption-customer-key',
    'x-amz-optional-object-attributes',
    'x-amz-object-ownership',
    'x-amz-mfa',
    'x-amz-bypass-governance-retention',
    'x-amz-write-offset-bytes',
    'x-amz-copy-source-version-id',
    'x-amz-metadata-directive',
    'x-amz-checksum-sha512',
    'x-amz-made-up',
    'x-amz-',
    'x-amz-metadata',
    'if-range',
    'range',
  ])('returns 501 for the header %s on a write, and names it', async (name) => {
    const { status, code, operation, body } = await s3.send('PUT', '/pool/acme/k', { body: 'overwritten', headers: { [name]: 'x' } });
    expect({ status, code, operation }).toEqual({ status: 501, code: 'NotImplemented', operation: '' });
    expect(body).toContain(`\`${name}\``);
    await untouched();
  });

  it.each([
    'user-agent',
    'host',
    'amz-sdk-request',
    'amz-sdk-invocation-id',
    'accept',
    'expect',
    'x-forwarded-for',
    'x-amz-content-sha256',
    'x-amz-trailer',
    'x-amz-decoded-content-length',
  ])('ignores the header %s, which does not affect the operation', async (name) => {
    expect((await s3.send('GET', '/pool/acme/k', { headers: { [name]: 'x' } })).status).toBe(200);
  });

  it('does not treat a trailer as a header: it does not turn a put into a copy', async () => {
    await s3.seed({ 'globex/x': 'theirs' });
    const { iamRequests, operation } = await s3.send('PUT', '/pool/acme/new', {
      body: 'mine',
      trailers: { 'x-amz-copy-source': 'pool/globex/x' },
    });
    expect({ operation, actions: iamRequests.map(({ action }) => action) }).toEqual({ operation: 'PutObject', actions: ['s3:PutObject'] });
    expect((await s3.send('GET', '/pool/acme/new')).body).toBe('mine');
  });

  it('rejects a body that the operation does not read', async () => {
    for (const [method, path, headers] of [
      ['GET', '/pool/acme/k', {}],
      ['DELETE', '/pool/acme/k', {}],
      ['PUT', '/pool/acme/new', { 'x-amz-copy-source': 'pool/acme/k' }],
      ['POST', '/pool/acme/new?uploads=', {}],
      ['GET', '/', {}],
    ] as const) {
      expect(await s3.send(method, path, { body: 'x', headers })).toMatchObject({ status: 400, code: 'InvalidRequest', operation: '' });
    }
    await untouched();
  });

  it('returns 501 for an x-id that names another operation', async () => {
    expect((await s3.send('GET', '/pool/acme/k?x-id=GetObject')).status).toBe(200);
    expect((await s3.send('GET', '/pool/acme/k?x-id=ListObjectsV2')).status).toBe(501);
    expect((await s3.send('GET', '/pool/acme/k?x-id=')).status).toBe(501);
  });

  it('returns 501 for parameters with the names of inherited properties', async () => {
    for (const name of ['constructor', '__proto__', 'toString', 'hasOwnProperty']) {
      expect((await s3.send('GET', `/pool/acme/k?${name}=`)).status).toBe(501);
      expect((await s3.send('GET', `/pool?list-type=2&${name}=1`)).status).toBe(501);
    }
  });

  it('rejects an expected owner that is another account, for every operation', async () => {
    for (const [method, path] of [
      ['GET', '/pool/acme/k'],
      ['HEAD', '/pool/acme/k'],
      ['PUT', '/pool/acme/k'],
      ['DELETE', '/pool/acme/k'],
      ['GET', '/pool?list-type=2'],
      ['GET', '/pool'],
      ['HEAD', '/pool'],
      ['DELETE', '/pool'],
      ['GET', '/pool?location='],
      ['GET', '/pool?uploads='],
      ['POST', '/pool/acme/k?uploads='],
      ['GET', '/pool/acme/k?tagging='],
      ['PUT', '/pool/acme/k?tagging='],
      ['DELETE', '/pool/acme/k?tagging='],
      ['GET', '/pool?versioning='],
      ['PUT', '/pool?versioning='],
      ['GET', '/pool?versions='],
    ] as const) {
      const headers = { 'x-amz-expected-bucket-owner': '111111111111' };
      expect((await s3.send(method, path, { headers })).status, `${method} ${path}`).toBe(403);
    }
    await untouched();
  });
});

describe('the IAM request of every operation', () => {
  it('has the kind of signature and the account of the bucket', async () => {
    const context = async (presigned: boolean) => {
      const { iamRequests } = await s3.send('GET', '/pool/acme/k', {
        presigned,
        now: new Date('2026-11-24T12:00:05Z'),
        headers: { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' },
      });
      return iamRequests[0]?.context;
    };
    const shared = {
      's3:signatureversion': 'AWS4-HMAC-SHA256',
      's3:x-amz-content-sha256': 'UNSIGNED-PAYLOAD',
      's3:ResourceAccount': '000000000000',
    };
    expect(await context(false)).toEqual({ ...shared, 's3:authType': 'REST-HEADER' });
    expect(await context(true)).toEqual({ ...shared, 's3:authType': 'REST-QUERY-STRING', 's3:signatureAge': '5000' });
  });

  it('has no condition key and no permission that the table does not list', async () => {
    const { COMMON_CONDITION_KEYS } = await import('../../src/services/s3/authorization.ts');
    const documented = new Map(
      S3_OPERATIONS.map(({ operation, conditionKeys = [], actions, furtherActions = [] }) => [
        operation,
        { keys: [...COMMON_CONDITION_KEYS, ...conditionKeys], actions: [...actions, ...furtherActions.map(([action]) => action)] },
      ]),
    );
    const encryption = { 'x-amz-server-side-encryption': 'AES256' };
    const options = {
      'x-amz-acl': 'bucket-owner-full-control',
      'x-amz-grant-read': 'id=x',
      'x-amz-storage-class': 'STANDARD_IA',
      'x-amz-tagging': 'a=b',
      'x-amz-website-redirect-location': '/x',
    };
    const tagging = '<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>';
    const versioning = '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>';
    await s3.send('PUT', '/pool/acme/k', { headers: { 'x-amz-tagging': 'a=b' } });
    const created = await s3.send('POST', '/pool/acme/k?uploads=', { headers: encryption });
    const upload = `/pool/acme/k?uploadId=${first(created.body, 'UploadId')}`;
    for (const [method, path, headers, body] of [
      ['GET', '/pool?list-type=2&prefix=a&delimiter=/&max-keys=1', {}],
      ['GET', '/pool?prefix=a&delimiter=/&max-keys=1', {}],
      ['PUT', '/pool/acme/k', { 'if-none-match': '*', ...encryption }],
      ['PUT', '/pool/acme/k', { 'if-match': '"etag"' }],
      ['PUT', '/pool/acme/c', { 'x-amz-copy-source': 'pool/acme/k', 'x-amz-metadata-directive': 'COPY', 'if-none-match': '*' }],
      ['PUT', '/pool/acme/c', { 'x-amz-copy-source': 'pool/acme/k', ...encryption }],
      ['DELETE', '/pool/acme/k', { 'if-match': '*' }],
      ['POST', '/pool/acme/k?uploads=', encryption],
      ['PUT', `${upload}&partNumber=1`, {}],
      ['PUT', `${upload}&partNumber=1`, { 'x-amz-copy-source': 'pool/acme/k' }],
      ['POST', upload, { 'if-none-match': '*' }, partList([[1, 'x']])],
      ['GET', '/', {}],
      ['PUT', '/pool/acme/o', options],
      ['PUT', '/pool/acme/c', { 'x-amz-copy-source': 'pool/acme/k?versionId=null', ...options, 'x-amz-tagging-directive': 'REPLACE' }],
      ['PUT', '/pool/acme/c', { 'x-amz-copy-source': 'pool/acme/k?versionId=null' }],
      ['POST', '/pool/acme/k?uploads=', options],
      ['PUT', `${upload}&partNumber=1`, { 'x-amz-copy-source': 'pool/acme/k?versionId=null' }],
      ['GET', '/pool/acme/k', {}],
      ['HEAD', '/pool/acme/k?versionId=null', {}],
      ['GET', '/pool/acme/k?attributes=', { 'x-amz-object-attributes': 'ETag' }],
      ['GET', '/pool/acme/k?attributes=&versionId=null', { 'x-amz-object-attributes': 'ETag' }],
      ['GET', '/pool/acme/k?tagging=', {}],
      ['GET', '/pool/acme/k?tagging=&versionId=null', {}],
      ['PUT', '/pool/acme/k?tagging=', {}, tagging],
      ['PUT', '/pool/acme/k?tagging=&versionId=null', {}, tagging],
      ['DELETE', '/pool/acme/k?tagging=', {}],
      ['DELETE', '/pool/acme/k?tagging=&versionId=null', {}],
      ['DELETE', '/pool/acme/k?versionId=null', {}],
      ['POST', '/pool?delete=', {}, '<Delete><Object><Key>k</Key><VersionId>null</VersionId></Object></Delete>'],
      ['GET', '/pool?versions=&prefix=a&delimiter=/&max-keys=1', {}],
      ['GET', '/pool?versioning=', {}],
      ['PUT', '/pool?versioning=', {}, versioning],
      ['PUT', '/new-one', { 'x-amz-acl': 'public-read', 'x-amz-grant-write': 'id=x', 'x-amz-object-ownership': 'BucketOwnerEnforced' }],
    ] as const) {
      const { operation, iamRequests } = await s3.send(method, path, { headers, presigned: true, body: body ?? '' });
      const row = documented.get(operation);
      expect(iamRequests.length, `${method} ${path}`).toBeGreaterThan(0);
      for (const { action, context } of iamRequests) {
        expect(row?.actions, operation).toContain(action);
        for (const key of Object.keys(context)) expect(row?.keys, operation).toContain(key.replace(/ObjectTag\/.*/, 'ObjectTag/<key>'));
      }
    }
  });
});
