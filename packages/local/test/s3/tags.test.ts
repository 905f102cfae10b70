import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { S3Harness } from './s3-harness.ts';

let s3: S3Harness;
beforeEach(async () => {
  s3 = new S3Harness();
  await s3.seed({ 'acme/k': 'kept' });
});

const xml = (tags: readonly (readonly [string, string])[]) =>
  `<Tagging><TagSet>${tags.map(([key, value]) => `<Tag><Key>${key}</Key><Value>${value}</Value></Tag>`).join('')}</TagSet></Tagging>`;
const put = (tags: string, target = '/pool/acme/k?tagging=') => s3.send('PUT', target, { body: tags, headers: withDigest(tags) });
const get = async (target = '/pool/acme/k?tagging=') => {
  const { body } = await s3.send('GET', target);
  return [...body.matchAll(/<Tag><Key>(.*?)<\/Key><Value>(.*?)<\/Value><\/Tag>/g)].map(([, key, value]) => [key, value]);
};

describe('the tags of an object', () => {
  it('are set by PutObject, counted by reads, replaced and deleted', async () => {
    await s3.send('PUT', '/pool/acme/k', { headers: { 'x-amz-tagging': 'a=1&b=x%20y+z&empty=&%C3%A9=%2B%3D' } });
    expect(await get()).toEqual([
      ['a', '1'],
      ['b', 'x y z'],
      ['empty', ''],
      ['é', '+='],
    ]);
    for (const method of ['GET', 'HEAD'])
      expect((await s3.send(method, '/pool/acme/k')).headers).toMatchObject({ 'x-amz-tagging-count': '4' });
    expect((await put(xml([['c', '3']]))).status).toBe(200);
    expect(await get()).toEqual([['c', '3']]);
    expect(await s3.send('DELETE', '/pool/acme/k?tagging=')).toMatchObject({ status: 204, body: '' });
    expect(await get()).toEqual([]);
    expect((await s3.send('HEAD', '/pool/acme/k')).headers).not.toHaveProperty('x-amz-tagging-count');
  });

  it('are removed by a write without tags', async () => {
    await put(xml([['a', '1']]));
    await s3.seed({ 'acme/k': 'new' });
    expect(await get()).toEqual([]);
  });

  it('are counted only for a caller who may read them', async () => {
    await put(xml([['a', '1']]));
    s3.allows = ({ action }) => action !== 's3:GetObjectTagging';
    expect((await s3.send('GET', '/pool/acme/k')).headers).not.toHaveProperty('x-amz-tagging-count');
    expect((await s3.send('GET', '/pool/acme/k?tagging=')).status).toBe(403);
  });

  it('need an object, and permission to list to learn that it is missing', async () => {
    for (const [method, body] of [
      ['GET', ''],
      ['PUT', xml([['a', '1']])],
      ['DELETE', ''],
    ] as const) {
      const send = (target: string) => s3.send(method, target, { body, headers: method === 'PUT' ? withDigest(body) : {} });
      s3.allows = () => true;
      expect((await send('/pool/none?tagging=')).code).toBe('NoSuchKey');
      expect((await send('/absent/none?tagging=')).code).toBe('NoSuchBucket');
      s3.allows = ({ action }) => action !== 's3:ListBucket';
      expect((await send('/pool/none?tagging=')).status).toBe(403);
    }
  });

  it('need a digest of the body of PutObjectTagging, which must be right', async () => {
    expect((await s3.send('PUT', '/pool/acme/k?tagging=', { body: xml([['a', '1']]) })).code).toBe('InvalidRequest');
    expect(
      (await s3.send('PUT', '/pool/acme/k?tagging=', { body: xml([['a', '1']]), headers: { 'content-md5': 'AAAAAAAAAAAAAAAAAAAAAA==' } }))
        .code,
    ).toBe('BadDigest');
    expect(await get()).toEqual([]);
  });
});

