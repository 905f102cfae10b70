import { beforeEach, describe, expect, it } from 'vitest';
import { S3Harness } from './s3-harness.ts';
import { first, UploadHarness } from './upload-harness.ts';

let s3: S3Harness;
beforeEach(() => {
  s3 = new S3Harness();
});

describe('GetObjectAttributes', () => {
  const attributes = (names: string, query = '', headers: Record<string, string> = {}) =>
    s3.send('GET', `/pool/acme/f?attributes=${query}`, { headers: { 'x-amz-object-attributes': names, ...headers } });

  it('returns the requested attributes, and the parts of an upload in pages', async () => {
    const uploads = new UploadHarness();
    s3 = uploads;
    const id = await uploads.create();
    const five = Buffer.alloc(5 * 1024 * 1024);
    const parts = [await uploads.upload(id, 1, five), await uploads.upload(id, 2, five), await uploads.upload(id, 3, Buffer.from('end'))];
    await uploads.complete(
      id,
      parts.map((etag, index) => [index + 1, etag] as const),
    );
    const { body, headers } = await attributes('ETag, Checksum,ObjectParts,StorageClass,ObjectSize', '', { 'x-amz-max-parts': '2' });
    expect(headers).toMatchObject({ 'last-modified': 'Tue, 24 Nov 2026 12:00:00 GMT' });
    expect(first(body, 'ETag')).toMatch(/^[0-9a-f]{32}-3$/);
    expect(first(body, 'ObjectSize')).toBe(String(2 * five.length + 3));
    expect([first(body, 'PartsCount'), first(body, 'IsTruncated'), first(body, 'NextPartNumberMarker')]).toEqual(['3', 'true', '2']);
    expect((await attributes('ObjectParts', '', { 'x-amz-part-number-marker': '2' })).body).toContain(
      '<PartNumber>3</PartNumber><Size>3</Size>',
    );
    expect((await attributes('ObjectSize')).body).not.toContain('ETag');
  });

  it('needs both permissions, of the version if one is named', async () => {
    await s3.seed({ 'acme/f': 'hello' });
    expect((await attributes('ETag')).iamRequests.map(({ action }) => action)).toEqual(['s3:GetObject', 's3:GetObjectAttributes']);
    expect((await attributes('ETag', '&versionId=null')).iamRequests.map(({ action }) => action)).toEqual([
      's3:GetObjectVersion',
      's3:GetObjectVersionAttributes',
    ]);
    for (const refused of ['s3:GetObject', 's3:GetObjectAttributes']) {
      s3.allows = ({ action }) => action !== refused;
      expect((await attributes('ETag')).status).toBe(403);
    }
  });

  it.each(['', 'Etag', 'ETag,', 'ETag;ObjectSize', 'constructor'])('rejects the attributes %j', async (names) => {
    await s3.seed({ 'acme/f': 'hello' });
    expect(await attributes(names)).toMatchObject({ status: 400, code: 'InvalidArgument' });
  });

  it.each(['-1', '1e3', '10001', ''])('rejects %j as a number of parts', async (count) => {
    expect(await attributes('ObjectParts', '', { 'x-amz-max-parts': count })).toMatchObject({ status: 400, code: 'InvalidArgument' });
  });
});
