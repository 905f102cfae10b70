import { beforeEach, describe, expect, it } from 'vitest';
import { S3Harness } from './s3-harness.ts';

let s3: S3Harness;
beforeEach(async () => {
  s3 = new S3Harness();
  await s3.seed({ k: '0123456789', empty: '' });
});

const get = (range: string, key = 'k', method = 'GET') => s3.send(method, `/pool/${key}`, { headers: { range } });

describe('ranges', () => {
  it.each([
    ['bytes=0-0', '0', 'bytes 0-0/10'],
    ['bytes=2-4', '234', 'bytes 2-4/10'],
    ['bytes=7-', '789', 'bytes 7-9/10'],
    ['bytes=7-100', '789', 'bytes 7-9/10'],
    ['bytes=-3', '789', 'bytes 7-9/10'],
    ['bytes=-100', '0123456789', 'bytes 0-9/10'],
  ])('responds to %j with 206', async (range, body, contentRange) => {
    expect(await get(range)).toMatchObject({
      status: 206,
      body,
      headers: { 'content-range': contentRange, 'content-length': String(body.length) },
    });
    expect(await get(range, 'k', 'HEAD')).toMatchObject({ status: 206, body: '', headers: { 'content-length': String(body.length) } });
  });

  it.each(['bytes=4-2', 'bytes=a-b', 'bytes=1e0-2', 'bytes=+1-2', 'bytes= 1-2', 'bytes=0-1,3-4', 'items=0-1', 'bytes=-', 'bytes=01-2', ''])(
    'ignores %j, which is not a valid range',
    async (range) => {
      expect(await get(range)).toMatchObject({ status: 200, body: '0123456789' });
    },
  );

  it.each([
    ['bytes=10-', 'k'],
    ['bytes=10-11', 'k'],
    ['bytes=-0', 'k'],
    ['bytes=0-', 'empty'],
    ['bytes=-1', 'empty'],
  ])('responds to %j of %j with 416', async (range, key) => {
    expect(await get(range, key)).toMatchObject({ status: 416, code: 'InvalidRange' });
  });

  it('does not return the checksum of the whole object for a range', async () => {
    const mode = { 'x-amz-checksum-mode': 'ENABLED' };
    expect((await s3.send('GET', '/pool/k', { headers: mode })).headers).toHaveProperty('x-amz-checksum-crc64nvme');
    expect((await s3.send('GET', '/pool/k', { headers: { ...mode, range: 'bytes=0-1' } })).headers).not.toHaveProperty(
      'x-amz-checksum-crc64nvme',
    );
  });

  it('returns 501 for If-Range', async () => {
    expect((await s3.send('GET', '/pool/k', { headers: { range: 'bytes=0-1', 'if-range': 'x' } })).status).toBe(501);
  });
});

describe('response overrides', () => {
  it('returns the requested headers', async () => {
    const { headers } = await s3.send(
      'GET',
      '/pool/k?response-content-type=text%2Fhtml&response-content-disposition=attachment%3B%20filename%3D%22a%22',
    );
    expect(headers).toMatchObject({ 'content-type': 'text/html', 'content-disposition': 'attachment; filename="a"' });
  });

  it.each(['text/html%0D%0Aset-cookie:%20a=1', 'a%0Ab', '%00', '%F0%9F%98%80'])(
    'rejects %j, which is not a valid header value',
    async (value) => {
      for (const name of ['content-type', 'content-disposition', 'cache-control', 'expires', 'content-language', 'content-encoding']) {
        expect(await s3.send('GET', `/pool/k?response-${name}=${value}`)).toMatchObject({ status: 400, code: 'InvalidArgument' });
      }
    },
  );

  it('returns 501 for other headers and other operations', async () => {
    expect((await s3.send('GET', '/pool/k?response-set-cookie=a')).status).toBe(501);
    expect((await s3.send('PUT', '/pool/k?response-content-type=a')).status).toBe(501);
  });
});