describe('a tag set', () => {
  const ten = Array.from({ length: 10 }, (_, index) => [`k${index}`, 'v'] as const);

  it('may have 10 tags, keys of 128 and values of 256 characters, and all characters that AWS lists', async () => {
    for (const tags of [ten, [['k'.repeat(128), 'v'.repeat(256)]], [['aZ09 _.:/=+-@é日', 'aZ09 _.:/=+-@é日']], []] as const) {
      expect((await put(xml(tags))).status, JSON.stringify(tags)).toBe(200);
      expect(await get()).toEqual(tags);
    }
  });

  const tooMany = [...ten, ['k10', 'v'] as const];
  it.each<[string, readonly (readonly [string, string])[], string, number]>([
    ['11 tags', tooMany, 'BadRequest', 400],
    ['a key of 129 characters', [['k'.repeat(129), 'v']], 'InvalidTag', 400],
    ['a key of 65 characters outside the BMP', [['𐐀'.repeat(65), 'v']], 'InvalidTag', 400],
    ['a value of 257 characters', [['k', 'v'.repeat(257)]], 'InvalidTag', 400],
    ['an empty key', [['', 'v']], 'InvalidTag', 400],
    ['a key with another character', [['k*', 'v']], 'InvalidTag', 400],
    ['a value with another character', [['k', '${aws:username}']], 'InvalidTag', 400],
    ['an emoji', [['k', '\u{1f600}']], 'InvalidTag', 400],
    ['a control character', [['k', '\t']], 'InvalidTag', 400],
    ['a system tag', [['aws:k', 'v']], 'InvalidTag', 400],
    ['a system tag in another letter case', [['AWS:k', 'v']], 'InvalidTag', 400],
    [
      'a key that is given twice',
      [
        ['k', '1'],
        ['k', '2'],
      ],
      'InvalidTag',
      400,
    ],
    [
      'keys that differ only in letter case, which are one condition key',
      [
        ['tenant', 'acme'],
        ['Tenant', 'globex'],
      ],
      'NotImplemented',
      501,
    ],
  ])('is refused with %s, in the body and in the header', async (_, tags, code, status) => {
    const header = tags.map(([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(value)}`).join('&');
    const body = xml(tags.map(([key, value]) => [key, value.replaceAll('&', '&amp;')] as const));
    expect(await put(body)).toMatchObject({ status, code, operation: '' });
    for (const headers of [{}, { 'x-amz-copy-source': 'pool/acme/k', 'x-amz-tagging-directive': 'REPLACE' }]) {
      expect(await s3.send('PUT', '/pool/acme/new', { headers: { ...headers, 'x-amz-tagging': header } })).toMatchObject({ status, code });
    }
    expect(await s3.send('POST', '/pool/acme/new?uploads=', { headers: { 'x-amz-tagging': header } })).toMatchObject({ status, code });
    expect(await get()).toEqual([]);
    expect((await s3.send('GET', '/pool/acme/new')).code).toBe('NoSuchKey');
  });

  it.each(['__proto__', 'constructor', 'toString'])('may have the key %s', async (key) => {
    const { iamRequests } = await s3.send('PUT', '/pool/acme/k', { headers: { 'x-amz-tagging': `${key}=x` } });
    expect(iamRequests[0]?.context).toMatchObject({ [`s3:RequestObjectTag/${key}`]: 'x', 's3:RequestObjectTagKeys': [key] });
    expect(await get()).toEqual([[key, 'x']]);
  });

  it.each(['a=1&', '&', '=v', 'a=b=c', '%', '%zz', 'a=%ff', 'é=1', 'a=\u0000', 'a=1&&b=2', 'a=1;b=2&%'])(
    'is refused as the header %j',
    async (header) => {
      const { status } = await s3.send('PUT', '/pool/acme/new', { headers: { 'x-amz-tagging': header } });
      expect(status).toBe(400);
      expect((await s3.send('GET', '/pool/acme/new')).code).toBe('NoSuchKey');
    },
  );

  it.each([
    '',
    '<Tagging/>',
    '<Tagging><TagSet/><TagSet/></Tagging>',
    '<Tagging><TagSet><Tag><Key>k</Key></Tag></TagSet></Tagging>',
    '<Tagging><TagSet><Tag><Value>v</Value></Tag></TagSet></Tagging>',
    '<Tagging><TagSet><Tag><Key>k</Key><Key>k</Key><Value>v</Value></Tag></TagSet></Tagging>',
    '<Tagging><TagSet><Tag><Key>k</Key><Value>v</Value><Other/></Tag></TagSet></Tagging>',
    '<Tagging><TagSet><Tag><Key>k</Key><Value>v</Value></Tag>text</TagSet></Tagging>',
    '<!DOCTYPE x><Tagging><TagSet/></Tagging>',
    '{"TagSet":[]}',
  ])('is refused as the body %j', async (body) => {
    expect(await put(body)).toMatchObject({ status: 400, code: 'MalformedXML' });
  });
});

describe('the permissions of tags', () => {
  const actions = (iamRequests: readonly { readonly action: string }[]) => iamRequests.map(({ action }) => action);

  it.each<[string, string, string, Record<string, string>]>([
    ['PutObject', 'PUT', '/pool/acme/new', {}],
    ['CreateMultipartUpload', 'POST', '/pool/acme/new?uploads=', {}],
    ['CopyObject', 'PUT', '/pool/acme/new', { 'x-amz-copy-source': 'pool/acme/k', 'x-amz-tagging-directive': 'REPLACE' }],
  ])('of %s with tags include s3:PutObjectTagging, and both actions have the tags', async (_, method, target, more) => {
    const write = (tagging: string) => s3.send(method, target, { headers: { ...more, 'x-amz-tagging': tagging } });
    const { iamRequests } = await write('tenant=acme&b=2');
    for (const action of ['s3:PutObject', 's3:PutObjectTagging']) {
      expect(iamRequests.find((request) => request.action === action)?.context).toMatchObject({
        's3:RequestObjectTag/tenant': 'acme',
        's3:RequestObjectTag/b': '2',
        's3:RequestObjectTagKeys': ['tenant', 'b'],
      });
    }
    expect(actions((await write('')).iamRequests)).toContain('s3:PutObjectTagging');
    s3.allows = ({ action }) => action !== 's3:PutObjectTagging';
    expect((await write('a=b')).code).toBe('AccessDenied');
    expect((await write('')).code).toBe('AccessDenied');
  });

  it('of a copy include both tagging actions if the source has tags, unless the copy replaces them', async () => {
    await s3.send('PUT', '/pool/acme/k', { body: 'kept', headers: { 'x-amz-tagging': 'a=1' } });
    const copy = (headers: Record<string, string> = {}) =>
      s3.send('PUT', '/pool/acme/copy', { headers: { 'x-amz-copy-source': 'pool/acme/k', ...headers } });
    const { iamRequests } = await copy();
    expect(iamRequests.map(({ action, resource }) => [action, resource.slice('arn:aws:s3:::'.length)])).toEqual([
      ['s3:PutObject', 'pool/acme/copy'],
      ['s3:GetObject', 'pool/acme/k'],
      ['s3:GetObjectTagging', 'pool/acme/k'],
      ['s3:PutObjectTagging', 'pool/acme/copy'],
    ]);
    expect(await get('/pool/acme/copy?tagging=')).toEqual([['a', '1']]);
    for (const refused of ['s3:GetObjectTagging', 's3:PutObjectTagging']) {
      s3.allows = ({ action }) => action !== refused;
      expect((await copy()).code, refused).toBe('AccessDenied');
      expect((await copy({ 'x-amz-tagging-directive': 'REPLACE' })).status, refused).toBe(200);
    }
    s3.allows = () => true;
    expect(await get('/pool/acme/copy?tagging=')).toEqual([]);
  });

  it('refuse tags of a copy that does not replace them, and another directive', async () => {
    const copy = (headers: Record<string, string>) =>
      s3.send('PUT', '/pool/acme/copy', { headers: { 'x-amz-copy-source': 'pool/acme/k', ...headers } });
    expect((await copy({ 'x-amz-tagging': 'a=1' })).status).toBe(501);
    expect((await copy({ 'x-amz-tagging': 'a=1', 'x-amz-tagging-directive': 'COPY' })).status).toBe(501);
    expect((await copy({ 'x-amz-tagging-directive': 'replace' })).code).toBe('InvalidArgument');
  });

  it('have the tags that the object has', async () => {
    await s3.send('PUT', '/pool/acme/k', { body: 'kept', headers: { 'x-amz-tagging': 'tenant=acme' } });
    for (const [action, method, target, headers, body] of [
      ['s3:GetObject', 'GET', '/pool/acme/k', {}],
      ['s3:GetObject', 'HEAD', '/pool/acme/k', {}],
      ['s3:GetObjectVersion', 'GET', '/pool/acme/k?versionId=null', {}],
      ['s3:GetObject', 'PUT', '/pool/acme/copy', { 'x-amz-copy-source': 'pool/acme/k' }],
      ['s3:GetObjectTagging', 'PUT', '/pool/acme/copy', { 'x-amz-copy-source': 'pool/acme/k' }],
      ['s3:GetObject', 'GET', '/pool/acme/k?attributes=', { 'x-amz-object-attributes': 'ETag' }],
      ['s3:GetObjectAttributes', 'GET', '/pool/acme/k?attributes=', { 'x-amz-object-attributes': 'ETag' }],
      ['s3:GetObjectTagging', 'GET', '/pool/acme/k?tagging=', {}],
      ['s3:GetObject', 'PUT', '/pool/acme/k', { 'if-match': '"x"' }],
      ['s3:GetObject', 'DELETE', '/pool/acme/k', { 'if-match': '"x"' }],
      ['s3:PutObjectTagging', 'PUT', '/pool/acme/k?tagging=', withDigest(xml([['tenant', 'acme']])), xml([['tenant', 'acme']])],
      ['s3:DeleteObjectTagging', 'DELETE', '/pool/acme/k?tagging=', {}],
    ] as const) {
      const { iamRequests } = await s3.send(method, target, { headers, body: body ?? '' });
      const context = iamRequests.find((request) => request.action === action)?.context;
      expect(context, `${action} of ${method} ${target}`).toMatchObject({ 's3:ExistingObjectTag/tenant': 'acme' });
    }
  });

  it('do not have the existing tags for a write or a delete, as on AWS', async () => {
    await s3.send('PUT', '/pool/acme/k', { body: 'kept', headers: { 'x-amz-tagging': 'tenant=acme' } });
    for (const [method, target] of [
      ['PUT', '/pool/acme/k'],
      ['DELETE', '/pool/acme/k?versionId=null'],
      ['DELETE', '/pool/acme/k'],
    ] as const) {
      const { iamRequests } = await s3.send(method, target);
      expect(Object.keys(iamRequests[0]?.context ?? {}).filter((key) => key.includes('ExistingObjectTag'))).toEqual([]);
    }
  });
});

function withDigest(body: string): Record<string, string> {
  return { 'content-md5': createHash('md5').update(body).digest('base64') };
}
