import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { first, type Named, partList, UploadHarness } from './upload-harness.ts';

const FIVE_MIB = 5 * 1024 * 1024;
const BIG = Buffer.alloc(FIVE_MIB, 'a');
const SMALL = Buffer.from('the end');

let s3: UploadHarness;
beforeEach(() => {
  s3 = new UploadHarness();
});

describe('a multipart upload', () => {
  it('becomes one object with the headers of its creation and a composite ETag', async () => {
    const id = await s3.create('acme/f', { 'content-type': 'text/plain', 'x-amz-meta-m': '1' });
    const two = await s3.upload(id, 2, SMALL);
    const one = await s3.upload(id, 1, BIG);
    const { status, body } = await s3.complete(id, [
      [1, one],
      [2, two.replaceAll('"', '')],
    ]);
    expect(status).toBe(200);
    const md5 = createHash('md5')
      .update(createHash('md5').update(BIG).digest())
      .update(createHash('md5').update(SMALL).digest())
      .digest('hex');
    expect(first(body, 'ETag')).toBe(`&quot;${md5}-2&quot;`);
    expect(first(body, 'Location')).toBe('/pool/acme/f');
    const got = await s3.send('GET', '/pool/acme/f');
    expect(got.bytes?.equals(Buffer.concat([BIG, SMALL]))).toBe(true);
    expect(got.headers).toMatchObject({ 'content-type': 'text/plain', 'x-amz-meta-m': '1', etag: `"${md5}-2"` });
    expect(await s3.complete(id, [[1, one]])).toMatchObject({ status: 404, code: 'NoSuchUpload' });
  });

  it('may be completed again: the first response can have been lost', async () => {
    const id = await s3.create();
    const one = await s3.upload(id, 1, SMALL);
    const completed = await s3.complete(id, [[1, one]]);
    await s3.send('PUT', '/pool/acme/f', { body: 'written since' });

    expect(await s3.complete(id, [[1, one]])).toMatchObject({ status: 200, body: completed.body });
    expect((await s3.send('GET', '/pool/acme/f')).body).toBe('written since');
    expect(await s3.complete(id, [[1, one]], {}, '/pool/globex/f')).toMatchObject({ status: 404, code: 'NoSuchUpload' });
  });

  it('is not visible before it is complete', async () => {
    await s3.upload(await s3.create(), 1, SMALL);
    expect((await s3.send('GET', '/pool/acme/f')).code).toBe('NoSuchKey');
    expect((await s3.send('GET', '/pool?list-type=2')).body).not.toContain('<Contents>');
  });

  it('keeps the last of two parts with the same number', async () => {
    const id = await s3.create();
    const old = await s3.upload(id, 1, Buffer.from('old'));
    const etag = await s3.upload(id, 1, SMALL);
    expect(await s3.complete(id, [[1, old]])).toMatchObject({ status: 400, code: 'InvalidPart' });
    expect((await s3.complete(id, [[1, etag]])).status).toBe(200);
    expect((await s3.send('GET', '/pool/acme/f')).body).toBe('the end');
  });

  it('contains only the parts that the completion names', async () => {
    const id = await s3.create();
    await s3.upload(id, 1, Buffer.from('left out'));
    const etag = await s3.upload(id, 7, SMALL);
    await s3.complete(id, [[7, etag]]);
    expect((await s3.send('GET', '/pool/acme/f')).body).toBe('the end');
  });

  it('returns each part by its number', async () => {
    const id = await s3.create();
    const parts: Named[] = [
      [1, await s3.upload(id, 1, BIG)],
      [3, await s3.upload(id, 3, SMALL)],
    ];
    await s3.complete(id, parts);
    const size = FIVE_MIB + SMALL.length;
    expect(await s3.send('GET', '/pool/acme/f?partNumber=2')).toMatchObject({
      status: 206,
      body: 'the end',
      headers: { 'content-range': `bytes ${FIVE_MIB}-${size - 1}/${size}`, 'x-amz-mp-parts-count': '2' },
    });
    expect(await s3.send('HEAD', '/pool/acme/f?partNumber=1')).toMatchObject({
      status: 206,
      headers: { 'content-length': String(FIVE_MIB) },
    });
    expect((await s3.send('GET', '/pool/acme/f?partNumber=3')).status).toBe(416);
    expect((await s3.send('GET', '/pool/acme/f?partNumber=1', { headers: { range: 'bytes=0-1' } })).status).toBe(400);
    for (const wrong of ['0', '1e1', '-1', '10001', ''])
      expect((await s3.send('GET', `/pool/acme/f?partNumber=${wrong}`)).status, wrong).toBe(400);
    await s3.seed({ whole: 'all', empty: '' });
    expect(await s3.send('GET', '/pool/whole?partNumber=1')).toMatchObject({ status: 206, body: 'all' });
    expect((await s3.send('GET', '/pool/whole?partNumber=2')).status).toBe(416);
    expect((await s3.send('GET', '/pool/empty?partNumber=1')).status).toBe(200);
  });
});

