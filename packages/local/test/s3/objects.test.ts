import { beforeEach, describe, expect, it } from 'vitest';
import { S3Harness } from './s3-harness.ts';

let s3: S3Harness;
beforeEach(() => {
  s3 = new S3Harness();
});

describe('PutObject and GetObject', () => {
  it('returns an object with its headers and metadata', async () => {
    const put = await s3.send('PUT', '/pool/acme/a%20b', {
      body: 'hello',
      headers: { 'content-type': 'text/plain', 'cache-control': 'no-store', 'x-amz-meta-colour': 'red' },
    });
    expect(put).toMatchObject({ status: 200, headers: { etag: '"5d41402abc4b2a76b9719d911017c592"' } });
    expect(await s3.send('GET', '/pool/acme/a%20b')).toMatchObject({
      status: 200,
      body: 'hello',
      headers: {
        etag: '"5d41402abc4b2a76b9719d911017c592"',
        'content-type': 'text/plain',
        'content-length': '5',
        'cache-control': 'no-store',
        'x-amz-meta-colour': 'red',
        'last-modified': 'Tue, 24 Nov 2026 12:00:00 GMT',
        'accept-ranges': 'bytes',
      },
    });
  });

  it.each(['gzip', 'gzip, br', 'GZIP', 'gzip ,identity'])('keep their Content-Encoding as it was sent: %s', async (encoding) => {
    await s3.send('PUT', '/pool/k', { body: 'x', headers: { 'content-encoding': encoding } });
    expect((await s3.send('HEAD', '/pool/k')).headers).toMatchObject({ 'content-encoding': encoding });
  });

  it("uses S3's default content type, and removes aws-chunked from the content encoding", async () => {
    await s3.send('PUT', '/pool/k', { body: 'x', headers: { 'content-encoding': 'gzip, aws-chunked' } });
    const { headers } = await s3.send('GET', '/pool/k');
    expect(headers).toMatchObject({ 'content-type': 'binary/octet-stream', 'content-encoding': 'gzip' });
    await s3.send('PUT', '/pool/k', { body: 'x', headers: { 'content-encoding': 'aws-chunked' } });
    expect((await s3.send('GET', '/pool/k')).headers).not.toHaveProperty('content-encoding');
  });

  it('responds to a HEAD with the length of the object and no body', async () => {
    await s3.seed({ k: 'hello' });
    const { status, headers, body } = await s3.send('HEAD', '/pool/k');
    expect({ status, body, length: headers['content-length'] }).toEqual({ status: 200, body: '', length: '5' });
  });

  it('treats a key as an opaque string: dots, double slashes and escapes are not resolved', async () => {
    await s3.seed({ 'globex/x': 'theirs' });
    for (const path of ['acme/../globex/x', 'acme/%2e%2e/globex/x', 'acme//globex/x', './globex/x', 'acme%2F..%2Fglobex%2Fx']) {
      const { iamRequests, code } = await s3.send('GET', `/pool/${path}`);
      expect(code, path).toBe('NoSuchKey');
      expect(iamRequests[0]?.resource, path).toBe(`arn:aws:s3:::pool/${decodeURIComponent(path)}`);
    }
    await s3.send('PUT', '/pool/acme/../globex/x', { body: 'mine' });
    expect((await s3.send('GET', '/pool/globex/x')).body).toBe('theirs');
    expect((await s3.send('GET', '/pool/acme/../globex/x')).body).toBe('mine');
  });

  it('decodes a key once', async () => {
    await s3.seed({ 'a%2Fb': 'once' });
    expect((await s3.send('GET', '/pool/a%252Fb')).body).toBe('once');
    expect((await s3.send('GET', '/pool/a%2Fb')).code).toBe('NoSuchKey');
    expect((await s3.send('GET', '/pool/a+b')).iamRequests[0]?.resource).toBe('arn:aws:s3:::pool/a+b');
  });

  it.each(['/pool/%', '/pool/%zz', '/pool/%ff', '/pool/%c3%28', '/%', '/pool/\u00e9', 'pool/k', ''])(
    'returns 400 InvalidURI for %j',
    async (path) => {
      expect(await s3.send('GET', path)).toMatchObject({ status: 400, code: 'InvalidURI' });
    },
  );

  it('rejects a key of more than 1,024 UTF-8 bytes', async () => {
    expect((await s3.send('PUT', `/pool/${'k'.repeat(1024)}`, { body: '' })).status).toBe(200);
    expect(await s3.send('PUT', `/pool/${'k'.repeat(1025)}`)).toMatchObject({ status: 400, code: 'KeyTooLongError' });
    expect((await s3.send('PUT', `/pool/${'%C3%A9'.repeat(512)}`)).status).toBe(200);
    expect((await s3.send('PUT', `/pool/${'%C3%A9'.repeat(513)}`)).code).toBe('KeyTooLongError');
  });

  it('finds only buckets that exist: `health` may be one, `constructor` is not', async () => {
    const harness = new S3Harness(['health']);
    await harness.send('PUT', '/health/k', { body: 'x' });
    expect((await harness.send('GET', '/health/k')).body).toBe('x');
    expect(await harness.send('GET', '/constructor/k')).toMatchObject({ status: 404, code: 'NoSuchBucket' });
    expect((await harness.send('GET', '/health?list-type=2')).body).toContain('<Key>k</Key>');
  });

  it.each(['UPPER', 'a', 'a..b', '127.0.0.1', '-ab', 'a_b', '%2e%2e', 'a%2fb'])('rejects %j as a bucket name', async (name) => {
    expect(await s3.send('PUT', `/${name}`)).toMatchObject({ status: 400, code: 'InvalidBucketName' });
    expect(await s3.send('GET', `/${name}/k`)).toMatchObject({ status: 400, code: 'InvalidBucketName' });
  });
});

