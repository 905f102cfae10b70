import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { checksum, checksumBytes } from '../../src/checksums.ts';
import { type Asked, Door } from './door.ts';

const FIVE_MIB = 5 * 1024 * 1024;
const BIG = Buffer.alloc(FIVE_MIB, 'a');
const SMALL = Buffer.from('the end');
const SHA1 = (body: Buffer) => checksum('SHA1', body);

let s3: Door;
beforeEach(() => {
  s3 = new Door();
});

const first = (body: string, name: string) => new RegExp(`<${name}>(.*?)</${name}>`).exec(body)?.[1] ?? '';

async function create(key = 'acme/f', headers: Record<string, string> = {}, bucket = 'pool'): Promise<string> {
  const { status, body } = await s3.ask('POST', `/${bucket}/${key}?uploads=`, { headers });
  expect(status).toBe(200);
  return first(body, 'UploadId');
}

async function upload(id: string, number: number, body: Buffer, asked: Asked = {}, key = 'acme/f'): Promise<string> {
  const { status, headers, code } = await s3.ask('PUT', `/pool/${key}?uploadId=${id}&partNumber=${number}`, { ...asked, body });
  expect({ status, code }).toEqual({ status: 200, code: '' });
  return headers['etag'] ?? '';
}

type Named = readonly [number: number | string, etag: string, more?: string];
const list = (parts: readonly Named[]) =>
  `<CompleteMultipartUpload>${parts
    .map(
      ([number, etag, more = '']) => `<Part><PartNumber>${number}</PartNumber><ETag>${etag.replaceAll('"', '&quot;')}</ETag>${more}</Part>`,
    )
    .join('')}</CompleteMultipartUpload>`;
const complete = (id: string, parts: readonly Named[], headers: Record<string, string> = {}, path = '/pool/acme/f') =>
  s3.ask('POST', `${path}?uploadId=${id}`, { body: list(parts), headers });

