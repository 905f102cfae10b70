import { beforeEach, describe, expect, it } from 'vitest';
import { first } from './upload-harness.ts';
import { VersionHarness } from './version-harness.ts';

let s3: VersionHarness;
beforeEach(() => {
  s3 = new VersionHarness();
});

describe('ListObjectVersions', () => {
  beforeEach(() => s3.setVersioning('Enabled'));

  it('pages through all versions, with every page size', async () => {
    for (const key of ['a', 'b', 'c/1', 'c/2']) for (const body of ['1', '2', '3']) await s3.put(body, `/pool/${key}`);
    await s3.send('DELETE', '/pool/b');
    const all = await s3.versions();
    expect(all).toHaveLength(13);
    for (let size = 1; size <= 14; size += 1) {
      const listed: string[] = [];
      let markers = '';
      do {
        const query = `&max-keys=${size}${markers}`;
        const { body } = await s3.send('GET', `/pool?versions=${query}`);
        listed.push(...(await s3.versions(query)));
        markers =
          first(body, 'IsTruncated') === 'true'
            ? `&key-marker=${first(body, 'NextKeyMarker')}&version-id-marker=${first(body, 'NextVersionIdMarker')}`
            : '';
      } while (markers !== '');
      expect(listed, `pages of ${size}`).toEqual(all);
    }
  });

  it('groups by a delimiter, and filters by a prefix', async () => {
    for (const key of ['a', 'c/1', 'c/2', 'd']) for (const body of ['1', '2']) await s3.put(body, `/pool/${key}`);
    const { body } = await s3.send('GET', '/pool?versions=&delimiter=/&max-keys=3');
    expect(body).toContain('<CommonPrefixes><Prefix>c/</Prefix></CommonPrefixes>');
    expect(first(body, 'NextKeyMarker')).toBe('c/');
    expect(body).not.toContain('NextVersionIdMarker');
    expect(await s3.versions('&delimiter=/&key-marker=c/')).toHaveLength(2);
    expect(await s3.versions('&prefix=c/')).toHaveLength(4);
    expect(await s3.versions('&key-marker=a')).toHaveLength(6);
    expect((await s3.send('GET', '/pool?versions=&max-keys=0')).body).toContain('<IsTruncated>false</IsTruncated>');
  });

  it.each(['Enabled', 'Suspended'])('misses no version if the client deletes what it lists, also while %s', async (status) => {
    await s3.send('PUT', '/pool?versioning=', {
      body: '<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>',
    });
    await s3.put('null version');
    await s3.setVersioning('Enabled');
    for (const key of ['acme/k', 'b']) for (const body of ['1', '2', '3']) await s3.put(body, `/pool/${key}`);
    await s3.setVersioning(status);
    await s3.send('DELETE', '/pool/b');
    let markers = '';
    for (let page = 0; page < 20; page += 1) {
      const query = `&max-keys=1${markers}`;
      const { body } = await s3.send('GET', `/pool?versions=${query}`);
      for (const listed of await s3.versions(query)) {
        const [key, id] = listed.split(' ');
        await s3.send('DELETE', `/pool/${key}?versionId=${id}`);
      }
      if (first(body, 'IsTruncated') !== 'true') break;
      markers = `&key-marker=${first(body, 'NextKeyMarker')}&version-id-marker=${first(body, 'NextVersionIdMarker')}`;
    }
    expect(await s3.versions()).toEqual([]);
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
    await s3.put('x', '/pool/a%20%0A');
    expect(await s3.versions('&encoding-type=url')).toEqual([expect.stringMatching(/^a%20%0A /)]);
  });
});
