import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { type RequestParts, S3Harness } from './s3-harness.ts';
import { first, UploadHarness } from './upload-harness.ts';

let s3: S3Harness;
beforeEach(() => {
  s3 = new S3Harness();
});

const K = '/pool/acme/k';
const ABSENT_ID = '0000000zAAAAAAAAAAAAAAAAAAAAAAAA';
const setVersioning = (status: string) =>
  s3.send('PUT', '/pool?versioning=', { body: `<VersioningConfiguration><Status>${status}</Status></VersioningConfiguration>` });

async function put(body: string, target = K, parts: RequestParts = {}): Promise<string> {
  const { status, headers } = await s3.send('PUT', target, { ...parts, body });
  expect(status).toBe(200);
  return headers['x-amz-version-id'] ?? '';
}

/** The versions in a listing: key, version id, `latest`, `marker`. */
async function versions(query = ''): Promise<readonly string[]> {
  const { body } = await s3.send('GET', `/pool?versions=${query}`);
  return [...body.matchAll(/<(Version|DeleteMarker)><Key>(.*?)<\/Key><VersionId>(.*?)<\/VersionId><IsLatest>(.*?)</g)].map(
    ([, kind, key, id, latest]) => [key, id, ...(latest === 'true' ? ['latest'] : []), ...(kind === 'Version' ? [] : ['marker'])].join(' '),
  );
}

describe('the versioning of a bucket', () => {
  it('is empty, then Enabled or Suspended', async () => {
    const status = async () => first((await s3.send('GET', '/pool?versioning=')).body, 'Status');
    expect(await status()).toBe('');
    for (const next of ['Enabled', 'Suspended', 'Enabled']) {
      expect((await setVersioning(next)).status).toBe(200);
      expect(await status()).toBe(next);
    }
  });

  it.each([
    ['', 'MalformedXML', 400],
    ['<VersioningConfiguration/>', 'IllegalVersioningConfigurationException', 400],
    ['<VersioningConfiguration><Status>enabled</Status></VersioningConfiguration>', 'MalformedXML', 400],
    ['<VersioningConfiguration><Status></Status></VersioningConfiguration>', 'MalformedXML', 400],
    ['<VersioningConfiguration><Status>Enabled</Status><Status>Suspended</Status></VersioningConfiguration>', 'MalformedXML', 400],
    ['<VersioningConfiguration><Status>Enabled</Status><Other/></VersioningConfiguration>', 'MalformedXML', 400],
    ['<VersioningConfiguration><Status>Enabled</Status><MfaDelete>Enabled</MfaDelete></VersioningConfiguration>', 'NotImplemented', 501],
  ])('is not changed by %j', async (body, code, status) => {
    expect(await s3.send('PUT', '/pool?versioning=', { body })).toMatchObject({ code, status });
    expect((await s3.send('GET', '/pool?versioning=')).body).not.toContain('Status');
  });

  it('needs an existing bucket, and its own permissions', async () => {
    expect((await s3.send('GET', '/none?versioning=')).code).toBe('NoSuchBucket');
    expect((await setVersioning('Enabled')).iamRequests.map(({ action, resource }) => [action, resource])).toEqual([
      ['s3:PutBucketVersioning', 'arn:aws:s3:::pool'],
    ]);
    s3.allows = ({ action }) => !action.endsWith('BucketVersioning');
    expect((await setVersioning('Suspended')).status).toBe(403);
    expect((await s3.send('GET', '/pool?versioning=')).status).toBe(403);
  });
});

describe('a bucket that never had versioning', () => {
  it('returns no version id, and calls its versions `null`', async () => {
    expect(await put('a')).toBe('');
    expect((await s3.send('GET', K)).headers).not.toHaveProperty('x-amz-version-id');
    expect((await s3.send('GET', `${K}?versionId=null`)).body).toBe('a');
    expect(await versions()).toEqual(['acme/k null latest']);
    await s3.send('DELETE', K);
    expect(await versions()).toEqual([]);
  });
});