describe('an upload by parts', () => {
  it('becomes one object, with the headers it was created with and a composite ETag', async () => {
    const id = await create('acme/f', { 'content-type': 'text/plain', 'x-amz-meta-m': '1' });
    const two = await upload(id, 2, SMALL);
    const one = await upload(id, 1, BIG);
    const { status, body } = await complete(id, [
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
    const got = await s3.ask('GET', '/pool/acme/f');
    expect(got.bytes?.equals(Buffer.concat([BIG, SMALL]))).toBe(true);
    expect(got.headers).toMatchObject({ 'content-type': 'text/plain', 'x-amz-meta-m': '1', etag: `"${md5}-2"` });
    expect(await complete(id, [[1, one]])).toMatchObject({ status: 404, code: 'NoSuchUpload' });
  });

  it('is not there until it is complete', async () => {
    await upload(await create(), 1, SMALL);
    expect((await s3.ask('GET', '/pool/acme/f')).code).toBe('NoSuchKey');
    expect((await s3.ask('GET', '/pool?list-type=2')).body).not.toContain('<Contents>');
  });

  it('keeps the last of two parts of one number', async () => {
    const id = await create();
    const old = await upload(id, 1, Buffer.from('old'));
    const etag = await upload(id, 1, SMALL);
    expect(await complete(id, [[1, old]])).toMatchObject({ status: 400, code: 'InvalidPart' });
    expect((await complete(id, [[1, etag]])).status).toBe(200);
    expect((await s3.ask('GET', '/pool/acme/f')).body).toBe('the end');
  });

  it('takes only the parts that were named', async () => {
    const id = await create();
    await upload(id, 1, Buffer.from('left out'));
    const etag = await upload(id, 7, SMALL);
    await complete(id, [[7, etag]]);
    expect((await s3.ask('GET', '/pool/acme/f')).body).toBe('the end');
  });

  it('answers each part by its number', async () => {
    const id = await create();
    const parts: Named[] = [
      [1, await upload(id, 1, BIG)],
      [3, await upload(id, 3, SMALL)],
    ];
    await complete(id, parts);
    const size = FIVE_MIB + SMALL.length;
    expect(await s3.ask('GET', '/pool/acme/f?partNumber=2')).toMatchObject({
      status: 206,
      body: 'the end',
      headers: { 'content-range': `bytes ${FIVE_MIB}-${size - 1}/${size}`, 'x-amz-mp-parts-count': '2' },
    });
    expect(await s3.ask('HEAD', '/pool/acme/f?partNumber=1')).toMatchObject({
      status: 206,
      headers: { 'content-length': String(FIVE_MIB) },
    });
    expect((await s3.ask('GET', '/pool/acme/f?partNumber=3')).status).toBe(416);
    expect((await s3.ask('GET', '/pool/acme/f?partNumber=1', { headers: { range: 'bytes=0-1' } })).status).toBe(400);
    for (const wrong of ['0', '1e1', '-1', '10001', ''])
      expect((await s3.ask('GET', `/pool/acme/f?partNumber=${wrong}`)).status, wrong).toBe(400);
    await s3.seed({ whole: 'all', empty: '' });
    expect(await s3.ask('GET', '/pool/whole?partNumber=1')).toMatchObject({ status: 206, body: 'all' });
    expect((await s3.ask('GET', '/pool/whole?partNumber=2')).status).toBe(416);
    expect((await s3.ask('GET', '/pool/empty?partNumber=1')).status).toBe(200);
  });
});

describe('an upload', () => {
  it('is bound to its bucket and its key: through another, no operation finds it', async () => {
    const theirs = await create('globex/f');
    const etag = await upload(theirs, 1, SMALL, {}, 'globex/f');
    await s3.seed({ 'acme/source': 'mine' });
    const attempts = [
      s3.ask('PUT', `/pool/acme/f?uploadId=${theirs}&partNumber=1`, { body: 'mine' }),
      s3.ask('PUT', `/pool/acme/f?uploadId=${theirs}&partNumber=1`, { headers: { 'x-amz-copy-source': 'pool/acme/source' } }),
      complete(theirs, [[1, etag]]),
      s3.ask('DELETE', `/pool/acme/f?uploadId=${theirs}`),
      s3.ask('GET', `/pool/acme/f?uploadId=${theirs}`),
      s3.ask('GET', `/other/globex/f?uploadId=${theirs}`),
      s3.ask('DELETE', `/other/globex/f?uploadId=${theirs}`),
    ];
    for (const attempt of attempts) expect(await attempt).toMatchObject({ status: 404, code: 'NoSuchUpload' });
    expect((await s3.ask('GET', '/pool/acme/f')).code).toBe('NoSuchKey');
    expect((await complete(theirs, [[1, etag]], {}, '/pool/globex/f')).status).toBe(200);
    expect((await s3.ask('GET', '/pool/globex/f')).body).toBe('the end');
  });

  it('ends with its bucket', async () => {
    const id = await create('f');
    expect((await s3.ask('DELETE', '/pool')).status).toBe(204);
    await s3.ask('PUT', '/pool');
    expect((await s3.ask('GET', `/pool/f?uploadId=${id}`)).code).toBe('NoSuchUpload');
  });

  it('is over when it is aborted', async () => {
    const id = await create();
    expect(await s3.ask('DELETE', `/pool/acme/f?uploadId=${id}`)).toMatchObject({ status: 204, body: '' });
    expect((await s3.ask('DELETE', `/pool/acme/f?uploadId=${id}`)).code).toBe('NoSuchUpload');
  });

  it.each(['', 'x', 'constructor', '__proto__'])('is not found by the id %j', async (id) => {
    expect(await s3.ask('GET', `/pool/acme/f?uploadId=${id}`)).toMatchObject({ status: 404, code: 'NoSuchUpload' });
  });

  it.each(['1e1', '0', '10001', '-1', '+1', '01', '1.0', '0x1', ''])('takes no part of the number %j', async (number) => {
    const id = await create();
    const path = `/pool/acme/f?uploadId=${id}&partNumber=${encodeURIComponent(number)}`;
    expect(await s3.ask('PUT', path, { body: 'x' })).toMatchObject({ status: 400, code: 'InvalidArgument' });
  });
});

describe('CompleteMultipartUpload', () => {
  it('refuses parts that are not in order, twice the same, unknown, or too small', async () => {
    const id = await create();
    const one = await upload(id, 1, SMALL);
    const two = await upload(id, 2, SMALL);
    const code = async (...parts: Named[]) => (await complete(id, parts)).code;
    expect(await code([2, two], [1, one])).toBe('InvalidPartOrder');
    expect(await code([1, one], [1, one])).toBe('InvalidPartOrder');
    expect(await code([3, one])).toBe('InvalidPart');
    expect(await code([1, '"00000000000000000000000000000000"'])).toBe('InvalidPart');
    expect(await code([1, one], [2, two])).toBe('EntityTooSmall');
    expect(await code([2, two])).toBe('');
  });

  it.each([
    ['no part', list([])],
    ['no body', ''],
    ['a part number that is none', list([['1e1', 'x']])],
    ['a part number with a sign', list([['+1', 'x']])],
    [
      'two part numbers',
      '<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><PartNumber>2</PartNumber><ETag>x</ETag></Part></CompleteMultipartUpload>',
    ],
    ['no ETag', '<CompleteMultipartUpload><Part><PartNumber>1</PartNumber></Part></CompleteMultipartUpload>'],
    ['an unknown element', list([[1, 'x', '<Size>1</Size>']])],
    ['another root', '<Complete></Complete>'],
    ['two roots', `${list([[1, 'x']])}${list([[1, 'x']])}`],
  ])('refuses %s', async (_, body) => {
    const id = await create();
    expect(await s3.ask('POST', `/pool/acme/f?uploadId=${id}`, { body })).toMatchObject({ status: 400, code: 'MalformedXML' });
  });

  it('keeps to If-None-Match and to the size that was declared', async () => {
    await s3.seed({ 'acme/f': 'here' });
    const id = await create();
    const parts: Named[] = [[1, await upload(id, 1, SMALL)]];
    expect(await complete(id, parts, { 'if-none-match': '*' })).toMatchObject({ status: 412 });
    expect(await complete(id, parts, { 'x-amz-mp-object-size': '8' })).toMatchObject({ status: 400, code: 'InvalidRequest' });
    expect(await complete(id, parts, { 'x-amz-mp-object-size': '7e0' })).toMatchObject({ status: 400, code: 'InvalidArgument' });
    expect((await complete(id, parts, { 'x-amz-mp-object-size': '7' })).status).toBe(200);
  });
});

describe('checksums of uploads', () => {
  it('compose those of the parts, which Complete must name', async () => {
    const id = await create('acme/f', { 'x-amz-checksum-algorithm': 'SHA1' });
    const one = await upload(id, 1, BIG, { headers: { 'x-amz-checksum-sha1': SHA1(BIG) } });
    const two = await upload(id, 2, SMALL, { headers: { 'x-amz-checksum-sha1': SHA1(SMALL) } });
    const named = (value: string) => `<ChecksumSHA1>${value}</ChecksumSHA1>`;
    expect(
      await complete(id, [
        [1, one],
        [2, two],
      ]),
    ).toMatchObject({ status: 400, code: 'InvalidRequest' });
    expect(
      await complete(id, [
        [1, one, named(SHA1(BIG))],
        [2, two, named(SHA1(BIG))],
      ]),
    ).toMatchObject({ status: 400, code: 'InvalidPart' });
    const whole = `${SHA1(Buffer.concat([checksumBytes('SHA1', BIG), checksumBytes('SHA1', SMALL)]))}-2`;
    const parts: Named[] = [
      [1, one, named(SHA1(BIG))],
      [2, two, named(SHA1(SMALL))],
    ];
    expect(await complete(id, parts, { 'x-amz-checksum-sha1': `${SHA1(BIG)}-2` })).toMatchObject({ status: 400, code: 'BadDigest' });
    const { body } = await complete(id, parts, { 'x-amz-checksum-sha1': whole });
    expect([first(body, 'ChecksumSHA1'), first(body, 'ChecksumType')]).toEqual([whole, 'COMPOSITE']);
    const mode = { headers: { 'x-amz-checksum-mode': 'ENABLED' } };
    expect((await s3.ask('HEAD', '/pool/acme/f', mode)).headers).toMatchObject({
      'x-amz-checksum-sha1': whole,
      'x-amz-checksum-type': 'COMPOSITE',
    });
    expect((await s3.ask('GET', '/pool/acme/f?partNumber=2', mode)).headers).toMatchObject({ 'x-amz-checksum-sha1': SHA1(SMALL) });
  });

  it.each(['CRC32', 'CRC32C', 'CRC64NVME'] as const)('are of the whole object for FULL_OBJECT and %s', async (algorithm) => {
    const id = await create('acme/f', { 'x-amz-checksum-algorithm': algorithm, 'x-amz-checksum-type': 'FULL_OBJECT' });
    const parts: Named[] = [
      [1, await upload(id, 1, BIG)],
      [2, await upload(id, 2, SMALL)],
    ];
    const whole = checksum(algorithm, Buffer.concat([BIG, SMALL]));
    const header = `x-amz-checksum-${algorithm.toLowerCase()}`;
    expect((await complete(id, parts, { [header]: checksum(algorithm, SMALL) })).code).toBe('BadDigest');
    expect((await complete(id, parts, { [header]: whole, 'x-amz-checksum-type': 'COMPOSITE' })).code).toBe('InvalidRequest');
    expect(first((await complete(id, parts, { [header]: whole })).body, `Checksum${algorithm}`)).toBe(whole);
  });

  it('are refused for a part of another algorithm, and for a wrong one', async () => {
    const id = await create('acme/f', { 'x-amz-checksum-algorithm': 'SHA256' });
    const part = (headers: Record<string, string>) => s3.ask('PUT', `/pool/acme/f?uploadId=${id}&partNumber=1`, { body: SMALL, headers });
    expect(await part({})).toMatchObject({ status: 400, code: 'InvalidRequest' });
    expect(await part({ 'x-amz-checksum-sha1': SHA1(SMALL) })).toMatchObject({ status: 400, code: 'InvalidRequest' });
    expect(await part({ 'x-amz-checksum-sha256': checksum('SHA256', BIG) })).toMatchObject({ status: 400, code: 'BadDigest' });
  });

  it.each([
    { 'x-amz-checksum-algorithm': 'SHA1', 'x-amz-checksum-type': 'FULL_OBJECT' },
    { 'x-amz-checksum-algorithm': 'CRC64NVME', 'x-amz-checksum-type': 'COMPOSITE' },
    { 'x-amz-checksum-algorithm': 'CRC32', 'x-amz-checksum-type': 'HALF' },
    { 'x-amz-checksum-type': 'COMPOSITE' },
    { 'x-amz-checksum-algorithm': 'MD5' },
  ])('are refused as %j', async (headers) => {
    expect(await s3.ask('POST', '/pool/acme/f?uploads=', { headers: Object.fromEntries(Object.entries(headers)) })).toMatchObject({
      status: 400,
    });
  });
});

describe('UploadPartCopy', () => {
  const copy = (id: string, headers: Record<string, string>) =>
    s3.ask('PUT', `/pool/acme/f?uploadId=${id}&partNumber=1`, { headers: { 'x-amz-copy-source': 'pool/acme/s', ...headers } });
  beforeEach(() => s3.seed({ 'acme/s': '0123456789' }));

  it('copies the bytes that were asked for, and asks for the source too', async () => {
    const id = await create();
    const { rights, body } = await copy(id, { 'x-amz-copy-source-range': 'bytes=2-4' });
    expect(rights.map(({ action, resource }) => [action, resource])).toEqual([
      ['s3:PutObject', 'arn:aws:s3:::pool/acme/f'],
      ['s3:GetObject', 'arn:aws:s3:::pool/acme/s'],
    ]);
    await complete(id, [[1, first(body, 'ETag').replaceAll('&quot;', '"')]]);
    expect((await s3.ask('GET', '/pool/acme/f')).body).toBe('234');
  });

  it.each(['bytes=2-', 'bytes=-3', 'bytes=4-2', 'bytes=0-1e1', 'bytes=0-10', 'items=0-1', '', 'bytes=0-1,2-3'])(
    'refuses the range %j',
    async (range) => {
      expect((await copy(await create(), { 'x-amz-copy-source-range': range })).status).toBe(400);
    },
  );

  it('keeps to the conditions on the source, and is denied from a foreign one', async () => {
    const id = await create();
    expect((await copy(id, { 'x-amz-copy-source-if-match': '"other"' })).status).toBe(412);
    s3.allows = ({ action, resource }) => action !== 's3:GetObject' || resource !== 'arn:aws:s3:::pool/acme/s';
    expect(await copy(id, {})).toMatchObject({ status: 403, code: 'AccessDenied' });
  });
});

describe('ListParts and ListMultipartUploads', () => {
  it('lists parts by pages', async () => {
    const id = await create();
    for (const number of [3, 1, 2]) await upload(id, number, Buffer.from(String(number)));
    const page = (query: string) => s3.ask('GET', `/pool/acme/f?uploadId=${id}${query}`);
    const numbers = (body: string) => [...body.matchAll(/<PartNumber>(\d+)</g)].map(([, number]) => Number(number));
    const { body, rights } = await page('&max-parts=2');
    expect(rights[0]?.action).toBe('s3:ListMultipartUploadParts');
    expect([numbers(body), first(body, 'IsTruncated'), first(body, 'NextPartNumberMarker')]).toEqual([[1, 2], 'true', '2']);
    const rest = (await page('&part-number-marker=2')).body;
    expect([numbers(rest), first(rest, 'IsTruncated')]).toEqual([[3], 'false']);
    expect(first((await page('&max-parts=0')).body, 'IsTruncated')).toBe('false');
    for (const wrong of ['&max-parts=-1', '&max-parts=1e1', '&part-number-marker=x'])
      expect((await page(wrong)).code).toBe('InvalidArgument');
  });

  it('lists uploads by key and age, by pages, prefixes and delimiters', async () => {
    const a1 = await create('a/1');
    const a1again = await create('a/1');
    const b = await create('b');
    const page = async (query: string) => (await s3.ask('GET', `/pool?uploads=${query}`)).body;
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
    expect((await s3.ask('GET', '/pool?uploads=&max-uploads=-1')).code).toBe('InvalidArgument');
  });

  it('asks for the whole bucket, prefix or not', async () => {
    const { rights } = await s3.ask('GET', '/pool?uploads=&prefix=acme/');
    expect(rights[0]).toMatchObject({ action: 's3:ListBucketMultipartUploads', resource: 'arn:aws:s3:::pool' });
    expect(rights[0]?.context).not.toHaveProperty('s3:prefix');
  });
});
