import { beforeEach, describe, expect, it } from 'vitest';
import { S3Harness } from './s3-harness.ts';

let s3: S3Harness;
beforeEach(() => {
  s3 = new S3Harness();
});

const all = (body: string, name: string) => [...body.matchAll(new RegExp(`<${name}>(.*?)</${name}>`, 'gs'))].map(([, text]) => text ?? '');
const keys = (body: string) => all(body, 'Key');
const prefixes = (body: string) => all(body, 'CommonPrefixes').map((inner) => all(inner, 'Prefix')[0]);

const KEYS = ['a', 'a/', 'a/1', 'a/2', 'a/b/1', 'a/b/2', 'b', 'b/1', 'c'];
const seedAll = () => s3.seed(Object.fromEntries(KEYS.map((key) => [key, key])));

describe('listings', () => {
  it('orders keys by UTF-8, not by UTF-16', async () => {
    await s3.seed({ '\u{1f600}': '', '\uff5e': '', z: '', Z: '', é: '' });
    expect(keys((await s3.send('GET', '/pool?list-type=2')).body)).toEqual(['Z', 'z', 'é', '\uff5e', '\u{1f600}']);
  });

  it('returns the date, ETag, size and checksum of each key', async () => {
    await s3.seed({ k: 'hello' });
    const { body } = await s3.send('GET', '/pool?list-type=2');
    expect(body).toContain(
      '<Contents><Key>k</Key><LastModified>2026-11-24T12:00:00.000Z</LastModified><ETag>&quot;5d41402abc4b2a76b9719d911017c592&quot;</ETag>' +
        '<ChecksumAlgorithm>CRC64NVME</ChecksumAlgorithm><ChecksumType>FULL_OBJECT</ChecksumType><Size>5</Size><StorageClass>STANDARD</StorageClass></Contents>',
    );
  });

  it('filters by prefix, and groups keys by delimiter', async () => {
    await seedAll();
    const { body } = await s3.send('GET', '/pool?list-type=2&prefix=a/&delimiter=/');
    expect(keys(body)).toEqual(['a/', 'a/1', 'a/2']);
    expect(prefixes(body)).toEqual(['a/b/']);
    expect(all(body, 'KeyCount')).toEqual(['4']);
    const root = (await s3.send('GET', '/pool?list-type=2&delimiter=/')).body;
    expect([keys(root), prefixes(root)]).toEqual([
      ['a', 'b', 'c'],
      ['a/', 'b/'],
    ]);
    expect(keys((await s3.send('GET', '/pool?list-type=2&prefix=a/b')).body)).toEqual(['a/b/1', 'a/b/2']);
    expect(prefixes((await s3.send('GET', '/pool?delimiter=b/')).body)).toEqual(['a/b/', 'b/']);
  });

  it.each([1, 2, 3, 4, 100])('returns the same keys in pages of %i, in both versions', async (size) => {
    await seedAll();
    for (const delimiter of ['', '/', 'b']) {
      const whole = (await s3.send('GET', `/pool?list-type=2&delimiter=${encodeURIComponent(delimiter)}`)).body;
      const v2: string[] = [];
      for (let more = '', pages = 0; ; pages += 1) {
        expect(pages).toBeLessThan(20);
        const { body } = await s3.send('GET', `/pool?list-type=2&max-keys=${size}&delimiter=${encodeURIComponent(delimiter)}${more}`);
        v2.push(...keys(body), ...prefixes(body).map(String));
        const [token] = all(body, 'NextContinuationToken');
        expect(all(body, 'IsTruncated')).toEqual([String(token !== undefined)]);
        if (token === undefined) break;
        more = `&continuation-token=${token}`;
      }
      const v1: string[] = [];
      for (let marker = '', pages = 0; ; pages += 1) {
        expect(pages).toBeLessThan(20);
        const { body } = await s3.send('GET', `/pool?max-keys=${size}&delimiter=${encodeURIComponent(delimiter)}&marker=${marker}`);
        v1.push(...keys(body), ...prefixes(body).map(String));
        if (all(body, 'IsTruncated')[0] === 'false') break;
        marker = encodeURIComponent(all(body, 'NextMarker')[0] ?? keys(body).at(-1) ?? '');
      }
      const expected = [...keys(whole), ...prefixes(whole).map(String)].toSorted();
      expect(v2.toSorted()).toEqual(expected);
      expect(v1.toSorted()).toEqual(expected);
    }
  });

  it('starts after a key, and returns that key', async () => {
    await seedAll();
    const { body } = await s3.send('GET', '/pool?list-type=2&start-after=b&max-keys=1');
    expect(keys(body)).toEqual(['b/1']);
    expect(all(body, 'StartAfter')).toEqual(['b']);
    const token = all(body, 'NextContinuationToken')[0] ?? '';
    const next = (await s3.send('GET', `/pool?list-type=2&start-after=b&continuation-token=${token}`)).body;
    expect(keys(next)).toEqual(['c']);
    expect(all(next, 'ContinuationToken')).toEqual([token]);
    const v1 = (await s3.send('GET', '/pool?marker=b/1')).body;
    expect([keys(v1), all(v1, 'Marker')]).toEqual([['c'], ['b/1']]);
  });

  it('returns no key for max-keys=0, and at most 1,000 keys', async () => {
    await s3.seed(Object.fromEntries(Array.from({ length: 1001 }, (_, index) => [`k${index}`, ''])));
    const none = (await s3.send('GET', '/pool?list-type=2&max-keys=0')).body;
    expect([keys(none), all(none, 'IsTruncated')]).toEqual([[], ['false']]);
    const page = (await s3.send('GET', '/pool?list-type=2&max-keys=5000')).body;
    expect([keys(page).length, all(page, 'MaxKeys'), all(page, 'IsTruncated')]).toEqual([1000, ['1000'], ['true']]);
  });

  it.each(['-1', '1e1', '0x10', '+5', '', '1.0', '01', ' 1', '2147483648', 'NaN'])('rejects max-keys=%j', async (value) => {
    for (const version of ['list-type=2&', '']) {
      expect(await s3.send('GET', `/pool?${version}max-keys=${encodeURIComponent(value)}`)).toMatchObject({
        status: 400,
        code: 'InvalidArgument',
      });
    }
  });

  it.each(['', 'x', 'MTph=', Buffer.from('2:a').toString('base64url'), `${Buffer.from('1:a').toString('base64url')}A`])(
    'rejects the continuation token %j, which it did not make',
    async (token) => {
      expect(await s3.send('GET', `/pool?list-type=2&continuation-token=${encodeURIComponent(token)}`)).toMatchObject({
        status: 400,
        code: 'InvalidArgument',
      });
    },
  );

  it('lists only the authorised prefix, with any content of the continuation token', async () => {
    await s3.seed({ 'acme/a': '', 'globex/x': '' });
    const token = Buffer.from('1:globex/').toString('base64url');
    expect(keys((await s3.send('GET', `/pool?list-type=2&prefix=acme/&continuation-token=${token}`)).body)).toEqual([]);
    expect(keys((await s3.send('GET', '/pool?list-type=2&prefix=acme/&start-after=globex')).body)).toEqual([]);
  });

  it('percent-encodes names if requested, and escapes them otherwise', async () => {
    await s3.seed({ 'a b/+&<é\u0001': '' });
    const plain = (await s3.send('GET', '/pool?list-type=2')).body;
    expect(keys(plain)).toEqual(['a b/+&amp;&lt;é&#x1;']);
    const encoded = (await s3.send('GET', '/pool?list-type=2&encoding-type=url&prefix=a%20&delimiter=%2F&start-after=a')).body;
    expect(prefixes(encoded)).toEqual(['a%20b/']);
    expect(all(encoded, 'StartAfter')).toEqual(['a']);
    expect(encoded).toContain('<Prefix>a%20</Prefix><Delimiter>/</Delimiter>');
    expect(encoded).toContain('<EncodingType>url</EncodingType>');
    expect(keys((await s3.send('GET', '/pool?encoding-type=url')).body)).toEqual(['a%20b/%2B%26%3C%C3%A9%01']);
    expect((await s3.send('GET', '/pool?encoding-type=base64')).code).toBe('InvalidArgument');
  });

  it('names the owner in version 1, and in version 2 if requested', async () => {
    await s3.seed({ k: '' });
    expect((await s3.send('GET', '/pool')).body).toContain('<Owner>');
    expect((await s3.send('GET', '/pool?list-type=2')).body).not.toContain('<Owner>');
    expect((await s3.send('GET', '/pool?list-type=2&fetch-owner=true')).body).toContain('<Owner>');
    expect((await s3.send('GET', '/pool?list-type=2&fetch-owner=1')).code).toBe('InvalidArgument');
  });
});

describe('the IAM request of a listing', () => {
  it('has prefix, delimiter and max-keys only if they are sent, and an empty prefix as an empty value', async () => {
    const context = async (query: string) => (await s3.send('GET', `/pool?${query}`)).iamRequests[0]?.context ?? {};
    expect(await context('list-type=2')).not.toHaveProperty('s3:prefix');
    expect(await context('list-type=2&prefix=')).toHaveProperty('s3:prefix', '');
    expect(await context('list-type=2&prefix=acme%2F&delimiter=%2F&max-keys=5')).toMatchObject({
      's3:prefix': 'acme/',
      's3:delimiter': '/',
      's3:max-keys': '5',
    });
    expect(await context('prefix=acme')).toMatchObject({ 's3:prefix': 'acme' });
    for (const name of ['s3:delimiter', 's3:max-keys']) expect(await context('list-type=2&prefix=a')).not.toHaveProperty([name]);
  });
});
