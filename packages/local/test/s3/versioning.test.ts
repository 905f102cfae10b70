import { beforeEach, describe, expect, it } from 'vitest';
import { first, partList } from './upload-harness.ts';
import { VersionHarness } from './version-harness.ts';

let s3: VersionHarness;
beforeEach(() => {
  s3 = new VersionHarness();
});

const K = '/pool/acme/k';
const ABSENT_ID = '0000000zAAAAAAAAAAAAAAAAAAAAAAAA';

describe('the versioning of a bucket', () => {
  it('is empty, then Enabled or Suspended', async () => {
    const status = async () => first((await s3.send('GET', '/pool?versioning=')).body, 'Status');
    expect(await status()).toBe('');
    for (const next of ['Enabled', 'Suspended', 'Enabled']) {
      expect((await s3.setVersioning(next)).status).toBe(200);
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
    expect((await s3.setVersioning('Enabled')).iamRequests.map(({ action, resource }) => [action, resource])).toEqual([
      ['s3:PutBucketVersioning', 'arn:aws:s3:::pool'],
    ]);
    s3.allows = ({ action }) => !action.endsWith('BucketVersioning');
    expect((await s3.setVersioning('Suspended')).status).toBe(403);
    expect((await s3.send('GET', '/pool?versioning=')).status).toBe(403);
  });
});

describe('a bucket that never had versioning', () => {
  it('returns no version id, and calls its versions `null`', async () => {
    expect(await s3.put('a')).toBe('');
    expect((await s3.send('GET', K)).headers).not.toHaveProperty('x-amz-version-id');
    expect((await s3.send('GET', `${K}?versionId=null`)).body).toBe('a');
    expect(await s3.versions()).toEqual(['acme/k null latest']);
    await s3.send('DELETE', K);
    expect(await s3.versions()).toEqual([]);
  });
});

describe('a bucket with versioning', () => {
  beforeEach(() => s3.setVersioning('Enabled'));

  it('keeps every version, and returns the current one without a version id', async () => {
    const ids = [await s3.put('one'), await s3.put('two'), await s3.put('three')];
    expect(new Set(ids).size).toBe(3);
    expect(await s3.send('GET', K)).toMatchObject({ body: 'three', headers: { 'x-amz-version-id': ids[2] } });
    for (const [index, body] of ['one', 'two', 'three'].entries()) {
      expect(await s3.send('GET', `${K}?versionId=${ids[index]}`)).toMatchObject({ body, headers: { 'x-amz-version-id': ids[index] } });
      expect((await s3.send('HEAD', `${K}?versionId=${ids[index]}`)).headers).toMatchObject({ 'content-length': String(body.length) });
    }
    expect(await s3.versions()).toEqual([`acme/k ${ids[2]} latest`, `acme/k ${ids[1]}`, `acme/k ${ids[0]}`]);
    expect((await s3.send('GET', '/pool?list-type=2')).body.match(/<Contents>/g)).toHaveLength(1);
  });

  it('does not return a version under another key or in another bucket', async () => {
    const id = await s3.put('theirs', '/pool/globex/x');
    await s3.put('mine');
    expect(await s3.send('GET', `${K}?versionId=${id}`)).toMatchObject({ status: 404, code: 'NoSuchVersion' });
    expect((await s3.send('GET', `/other/globex/x?versionId=${id}`)).code).toBe('NoSuchVersion');
    expect((await s3.send('GET', `/absent/globex/x?versionId=${id}`)).code).toBe('NoSuchBucket');
  });

  it('adds a delete marker, which hides the object, and which can be deleted', async () => {
    const id = await s3.put('kept');
    const { status, headers } = await s3.send('DELETE', K);
    const marker = headers['x-amz-version-id'];
    expect({ status, headers }).toEqual({ status: 204, headers: { 'x-amz-delete-marker': 'true', 'x-amz-version-id': marker } });
    expect(await s3.versions()).toEqual([`acme/k ${marker} latest marker`, `acme/k ${id}`]);
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
    expect(await s3.versions()).toHaveLength(1);
  });

  it('does not report a delete marker to a caller who may not list', async () => {
    await s3.put('kept');
    await s3.send('DELETE', K);
    s3.allows = ({ action }) => action !== 's3:ListBucket';
    const { status, headers } = await s3.send('GET', K);
    expect(status).toBe(403);
    expect(headers).not.toHaveProperty('x-amz-delete-marker');
    expect((await s3.send('GET', `${K}?versionId=${ABSENT_ID}`)).status).toBe(403);
  });

  it('deletes one version, and an absent version with success', async () => {
    const [one, two] = [await s3.put('one'), await s3.put('two')];
    expect(await s3.send('DELETE', `${K}?versionId=${two}`)).toMatchObject({ status: 204, headers: { 'x-amz-version-id': two } });
    expect((await s3.send('GET', K)).body).toBe('one');
    expect((await s3.send('DELETE', `${K}?versionId=${two}`)).status).toBe(204);
    expect((await s3.send('DELETE', `/pool/none?versionId=${two}`)).status).toBe(204);
    expect(await s3.versions()).toEqual([`acme/k ${one} latest`]);
  });

  it.each(['', '1', 'X'.repeat(32), 'NULL', 'null ', '../null', '__proto__', `${ABSENT_ID}0`, '\u0000'])(
    'rejects the version id %j everywhere',
    async (id) => {
      await s3.put('kept');
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
      expect(await s3.versions()).toHaveLength(1);
    },
  );

  it('applies the conditions of a write to the current version', async () => {
    const { headers } = await s3.send('PUT', K, { body: 'one' });
    const ifMatch = { 'if-match': headers['etag'] ?? '' };
    await s3.put('two');
    expect((await s3.send('PUT', K, { headers: ifMatch })).code).toBe('PreconditionFailed');
    expect((await s3.send('PUT', K, { headers: { 'if-none-match': '*' } })).code).toBe('PreconditionFailed');
    expect((await s3.send('DELETE', K, { headers: ifMatch })).code).toBe('PreconditionFailed');
    expect((await s3.send('DELETE', `${K}?versionId=null`, { headers: ifMatch })).status).toBe(501);
    await s3.send('DELETE', K);
    expect((await s3.send('PUT', K, { headers: ifMatch })).code).toBe('NoSuchKey');
    expect((await s3.send('PUT', K, { headers: { 'if-none-match': '*' } })).status).toBe(200);
  });

  it('tags one version', async () => {
    const [one, two] = [await s3.put('one', K, { headers: { 'x-amz-tagging': 'a=1' } }), await s3.put('two')];
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
    expect(await s3.versions()).toEqual([`acme/k ${two} latest`, `acme/k ${one}`]);
  });

  it('keeps its bucket until the last version is deleted', async () => {
    const id = await s3.put('kept');
    const marker = (await s3.send('DELETE', K)).headers['x-amz-version-id'];
    expect((await s3.send('DELETE', '/pool')).code).toBe('BucketNotEmpty');
    await s3.send('DELETE', `${K}?versionId=${id}`);
    expect((await s3.send('DELETE', '/pool')).code).toBe('BucketNotEmpty');
    await s3.send('DELETE', `${K}?versionId=${marker}`);
    expect((await s3.send('DELETE', '/pool')).status).toBe(204);
  });

  it('creates a version when an upload by parts is completed, once', async () => {
    const before = await s3.put('before', '/pool/acme/f');
    const id = first((await s3.send('POST', '/pool/acme/f?uploads=')).body, 'UploadId');
    const { headers } = await s3.send('PUT', `/pool/acme/f?uploadId=${id}&partNumber=1`, { body: 'hello' });
    const complete = () => s3.send('POST', `/pool/acme/f?uploadId=${id}`, { body: partList([[1, headers['etag'] ?? '']]) });
    const version = (await complete()).headers['x-amz-version-id'];
    expect((await complete()).headers).toMatchObject({ 'x-amz-version-id': version });
    expect(await s3.versions()).toEqual([`acme/f ${version} latest`, `acme/f ${before}`]);
  });

  it('keeps the versions of a hundred concurrent writes', async () => {
    const ids = await Promise.all(Array.from({ length: 100 }, (_, index) => s3.put(String(index))));
    expect(new Set(ids).size).toBe(100);
    expect(await s3.versions()).toHaveLength(100);
    for (const [index, id] of ids.entries()) expect((await s3.send('GET', `${K}?versionId=${id}`)).body).toBe(String(index));
  });
});

describe('a bucket whose versioning is suspended', () => {
  it('overwrites the null version only, and its delete marker has the id null', async () => {
    await s3.put('first');
    await s3.setVersioning('Enabled');
    const id = await s3.put('versioned');
    expect(await s3.versions()).toEqual([`acme/k ${id} latest`, 'acme/k null']);
    await s3.setVersioning('Suspended');
    expect(await s3.put('second')).toBe('null');
    expect(await s3.put('third')).toBe('null');
    expect(await s3.versions()).toEqual(['acme/k null latest', `acme/k ${id}`]);
    expect((await s3.send('GET', `${K}?versionId=null`)).body).toBe('third');
    expect((await s3.send('DELETE', K)).headers).toEqual({ 'x-amz-version-id': 'null', 'x-amz-delete-marker': 'true' });
    expect(await s3.versions()).toEqual(['acme/k null latest marker', `acme/k ${id}`]);
    await s3.send('DELETE', `${K}?versionId=null`);
    expect(await s3.send('GET', K)).toMatchObject({ body: 'versioned', headers: { 'x-amz-version-id': id } });
  });
});
