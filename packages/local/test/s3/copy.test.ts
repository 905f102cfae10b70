import { beforeEach, describe, expect, it } from 'vitest';
import { S3Harness } from './s3-harness.ts';

let s3: S3Harness;
beforeEach(async () => {
  s3 = new S3Harness();
  await s3.send('PUT', '/pool/acme/a', { body: 'hello', headers: { 'content-type': 'text/plain', 'x-amz-meta-m': '1' } });
  await s3.seed({ 'globex/x': 'theirs' });
});

const copy = (source: string, headers: Record<string, string> = {}, target = '/pool/acme/copy') =>
  s3.send('PUT', target, { headers: { 'x-amz-copy-source': source, ...headers } });

describe('CopyObject', () => {
  it('copies the object with its headers, and returns XML', async () => {
    const { status, body } = await copy('pool/acme/a');
    expect(status).toBe(200);
    expect(body).toContain('<ETag>&quot;5d41402abc4b2a76b9719d911017c592&quot;</ETag>');
    expect(await s3.send('GET', '/pool/acme/copy')).toMatchObject({
      body: 'hello',
      headers: { 'content-type': 'text/plain', 'x-amz-meta-m': '1' },
    });
  });

  it('needs permission for the source as it is parsed', async () => {
    const { iamRequests } = await copy('/pool/acme%2Fa');
    expect(iamRequests.map(({ action, resource }) => [action, resource])).toEqual([
      ['s3:PutObject', 'arn:aws:s3:::pool/acme/copy'],
      ['s3:GetObject', 'arn:aws:s3:::pool/acme/a'],
    ]);
    expect(iamRequests[0]?.context).toMatchObject({ 's3:x-amz-copy-source': 'pool/acme/a' });
  });

  it.each([
    ['encoded as a whole, as encodeURIComponent does', encodeURIComponent('pool/acme/a b+c'), 'acme/a b+c'],
    ['encoded as a whole, with a leading slash', encodeURIComponent('/pool/acme/a b+c'), 'acme/a b+c'],
    ['encoded as a form is', 'pool%2Facme%2Fa+b%2Bc', 'acme/a b+c'],
    ['with a plus that is not encoded', 'pool/acme/a+b', 'acme/a b'],
  ])('accepts a source %s', async (_, source, key) => {
    const { iamRequests } = await copy(source);
    expect(iamRequests[1]?.resource).toBe(`arn:aws:s3:::pool/${key}`);
    await s3.seed({ [key]: 'found' });
    expect((await copy(source)).status).toBe(200);
    expect((await s3.send('GET', '/pool/acme/copy')).body).toBe('found');
  });

  it.each(['pool/globex/x', '/pool/globex/x', 'pool/globex%2Fx', '%70ool/%67lobex/x', 'pool%2Fglobex%2Fx', '%2Fpool%2Fglobex/x'])(
    'denies a copy from %j',
    async (source) => {
      s3.allows = ({ resource }) => resource.startsWith('arn:aws:s3:::pool/acme/');
      expect(await copy(source)).toMatchObject({ status: 403, code: 'AccessDenied' });
      s3.allows = () => true;
      expect((await s3.send('GET', '/pool/acme/copy')).code).toBe('NoSuchKey');
    },
  );

  it('does not resolve dots in a source', async () => {
    const { iamRequests, code } = await copy('pool/acme/../globex/x');
    expect(iamRequests[1]?.resource).toBe('arn:aws:s3:::pool/acme/../globex/x');
    expect(code).toBe('NoSuchKey');
  });

  it.each(['', '/', 'pool', '/pool', 'pool/', '//', 'pool/%', 'pool/%ff', 'pool/a?b', 'pool/\u00e9', '/%2Fpool/a'])(
    'returns 400 for the source %j',
    async (source) => {
      expect((await copy(source)).status).toBe(400);
    },
  );

  it.each(['arn:aws:s3:us-east-1:000000000000:accesspoint/ap/object/k', 'arn%3Aaws%3As3:us-east-1:000000000000:accesspoint/ap/object/k'])(
    'returns 501 for the source %j',
    async (source) => {
      expect(await copy(source)).toMatchObject({ status: 501, code: 'NotImplemented' });
    },
  );

  it('replaces the metadata if requested, and rejects a copy of an object to itself without that', async () => {
    expect(await copy('pool/acme/a', {}, '/pool/acme/a')).toMatchObject({ status: 400, code: 'InvalidRequest' });
    const replaced = await copy('pool/acme/a', { 'x-amz-metadata-directive': 'REPLACE', 'x-amz-meta-n': '2' }, '/pool/acme/a');
    expect(replaced.iamRequests[0]?.context).toMatchObject({ 's3:x-amz-metadata-directive': 'REPLACE' });
    const { headers } = await s3.send('GET', '/pool/acme/a');
    expect(headers).toMatchObject({ 'x-amz-meta-n': '2', 'content-type': 'binary/octet-stream' });
    expect(headers).not.toHaveProperty('x-amz-meta-m');
    expect((await copy('pool/acme/a', { 'x-amz-metadata-directive': 'KEEP' })).code).toBe('InvalidArgument');
  });

  it('applies the conditions on the source: a copy has no 304', async () => {
    const etag = '"5d41402abc4b2a76b9719d911017c592"';
    const past = 'Tue, 24 Nov 2026 11:00:00 GMT';
    const future = 'Tue, 24 Nov 2026 13:00:00 GMT';
    const status = async (headers: Record<string, string>) =>
      (await copy('pool/acme/a', Object.fromEntries(Object.entries(headers).map(([name, value]) => [`x-amz-copy-source-${name}`, value]))))
        .status;
    expect(await status({ 'if-match': etag })).toBe(200);
    expect(await status({ 'if-match': '"other"' })).toBe(412);
    expect(await status({ 'if-none-match': etag })).toBe(412);
    expect(await status({ 'if-none-match': '"other"' })).toBe(200);
    expect(await status({ 'if-modified-since': future })).toBe(412);
    expect(await status({ 'if-modified-since': past })).toBe(200);
    expect(await status({ 'if-unmodified-since': past })).toBe(412);
    expect(await status({ 'if-unmodified-since': future })).toBe(200);
    expect(await status({ 'if-match': etag, 'if-unmodified-since': past })).toBe(200);
    expect(await status({ 'if-none-match': etag, 'if-modified-since': past })).toBe(412);
    expect(await status({ 'if-modified-since': 'yesterday' })).toBe(400);
  });

  it('returns 403 for a source that does not exist if the caller may not list its bucket', async () => {
    expect(await copy('other/none')).toMatchObject({ status: 404, code: 'NoSuchKey' });
    s3.allows = ({ action, resource }) => action !== 's3:ListBucket' || resource !== 'arn:aws:s3:::other';
    expect(await copy('other/none')).toMatchObject({ status: 403 });
  });

  it("computes the requested checksum, or one of the source's algorithm", async () => {
    await s3.send('PUT', '/pool/acme/s', { body: 'hello', headers: { 'x-amz-checksum-sha1': 'qvTGHdzF6KLavt4PO0gs2a6pQ00=' } });
    expect((await copy('pool/acme/s')).body).toContain(
      '<ChecksumSHA1>qvTGHdzF6KLavt4PO0gs2a6pQ00=</ChecksumSHA1><ChecksumType>FULL_OBJECT</ChecksumType>',
    );
    expect((await copy('pool/acme/s', { 'x-amz-checksum-algorithm': 'CRC32' })).body).toContain('<ChecksumCRC32>NhCmhg==</ChecksumCRC32>');
    expect((await copy('pool/acme/s', { 'x-amz-checksum-algorithm': 'MD5' })).code).toBe('InvalidArgument');
  });

  it('checks the expected owners of both buckets', async () => {
    for (const name of ['x-amz-expected-bucket-owner', 'x-amz-source-expected-bucket-owner']) {
      expect((await copy('pool/acme/a', { [name]: '000000000000' })).status).toBe(200);
      expect(await copy('pool/acme/a', { [name]: '111111111111' })).toMatchObject({ status: 403, code: 'AccessDenied' });
      expect((await copy('pool/acme/a', { [name]: 'me' })).status).toBe(400);
    }
  });
});
