import { beforeEach, describe, expect, it } from 'vitest';
import { first, UploadHarness } from './upload-harness.ts';

let s3: UploadHarness;
beforeEach(() => {
  s3 = new UploadHarness();
});

describe('UploadPartCopy', () => {
  const copy = (id: string, headers: Record<string, string>) =>
    s3.send('PUT', `/pool/acme/f?uploadId=${id}&partNumber=1`, { headers: { 'x-amz-copy-source': 'pool/acme/s', ...headers } });
  beforeEach(() => s3.seed({ 'acme/s': '0123456789' }));

  it('copies the requested bytes, and needs permission for the source', async () => {
    const id = await s3.create();
    const { iamRequests, body } = await copy(id, { 'x-amz-copy-source-range': 'bytes=2-4' });
    expect(iamRequests.map(({ action, resource }) => [action, resource])).toEqual([
      ['s3:PutObject', 'arn:aws:s3:::pool/acme/f'],
      ['s3:GetObject', 'arn:aws:s3:::pool/acme/s'],
    ]);
    await s3.complete(id, [[1, first(body, 'ETag').replaceAll('&quot;', '"')]]);
    expect((await s3.send('GET', '/pool/acme/f')).body).toBe('234');
  });

  it.each(['bytes=2-', 'bytes=-3', 'bytes=4-2', 'bytes=0-1e1', 'bytes=0-10', 'items=0-1', '', 'bytes=0-1,2-3'])(
    'rejects the range %j',
    async (range) => {
      expect((await copy(await s3.create(), { 'x-amz-copy-source-range': range })).status).toBe(400);
    },
  );

  it('applies the conditions on the source, and is denied a source without permission', async () => {
    const id = await s3.create();
    expect((await copy(id, { 'x-amz-copy-source-if-match': '"other"' })).status).toBe(412);
    s3.allows = ({ action, resource }) => action !== 's3:GetObject' || resource !== 'arn:aws:s3:::pool/acme/s';
    expect(await copy(id, {})).toMatchObject({ status: 403, code: 'AccessDenied' });
  });
});