describe('a bucket with versioning', () => {
  beforeEach(() => setVersioning('Enabled'));

  it('keeps every version, and returns the current one without a version id', async () => {
    const ids = [await put('one'), await put('two'), await put('three')];
    expect(new Set(ids).size).toBe(3);
    expect(await s3.send('GET', K)).toMatchObject({ body: 'three', headers: { 'x-amz-version-id': ids[2] } });
    for (const [index, body] of ['one', 'two', 'three'].entries()) {
      expect(await s3.send('GET', `${K}?versionId=${ids[index]}`)).toMatchObject({ body, headers: { 'x-amz-version-id': ids[index] } });
      expect((await s3.send('HEAD', `${K}?versionId=${ids[index]}`)).headers).toMatchObject({ 'content-length': String(body.length) });
    }
    expect(await versions()).toEqual([`acme/k ${ids[2]} latest`, `acme/k ${ids[1]}`, `acme/k ${ids[0]}`]);
    expect((await s3.send('GET', '/pool?list-type=2')).body.match(/<Contents>/g)).toHaveLength(1);
  });

  it('does not return a version under another key or in another bucket', async () => {
    const id = await put('theirs', '/pool/globex/x');
    await put('mine');
    expect(await s3.send('GET', `${K}?versionId=${id}`)).toMatchObject({ status: 404, code: 'NoSuchVersion' });
    expect((await s3.send('GET', `/other/globex/x?versionId=${id}`)).code).toBe('NoSuchVersion');
    expect((await s3.send('GET', `/absent/globex/x?versionId=${id}`)).code).toBe('NoSuchBucket');
  });

  it('adds a delete marker, which hides the object, and which can be deleted', async () => {
    const id = await put('kept');
    const { status, headers } = await s3.send('DELETE', K);
    const marker = headers['x-amz-version-id'];
    expect({ status, headers }).toEqual({ status: 204, headers: { 'x-amz-delete-marker': 'true', 'x-amz-version-id': marker } });
    expect(await versions()).toEqual([`acme/k ${marker} latest marker`, `acme/k ${id}`]);
    expect((await s3.send('GET', '/pool?list-type=2')).body).not.toContain('<Contents>');
    for (const method of ['GET', 'HEAD']) {
      expect(await s3.send(method, K)).toMatchObject({
        status: 404,
        code: 'NoSuchKey',
        headers: { 'x-amz-delete-marker': 'true', 'x-amz-version-id': marker },
      });
      expect(await s3.send(method, `${K}?versionId=${marker}`)).toMatchObject({
        status: 405,
        code: 'MethodNotAllowed',
        headers: { 'x-amz-delete-marker': 'true', allow: 'DELETE', 'last-modified': 'Tue, 24 Nov 2026 12:00:00 GMT' },
      });
    }
    expect((await s3.send('GET', `${K}?versionId=${id}`)).body).toBe('kept');
    expect((await s3.send('DELETE', `${K}?versionId=${marker}`)).headers).toEqual({
      'x-amz-delete-marker': 'true',
      'x-amz-version-id': marker,
    });
    expect((await s3.send('GET', K)).body).toBe('kept');
  });

  it('adds a delete marker for a key that does not exist', async () => {
    expect((await s3.send('DELETE', K)).headers).toMatchObject({ 'x-amz-delete-marker': 'true' });
    expect(await versions()).toHaveLength(1);
  });

  it('does not report a delete marker to a caller who may not list', async () => {
    await put('kept');
    await s3.send('DELETE', K);
    s3.allows = ({ action }) => action !== 's3:ListBucket';
    const { status, headers } = await s3.send('GET', K);
    expect(status).toBe(403);
    expect(headers).not.toHaveProperty('x-amz-delete-marker');
    expect((await s3.send('GET', `${K}?versionId=${ABSENT_ID}`)).status).toBe(403);
  });

  it('deletes one version, and an absent version with success', async () => {
    const [one, two] = [await put('one'), await put('two')];
    expect(await s3.send('DELETE', `${K}?versionId=${two}`)).toMatchObject({ status: 204, headers: { 'x-amz-version-id': two } });
    expect((await s3.send('GET', K)).body).toBe('one');
    expect((await s3.send('DELETE', `${K}?versionId=${two}`)).status).toBe(204);
    expect((await s3.send('DELETE', `/pool/none?versionId=${two}`)).status).toBe(204);
    expect(await versions()).toEqual([`acme/k ${one} latest`]);
  });

  it.each(['', '1', 'X'.repeat(32), 'NULL', 'null ', '../null', '__proto__', `${ABSENT_ID}0`, '\u0000'])(
    'rejects the version id %j everywhere',
    async (id) => {
      await put('kept');
      const encoded = encodeURIComponent(id);
      for (const [method, target, headers] of [
        ['GET', `${K}?versionId=${encoded}`, {}],
        ['HEAD', `${K}?versionId=${encoded}`, {}],
        ['DELETE', `${K}?versionId=${encoded}`, {}],
        ['GET', `${K}?tagging=&versionId=${encoded}`, {}],
        ['DELETE', `${K}?tagging=&versionId=${encoded}`, {}],
        ['GET', `${K}?attributes=&versionId=${encoded}`, { 'x-amz-object-attributes': 'ETag' }],
        ['PUT', '/pool/acme/copy', { 'x-amz-copy-source': `pool/acme/k?versionId=${id}` }],
      ] as const) {
        expect(await s3.send(method, target, { headers }), target).toMatchObject({ status: 400, code: 'InvalidArgument' });
      }
      const marker = await s3.send('GET', `/pool?versions=&key-marker=k&version-id-marker=${encoded}`);
      expect(marker.status).toBe(id === '' ? 200 : 400);
      expect(await versions()).toHaveLength(1);
    },
  );

  it('applies the conditions of a write to the current version', async () => {
    const { headers } = await s3.send('PUT', K, { body: 'one' });
    const ifMatch = { 'if-match': headers['etag'] ?? '' };
    await put('two');
    expect((await s3.send('PUT', K, { headers: ifMatch })).code).toBe('PreconditionFailed');
    expect((await s3.send('PUT', K, { headers: { 'if-none-match': '*' } })).code).toBe('PreconditionFailed');
    expect((await s3.send('DELETE', K, { headers: ifMatch })).code).toBe('PreconditionFailed');
    expect((await s3.send('DELETE', `${K}?versionId=null`, { headers: ifMatch })).status).toBe(501);
    await s3.send('DELETE', K);
    expect((await s3.send('PUT', K, { headers: ifMatch })).code).toBe('NoSuchKey');
    expect((await s3.send('PUT', K, { headers: { 'if-none-match': '*' } })).status).toBe(200);
  });

  it('tags one version', async () => {
    const [one, two] = [await put('one', K, { headers: { 'x-amz-tagging': 'a=1' } }), await put('two')];
    const tags = async (query: string) => first((await s3.send('GET', `${K}?tagging=${query}`)).body, 'TagSet');
    expect(await tags('')).toBe('');
    expect(await tags(`&versionId=${one}`)).toBe('<Tag><Key>a</Key><Value>1</Value></Tag>');
    const { iamRequests, headers } = await s3.send('DELETE', `${K}?tagging=&versionId=${one}`);
    expect(headers).toEqual({ 'x-amz-version-id': one });
    expect(iamRequests[0]).toMatchObject({
      action: 's3:DeleteObjectVersionTagging',
      context: { 's3:VersionId': one, 's3:ExistingObjectTag/a': '1' },
    });
    expect(await tags(`&versionId=${one}`)).toBe('');
    expect((await s3.send('GET', `${K}?tagging=`)).headers).toMatchObject({ 'x-amz-version-id': two });
    expect(await versions()).toEqual([`acme/k ${two} latest`, `acme/k ${one}`]);
  });

  it('copies a version, with permission for that version, and restores it over the current one', async () => {
    const one = await put('one', K, { headers: { 'x-amz-tagging': 'a=1' } });
    await put('two');
    const copy = (target: string) => s3.send('PUT', target, { headers: { 'x-amz-copy-source': `pool/acme/k?versionId=${one}` } });
    const { iamRequests, headers } = await copy('/pool/acme/copy');
    expect(headers).toMatchObject({ 'x-amz-copy-source-version-id': one, 'x-amz-version-id': expect.not.stringContaining(one) });
    expect(iamRequests.map(({ action }) => action)).toEqual([
      's3:PutObject',
      's3:GetObjectVersion',
      's3:GetObjectVersionTagging',
      's3:PutObjectTagging',
    ]);
    expect(iamRequests[1]?.context).toMatchObject({ 's3:VersionId': one, 's3:ExistingObjectTag/a': '1' });
    expect((await s3.send('GET', '/pool/acme/copy')).body).toBe('one');
    expect((await copy(K)).status).toBe(200);
    expect((await s3.send('GET', K)).body).toBe('one');
    s3.allows = ({ action }) => action !== 's3:GetObjectVersion';
    expect((await copy('/pool/acme/copy')).status).toBe(403);
  });

  it('refuses a delete marker as the source of a copy', async () => {
    await put('kept');
    const marker = (await s3.send('DELETE', K)).headers['x-amz-version-id'];
    const copy = (source: string) => s3.send('PUT', '/pool/acme/copy', { headers: { 'x-amz-copy-source': source } });
    expect(await copy(`pool/acme/k?versionId=${marker}`)).toMatchObject({ status: 400, code: 'InvalidRequest' });
    expect(await copy('pool/acme/k')).toMatchObject({ status: 404, code: 'NoSuchKey' });
    expect((await copy(`pool/acme/k?versionId=${ABSENT_ID}`)).code).toBe('NoSuchVersion');
  });

  it('deletes versions and adds markers in one request', async () => {
    const [one, two] = [await put('one'), await put('two')];
    const named = (id?: string) => `<Object><Key>acme/k</Key>${id === undefined ? '' : `<VersionId>${id}</VersionId>`}</Object>`;
    const remove = (objects: string) => {
      const body = `<Delete>${objects}</Delete>`;
      return s3.send('POST', '/pool?delete=', { body, headers: { 'content-md5': createHash('md5').update(body).digest('base64') } });
    };
    const { body, iamRequests } = await remove(named(one) + named() + named());
    expect(iamRequests.map(({ action, context }) => [action, context['s3:VersionId']])).toEqual([
      ['s3:DeleteObjectVersion', one],
      ['s3:DeleteObject', undefined],
    ]);
    const marker = first(body, 'DeleteMarkerVersionId');
    expect(body).toContain(
      `<Deleted><Key>acme/k</Key><VersionId>${one}</VersionId></Deleted>` +
        `<Deleted><Key>acme/k</Key><DeleteMarker>true</DeleteMarker><DeleteMarkerVersionId>${marker}</DeleteMarkerVersionId></Deleted>`,
    );
    expect(await versions()).toEqual([`acme/k ${marker} latest marker`, `acme/k ${two}`]);
    expect((await remove(named(marker))).body).toContain(
      `<VersionId>${marker}</VersionId><DeleteMarker>true</DeleteMarker><DeleteMarkerVersionId>${marker}</DeleteMarkerVersionId>`,
    );
    expect((await remove(named('1'))).code).toBe('InvalidArgument');
    s3.allows = ({ action }) => action !== 's3:DeleteObjectVersion';
    expect((await remove(named(two))).body).toContain(`<Error><Key>acme/k</Key><VersionId>${two}</VersionId><Code>AccessDenied</Code>`);
    expect(await versions()).toEqual([`acme/k ${two} latest`]);
  });

  it('keeps its bucket until the last version is deleted', async () => {
    const id = await put('kept');
    const marker = (await s3.send('DELETE', K)).headers['x-amz-version-id'];
    expect((await s3.send('DELETE', '/pool')).code).toBe('BucketNotEmpty');
    await s3.send('DELETE', `${K}?versionId=${id}`);
    expect((await s3.send('DELETE', '/pool')).code).toBe('BucketNotEmpty');
    await s3.send('DELETE', `${K}?versionId=${marker}`);
    expect((await s3.send('DELETE', '/pool')).status).toBe(204);
  });

  it('creates a version when an upload by parts is completed, once', async () => {
    const uploads = new UploadHarness();
    s3 = uploads;
    await setVersioning('Enabled');
    const before = await put('before', '/pool/acme/f');
    const id = await uploads.create();
    const etag = await uploads.upload(id, 1, Buffer.from('hello'));
    const { headers } = await uploads.complete(id, [[1, etag]]);
    const version = headers['x-amz-version-id'];
    expect((await uploads.complete(id, [[1, etag]])).headers).toMatchObject({ 'x-amz-version-id': version });
    expect(await versions()).toEqual([`acme/f ${version} latest`, `acme/f ${before}`]);
  });

  it('keeps the versions of a hundred concurrent writes', async () => {
    const ids = await Promise.all(Array.from({ length: 100 }, (_, index) => put(String(index))));
    expect(new Set(ids).size).toBe(100);
    expect(await versions()).toHaveLength(100);
    for (const [index, id] of ids.entries()) expect((await s3.send('GET', `${K}?versionId=${id}`)).body).toBe(String(index));
  });
});

