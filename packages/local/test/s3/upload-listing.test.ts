import { beforeEach, describe, expect, it } from 'vitest';
import { first, UploadHarness } from './upload-harness.ts';

let s3: UploadHarness;
beforeEach(() => {
  s3 = new UploadHarness();
});

describe('ListParts and ListMultipartUploads', () => {
  it('lists parts in pages', async () => {
    const id = await s3.create();
    for (const number of [3, 1, 2]) await s3.upload(id, number, Buffer.from(String(number)));
    const page = (query: string) => s3.send('GET', `/pool/acme/f?uploadId=${id}${query}`);
    const numbers = (body: string) => [...body.matchAll(/<PartNumber>(\d+)</g)].map(([, number]) => Number(number));
    const { body, iamRequests } = await page('&max-parts=2');
    expect(iamRequests[0]?.action).toBe('s3:ListMultipartUploadParts');
    expect([numbers(body), first(body, 'IsTruncated'), first(body, 'NextPartNumberMarker')]).toEqual([[1, 2], 'true', '2']);
    const rest = (await page('&part-number-marker=2')).body;
    expect([numbers(rest), first(rest, 'IsTruncated')]).toEqual([[3], 'false']);
    expect(first((await page('&max-parts=0')).body, 'IsTruncated')).toBe('false');
    for (const wrong of ['&max-parts=-1', '&max-parts=1e1', '&part-number-marker=x'])
      expect((await page(wrong)).code).toBe('InvalidArgument');
  });

  it('lists uploads by key and creation, with pages, prefixes and delimiters', async () => {
    const a1 = await s3.create('a/1');
    const a1again = await s3.create('a/1');
    const b = await s3.create('b');
    const page = async (query: string) => (await s3.send('GET', `/pool?uploads=${query}`)).body;
    const ids = (body: string) => [...body.matchAll(/<UploadId>(.*?)</g)].map(([, id]) => id);
    expect(ids(await page(''))).toEqual([a1, a1again, b]);
    expect(ids(await page('&prefix=a/'))).toEqual([a1, a1again]);
    const one = await page('&max-uploads=1');
    expect([ids(one), first(one, 'NextKeyMarker'), first(one, 'NextUploadIdMarker')]).toEqual([[a1], 'a/1', a1]);
    expect(ids(await page(`&key-marker=a/1&upload-id-marker=${a1}`))).toEqual([a1again, b]);
    expect(ids(await page('&key-marker=a/1'))).toEqual([b]);
    const rolled = await page('&delimiter=/&max-uploads=1&encoding-type=url');
    expect([first(rolled, 'CommonPrefixes'), first(rolled, 'NextKeyMarker')]).toEqual(['<Prefix>a/</Prefix>', 'a/']);
    expect(ids(await page('&delimiter=/&key-marker=a/'))).toEqual([b]);
    expect((await s3.send('GET', '/pool?uploads=&max-uploads=-1')).code).toBe('InvalidArgument');
  });

  it('needs permission for the whole bucket, with or without a prefix', async () => {
    const { iamRequests } = await s3.send('GET', '/pool?uploads=&prefix=acme/');
    expect(iamRequests[0]).toMatchObject({ action: 's3:ListBucketMultipartUploads', resource: 'arn:aws:s3:::pool' });
    expect(iamRequests[0]?.context).not.toHaveProperty('s3:prefix');
  });
});