describe('the id of an upload', () => {
  it('is bound to its bucket and its key: no operation finds it with another bucket or key', async () => {
    const theirs = await s3.create('globex/f');
    const etag = await s3.upload(theirs, 1, SMALL, {}, 'globex/f');
    await s3.seed({ 'acme/source': 'mine' });
    const attempts = [
      s3.send('PUT', `/pool/acme/f?uploadId=${theirs}&partNumber=1`, { body: 'mine' }),
      s3.send('PUT', `/pool/acme/f?uploadId=${theirs}&partNumber=1`, { headers: { 'x-amz-copy-source': 'pool/acme/source' } }),
      s3.complete(theirs, [[1, etag]]),
      s3.send('DELETE', `/pool/acme/f?uploadId=${theirs}`),
      s3.send('GET', `/pool/acme/f?uploadId=${theirs}`),
      s3.send('GET', `/other/globex/f?uploadId=${theirs}`),
      s3.send('DELETE', `/other/globex/f?uploadId=${theirs}`),
    ];
    for (const attempt of attempts) expect(await attempt).toMatchObject({ status: 404, code: 'NoSuchUpload' });
    expect((await s3.send('GET', '/pool/acme/f')).code).toBe('NoSuchKey');
    expect((await s3.complete(theirs, [[1, etag]], {}, '/pool/globex/f')).status).toBe(200);
    expect((await s3.send('GET', '/pool/globex/f')).body).toBe('the end');
  });

  it('is invalid after its bucket is deleted', async () => {
    const id = await s3.create('f');
    expect((await s3.send('DELETE', '/pool')).status).toBe(204);
    await s3.send('PUT', '/pool');
    expect((await s3.send('GET', `/pool/f?uploadId=${id}`)).code).toBe('NoSuchUpload');
  });

  it('is invalid after the upload is aborted', async () => {
    const id = await s3.create();
    expect(await s3.send('DELETE', `/pool/acme/f?uploadId=${id}`)).toMatchObject({ status: 204, body: '' });
    expect((await s3.send('DELETE', `/pool/acme/f?uploadId=${id}`)).code).toBe('NoSuchUpload');
  });

  it.each(['', 'x', 'constructor', '__proto__'])('is not %j', async (id) => {
    expect(await s3.send('GET', `/pool/acme/f?uploadId=${id}`)).toMatchObject({ status: 404, code: 'NoSuchUpload' });
  });

  it.each(['1e1', '0', '10001', '-1', '+1', '01', '1.0', '0x1', ''])('rejects the part number %j', async (number) => {
    const id = await s3.create();
    const path = `/pool/acme/f?uploadId=${id}&partNumber=${encodeURIComponent(number)}`;
    expect(await s3.send('PUT', path, { body: 'x' })).toMatchObject({ status: 400, code: 'InvalidArgument' });
  });
});

describe('CompleteMultipartUpload', () => {
  it('rejects parts that are not in order, repeated, unknown, or too small', async () => {
    const id = await s3.create();
    const one = await s3.upload(id, 1, SMALL);
    const two = await s3.upload(id, 2, SMALL);
    const code = async (...parts: Named[]) => (await s3.complete(id, parts)).code;
    expect(await code([2, two], [1, one])).toBe('InvalidPartOrder');
    expect(await code([1, one], [1, one])).toBe('InvalidPartOrder');
    expect(await code([3, one])).toBe('InvalidPart');
    expect(await code([1, '"00000000000000000000000000000000"'])).toBe('InvalidPart');
    expect(await code([1, one], [2, two])).toBe('EntityTooSmall');
    expect(await code([2, two])).toBe('');
  });

  it.each([
    ['no part', partList([])],
    ['no body', ''],
    ['a part number that is not a number', partList([['1e1', 'x']])],
    ['a part number with a sign', partList([['+1', 'x']])],
    [
      'two part numbers',
      '<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><PartNumber>2</PartNumber><ETag>x</ETag></Part></CompleteMultipartUpload>',
    ],
    ['no ETag', '<CompleteMultipartUpload><Part><PartNumber>1</PartNumber></Part></CompleteMultipartUpload>'],
    ['an unknown element', partList([[1, 'x', '<Size>1</Size>']])],
    ['another root', '<Complete></Complete>'],
    ['two roots', `${partList([[1, 'x']])}${partList([[1, 'x']])}`],
  ])('rejects %s', async (_, body) => {
    const id = await s3.create();
    expect(await s3.send('POST', `/pool/acme/f?uploadId=${id}`, { body })).toMatchObject({ status: 400, code: 'MalformedXML' });
  });

  it('applies If-None-Match and checks the declared size', async () => {
    await s3.seed({ 'acme/f': 'here' });
    const id = await s3.create();
    const parts: Named[] = [[1, await s3.upload(id, 1, SMALL)]];
    expect(await s3.complete(id, parts, { 'if-none-match': '*' })).toMatchObject({ status: 412 });
    expect(await s3.complete(id, parts, { 'x-amz-mp-object-size': '8' })).toMatchObject({ status: 400, code: 'InvalidRequest' });
    expect(await s3.complete(id, parts, { 'x-amz-mp-object-size': '7e0' })).toMatchObject({ status: 400, code: 'InvalidArgument' });
    expect((await s3.complete(id, parts, { 'x-amz-mp-object-size': '7' })).status).toBe(200);
  });
});