describe('a bucket whose versioning is suspended', () => {
  it('overwrites the null version only, and its delete marker has the id null', async () => {
    await put('first');
    await setVersioning('Enabled');
    const id = await put('versioned');
    expect(await versions()).toEqual([`acme/k ${id} latest`, 'acme/k null']);
    await setVersioning('Suspended');
    expect(await put('second')).toBe('null');
    expect(await put('third')).toBe('null');
    expect(await versions()).toEqual(['acme/k null latest', `acme/k ${id}`]);
    expect((await s3.send('GET', `${K}?versionId=null`)).body).toBe('third');
    expect((await s3.send('DELETE', K)).headers).toEqual({ 'x-amz-version-id': 'null', 'x-amz-delete-marker': 'true' });
    expect(await versions()).toEqual(['acme/k null latest marker', `acme/k ${id}`]);
    await s3.send('DELETE', `${K}?versionId=null`);
    expect(await s3.send('GET', K)).toMatchObject({ body: 'versioned', headers: { 'x-amz-version-id': id } });
  });
});

describe('ListObjectVersions', () => {
  beforeEach(() => setVersioning('Enabled'));

  it('pages through all versions, with every page size', async () => {
    for (const key of ['a', 'b', 'c/1', 'c/2']) for (const body of ['1', '2', '3']) await put(body, `/pool/${key}`);
    await s3.send('DELETE', '/pool/b');
    const all = await versions();
    expect(all).toHaveLength(13);
    for (let size = 1; size <= 14; size += 1) {
      const listed: string[] = [];
      let markers = '';
      do {
        const query = `&max-keys=${size}${markers}`;
        const { body } = await s3.send('GET', `/pool?versions=${query}`);
        listed.push(...(await versions(query)));
        markers =
          first(body, 'IsTruncated') === 'true'
            ? `&key-marker=${first(body, 'NextKeyMarker')}&version-id-marker=${first(body, 'NextVersionIdMarker')}`
            : '';
      } while (markers !== '');
      expect(listed, `pages of ${size}`).toEqual(all);
    }
  });

  it('groups by a delimiter, and filters by a prefix', async () => {
    for (const key of ['a', 'c/1', 'c/2', 'd']) for (const body of ['1', '2']) await put(body, `/pool/${key}`);
    const { body } = await s3.send('GET', '/pool?versions=&delimiter=/&max-keys=3');
    expect(body).toContain('<CommonPrefixes><Prefix>c/</Prefix></CommonPrefixes>');
    expect(first(body, 'NextKeyMarker')).toBe('c/');
    expect(body).not.toContain('NextVersionIdMarker');
    expect(await versions('&delimiter=/&key-marker=c/')).toHaveLength(2);
    expect(await versions('&prefix=c/')).toHaveLength(4);
    expect(await versions('&key-marker=a')).toHaveLength(6);
    expect((await s3.send('GET', '/pool?versions=&max-keys=0')).body).toContain('<IsTruncated>false</IsTruncated>');
  });

  it.each(['Enabled', 'Suspended'])('misses no version if the client deletes what it lists, also while %s', async (status) => {
    await s3.send('PUT', '/pool?versioning=', {
      body: '<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>',
    });
    await put('null version');
    await setVersioning('Enabled');
    for (const key of ['acme/k', 'b']) for (const body of ['1', '2', '3']) await put(body, `/pool/${key}`);
    await setVersioning(status);
    await s3.send('DELETE', '/pool/b');
    let markers = '';
    for (let page = 0; page < 20; page += 1) {
      const query = `&max-keys=1${markers}`;
      const { body } = await s3.send('GET', `/pool?versions=${query}`);
      for (const listed of await versions(query)) {
        const [key, id] = listed.split(' ');
        await s3.send('DELETE', `/pool/${key}?versionId=${id}`);
      }
      if (first(body, 'IsTruncated') !== 'true') break;
      markers = `&key-marker=${first(body, 'NextKeyMarker')}&version-id-marker=${first(body, 'NextVersionIdMarker')}`;
    }
    expect(await versions()).toEqual([]);
  });

  it('has the condition keys of its parameters', async () => {
    const context = async (query: string) => (await s3.send('GET', `/pool?versions=${query}`)).iamRequests[0];
    expect(await context('&prefix=acme/&delimiter=/&max-keys=2')).toMatchObject({
      action: 's3:ListBucketVersions',
      resource: 'arn:aws:s3:::pool',
      context: { 's3:prefix': 'acme/', 's3:delimiter': '/', 's3:max-keys': '2' },
    });
    expect((await context('&prefix='))?.context).toMatchObject({ 's3:prefix': '' });
    expect((await context(''))?.context).not.toHaveProperty('s3:prefix');
  });

  it('rejects a version marker without a key marker', async () => {
    expect((await s3.send('GET', '/pool?versions=&version-id-marker=null')).code).toBe('InvalidArgument');
    expect((await s3.send('GET', '/pool?versions=&key-marker=a&version-id-marker=')).status).toBe(200);
  });

  it('encodes keys on request', async () => {
    await put('x', '/pool/a%20%0A');
    expect(await versions('&encoding-type=url')).toEqual([expect.stringMatching(/^a%20%0A /)]);
  });
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