describe('metadata', () => {
  it('is rejected if it has more than 2 KB', async () => {
    const put = (length: number) => s3.send('PUT', '/pool/k', { headers: { 'x-amz-meta-m': 'v'.repeat(length) } });
    expect((await put(2047)).status).toBe(200);
    expect(await put(2048)).toMatchObject({ status: 400, code: 'MetadataTooLarge' });
  });

  it.each([
    ['x-amz-meta-m', 'a\r\nx-injected: 1'],
    ['x-amz-meta-m', '\u0000'],
    ['x-amz-meta-m', '\u{1f600}'],
    ['x-amz-meta-m n', 'v'],
    ['x-amz-meta-m:', 'v'],
    ['content-type', 'text/html\n'],
  ])('is rejected as %j: %j, which is not a valid header', async (name, value) => {
    expect(await s3.send('PUT', '/pool/k', { headers: { [name]: value } })).toMatchObject({ status: 400, code: 'InvalidArgument' });
  });
});

describe('a key that does not exist', () => {
  it('causes 404 if the caller may list the bucket, else 403', async () => {
    expect(await s3.send('GET', '/pool/none')).toMatchObject({ status: 404, code: 'NoSuchKey' });
    s3.allows = ({ action }) => action !== 's3:ListBucket';
    expect(await s3.send('GET', '/pool/none')).toMatchObject({ status: 403, code: 'AccessDenied' });
    expect(await s3.send('HEAD', '/pool/none')).toMatchObject({ status: 403, body: '' });
  });

  it('causes 403 also if the caller may list only a prefix: this IAM request has no prefix', async () => {
    s3.allows = ({ action, context }) => action !== 's3:ListBucket' || context['s3:prefix'] === 'acme/';
    expect((await s3.send('GET', '/pool/acme/none')).status).toBe(403);
  });

  it('is deleted with 204', async () => {
    expect(await s3.send('DELETE', '/pool/none')).toMatchObject({ status: 204, body: '', headers: {} });
  });
});

describe('an error response', () => {
  it('is XML with the request id, and empty for a HEAD', async () => {
    const { headers, body } = await s3.send('GET', '/pool/%3Cnone%3E');
    expect(headers).toMatchObject({ 'x-amz-request-id': 'REQUEST', 'content-type': 'application/xml' });
    expect(body).toContain('<Code>NoSuchKey</Code>');
    expect(body).toContain('<Key>&lt;none&gt;</Key>');
    expect(body).toContain('<RequestId>REQUEST</RequestId>');
    expect(await s3.send('HEAD', '/pool/none')).toMatchObject({ status: 404, body: '', headers: { 'x-amz-request-id': 'REQUEST' } });
  });

  it('names the caller, the action and the resource of a denial', async () => {
    s3.allows = () => false;
    const { status, body } = await s3.send('GET', '/pool/globex/x');
    expect(status).toBe(403);
    expect(body).toContain('<Code>AccessDenied</Code>');
    expect(body).toContain('assumed-role/TenantAccess/acme is not authorized to perform: s3:GetObject');
    expect(body).toContain('arn:aws:s3:::pool/globex/x');
  });
});
