import { beforeEach, describe, expect, it } from 'vitest';
import { VersionHarness } from './version-harness.ts';

const ABSENT_ID = '0000000zAAAAAAAAAAAAAAAAAAAAAAAA';
const K = '/pool/acme/k';

let s3: VersionHarness;
beforeEach(async () => {
  s3 = new VersionHarness();
  await s3.setVersioning('Enabled');
});

describe('a copy of a version', () => {
  it('copies a version, with permission for that version, and restores it over the current one', async () => {
    const one = await s3.put('one', K, { headers: { 'x-amz-tagging': 'a=1' } });
    await s3.put('two');
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
    await s3.put('kept');
    const marker = (await s3.send('DELETE', K)).headers['x-amz-version-id'];
    const copy = (source: string) => s3.send('PUT', '/pool/acme/copy', { headers: { 'x-amz-copy-source': source } });
    expect(await copy(`pool/acme/k?versionId=${marker}`)).toMatchObject({ status: 400, code: 'InvalidRequest' });
    expect(await copy('pool/acme/k')).toMatchObject({ status: 404, code: 'NoSuchKey' });
    expect((await copy(`pool/acme/k?versionId=${ABSENT_ID}`)).code).toBe('NoSuchVersion');
  });
});
