import { beforeEach, describe, expect, it } from 'vitest';
import { S3Harness } from './s3-harness.ts';

const ETAG = '"5d41402abc4b2a76b9719d911017c592"';
const PAST = 'Tue, 24 Nov 2026 11:00:00 GMT';
const THEN = 'Tue, 24 Nov 2026 12:00:00 GMT';
const FUTURE = 'Tue, 24 Nov 2026 13:00:00 GMT';

let s3: S3Harness;
beforeEach(async () => {
  s3 = new S3Harness();
  await s3.send('PUT', '/pool/k', { body: 'hello', now: new Date('2026-11-24T12:00:00.700Z') });
});

describe('conditional reads', () => {
  it.each<[Record<string, string>, number]>([
    [{ 'if-match': ETAG }, 200],
    [{ 'if-match': ETAG.slice(1, -1) }, 200],
    [{ 'if-match': `"other", ${ETAG}` }, 200],
    [{ 'if-match': '*' }, 200],
    [{ 'if-match': '"other"' }, 412],
    [{ 'if-match': '' }, 412],
    [{ 'if-none-match': ETAG }, 304],
    [{ 'if-none-match': '*' }, 304],
    [{ 'if-none-match': '"other"' }, 200],
    [{ 'if-modified-since': PAST }, 200],
    [{ 'if-modified-since': THEN }, 304],
    [{ 'if-modified-since': FUTURE }, 304],
    [{ 'if-unmodified-since': PAST }, 412],
    [{ 'if-unmodified-since': THEN }, 200],
    [{ 'if-match': ETAG, 'if-unmodified-since': PAST }, 200],
    [{ 'if-none-match': ETAG, 'if-modified-since': PAST }, 304],
    [{ 'if-none-match': '"other"', 'if-modified-since': FUTURE }, 200],
    [{ 'if-match': '"other"', 'if-none-match': ETAG }, 412],
  ])('responds to %j with %i, for GET and HEAD', async (headers, status) => {
    expect((await s3.send('GET', '/pool/k', { headers })).status).toBe(status);
    expect((await s3.send('HEAD', '/pool/k', { headers })).status).toBe(status);
  });

  it('names the condition that failed', async () => {
    expect((await s3.send('GET', '/pool/k', { headers: { 'if-match': 'x' } })).body).toContain('<Condition>If-Match</Condition>');
    expect((await s3.send('GET', '/pool/k', { headers: { 'if-unmodified-since': PAST } })).body).toContain(
      '<Condition>If-Unmodified-Since</Condition>',
    );
  });

  it('returns a 304 with the ETag, without a body and without a length', async () => {
    const { body, bytes, headers } = await s3.send('GET', '/pool/k', { headers: { 'if-none-match': ETAG } });
    expect({ body, bytes, headers }).toEqual({ body: '', bytes: undefined, headers: { etag: ETAG, 'last-modified': THEN } });
  });

  it.each([
    '2026-11-24T12:00:00Z',
    'Tue, 24 Nov 2026 12:00:00',
    'Mon, 24 Nov 2026 12:00:00 GMT',
    'Tue, 31 Feb 2026 12:00:00 GMT',
    'Tue, 24 Nov 2026 99:99:99 GMT',
    '',
    '0',
  ])('rejects the date %j', async (date) => {
    expect(await s3.send('GET', '/pool/k', { headers: { 'if-modified-since': date } })).toMatchObject({
      status: 400,
      code: 'InvalidArgument',
    });
  });
});

describe('conditional writes', () => {
  it('does not overwrite with If-None-Match: *', async () => {
    const once = { body: 'new', headers: { 'if-none-match': '*' } };
    expect(await s3.send('PUT', '/pool/k', once)).toMatchObject({ status: 412, code: 'PreconditionFailed' });
    expect((await s3.send('GET', '/pool/k')).body).toBe('hello');
    expect((await s3.send('PUT', '/pool/new', once)).status).toBe(200);
    expect((await s3.send('PUT', '/pool/new', once)).status).toBe(412);
  });

  it('lets one of a hundred concurrent writers succeed', async () => {
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => s3.send('PUT', '/pool/race', { headers: { 'if-none-match': '*' } })),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  it('overwrites with If-Match only an object with that ETag', async () => {
    expect(await s3.send('PUT', '/pool/k', { headers: { 'if-match': '"other"' } })).toMatchObject({ status: 412 });
    expect(await s3.send('PUT', '/pool/none', { headers: { 'if-match': ETAG } })).toMatchObject({ status: 404, code: 'NoSuchKey' });
    expect(await s3.send('PUT', '/pool/k', { body: 'new', headers: { 'if-match': ETAG } })).toMatchObject({ status: 200 });
    expect((await s3.send('GET', '/pool/k')).body).toBe('new');
  });

  it('needs permission to read if an ETag is compared, and has condition keys for the conditions', async () => {
    const { iamRequests } = await s3.send('PUT', '/pool/k', { headers: { 'if-match': ETAG } });
    expect(iamRequests.map(({ action }) => action)).toEqual(['s3:PutObject', 's3:GetObject']);
    expect(iamRequests[0]?.context).toMatchObject({ 's3:if-match': ETAG });
    expect(
      (await s3.send('PUT', '/pool/n', { headers: { 'if-none-match': '*' } })).iamRequests.map(
        ({ context }) => context['s3:if-none-match'],
      ),
    ).toEqual(['*']);
  });

  it('returns 501 for conditions that S3 does not support for a write', async () => {
    for (const headers of [
      { 'if-none-match': ETAG },
      { 'if-none-match': '*', 'if-match': ETAG },
      { 'if-modified-since': PAST },
      { 'if-unmodified-since': PAST },
    ]) {
      expect(await s3.send('PUT', '/pool/k', { body: 'new', headers: Object.fromEntries(Object.entries(headers)) })).toMatchObject({
        status: 501,
      });
    }
    expect((await s3.send('GET', '/pool/k')).body).toBe('hello');
  });

  it('deletes with If-Match only an object with that ETag', async () => {
    const remove = (ifMatch: string, key = 'k') => s3.send('DELETE', `/pool/${key}`, { headers: { 'if-match': ifMatch } });
    expect((await remove('"other"')).status).toBe(412);
    expect((await remove(ETAG, 'none')).status).toBe(404);
    expect((await remove('*')).iamRequests.map(({ action }) => action)).toEqual(['s3:DeleteObject']);
    await s3.send('PUT', '/pool/k', { body: 'hello' });
    expect((await remove(ETAG)).iamRequests.map(({ action }) => action)).toEqual(['s3:DeleteObject', 's3:GetObject']);
    expect((await s3.send('GET', '/pool/k')).code).toBe('NoSuchKey');
  });
});
