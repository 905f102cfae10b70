import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { S3Harness } from './s3-harness.ts';

let s3: S3Harness;
beforeEach(async () => {
  s3 = new S3Harness();
  await put('mine', 'tenant=acme');
});

const K = '/pool/shared/k';
const put = (body: string, tags: string) => s3.send('PUT', K, { body, headers: { 'x-amz-tagging': tags } });
const CHANGES: readonly (readonly [name: string, change: () => Promise<unknown>])[] = [
  ['is replaced', () => put('theirs', 'tenant=globex')],
  ['is tagged', () => retag('globex')],
  ['is deleted', () => s3.send('DELETE', K)],
  [
    'is deleted and created again',
    async () => {
      await s3.send('DELETE', K);
      await put('theirs', 'tenant=globex');
    },
  ],
];

function tagging(tenant: string) {
  const body = `<Tagging><TagSet><Tag><Key>tenant</Key><Value>${tenant}</Value></Tag></TagSet></Tagging>`;
  return { body, headers: { 'content-md5': createHash('md5').update(body).digest('base64') } };
}

const retag = (tenant: string) => s3.send('PUT', `${K}?tagging=`, tagging(tenant));
const tags = async () => (await s3.send('GET', `${K}?tagging=`)).body;

describe.each(CHANGES)('an object that %s between the decision and the execution', (_, change) => {
  it.each<[string, string, Record<string, string>]>([
    ['GET', K, {}],
    ['GET', `${K}?versionId=null`, {}],
    ['GET', `${K}?partNumber=1`, {}],
  ])('is read by %s %s as it was decided', async (method, target, headers) => {
    const execute = await s3.decide(method, target, { headers });
    await change();
    expect((await execute()).body).toBe('mine');
  });

  it('has its tags, its attributes and its number of tags read as they were decided', async () => {
    const getTags = await s3.decide('GET', `${K}?tagging=`);
    const attributes = await s3.decide('GET', `${K}?attributes=`, { headers: { 'x-amz-object-attributes': 'ObjectSize' } });
    const head = await s3.decide('HEAD', K);
    await change();
    expect((await getTags()).body).toContain('<Value>acme</Value>');
    expect((await attributes()).body).toContain('<ObjectSize>4</ObjectSize>');
    expect((await head()).headers).toMatchObject({ 'content-length': '4', 'x-amz-tagging-count': '1' });
  });

  it('is copied as it was decided, with its tags, by CopyObject and by UploadPartCopy', async () => {
    const { body } = await s3.send('POST', '/pool/acme/f?uploads=');
    const id = /<UploadId>(.*?)</.exec(body)?.[1] ?? '';
    const headers = { 'x-amz-copy-source': 'pool/shared/k' };
    const copy = await s3.decide('PUT', '/pool/acme/copy', { headers });
    const part = await s3.decide('PUT', `/pool/acme/f?uploadId=${id}&partNumber=1`, { headers });
    await change();
    expect((await copy()).status).toBe(200);
    expect((await s3.send('GET', '/pool/acme/copy')).body).toBe('mine');
    expect((await s3.send('GET', '/pool/acme/copy?tagging=')).body).toContain('<Value>acme</Value>');
    expect((await part()).body).toContain(createHash('md5').update('mine').digest('hex'));
  });

  it('is not tagged by a request that was decided with other tags', async () => {
    const write = await s3.decide('PUT', `${K}?tagging=`, tagging('stolen'));
    const remove = await s3.decide('DELETE', `${K}?tagging=`);
    const named = await s3.decide('DELETE', `${K}?tagging=&versionId=null`);
    await change();
    const before = await tags();
    for (const execute of [write, remove, named]) expect(await execute()).toMatchObject({ status: 409, code: 'OperationAborted' });
    expect(await tags()).toBe(before);
  });

  it.each(['"other"', `"${createHash('md5').update('theirs').digest('hex')}"`])(
    'is not compared with the ETag %s by a request that was decided with other tags',
    async (etag) => {
      const parts = { body: 'overwritten', headers: { 'if-match': etag } };
      const writes = [await s3.decide('PUT', K, parts), await s3.decide('DELETE', K, { headers: parts.headers })];
      await change();
      for (const execute of writes) expect(await execute()).toMatchObject({ status: 409, code: 'ConditionalRequestConflict' });
      expect((await s3.send('GET', K)).body).not.toBe('overwritten');
    },
  );
});

describe('an object that is replaced by one with the same tags', () => {
  it('is tagged, and compared with an ETag: the decision is the same', async () => {
    const write = await s3.decide('PUT', `${K}?tagging=`, tagging('acme-2'));
    const compare = await s3.decide('DELETE', K, { headers: { 'if-match': `"${createHash('md5').update('mine').digest('hex')}"` } });
    await put('mine too', 'tenant=acme');
    expect((await compare()).code).toBe('PreconditionFailed');
    expect((await write()).status).toBe(200);
    expect(await tags()).toContain('<Value>acme-2</Value>');
  });
});

describe('an object that is created between the decision and the execution', () => {
  it('is missing for reads, and is not tagged', async () => {
    await s3.send('DELETE', K);
    const requests = [await s3.decide('GET', K), await s3.decide('GET', `${K}?tagging=`)];
    const write = await s3.decide('PUT', `${K}?tagging=`, tagging('stolen'));
    await put('theirs', 'tenant=globex');
    for (const execute of requests) expect((await execute()).code).toBe('NoSuchKey');
    expect((await write()).code).toBe('OperationAborted');
    expect(await tags()).toContain('<Value>globex</Value>');
  });
});
