import { beforeEach, describe, expect, it } from 'vitest';
import { COMMON_CONDITION_KEYS } from '../../src/services/s3/authorization.ts';
import { S3_OPERATIONS } from '../../src/services/s3/operations.ts';
import { S3Harness } from './s3-harness.ts';
import { first, partList } from './upload-harness.ts';

let s3: S3Harness;
beforeEach(async () => {
  s3 = new S3Harness();
  await s3.seed({ 'acme/k': 'kept' });
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
