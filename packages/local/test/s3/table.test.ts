import { beforeEach, describe, expect, it } from 'vitest';
import { S3_OPERATIONS } from '../../src/services/s3/operations.ts';
import { S3Harness } from './s3-harness.ts';

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
    expect(S3_OPERATIONS).toHaveLength(34);
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
      ['DELETE', '/pool?policy=x'],
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
