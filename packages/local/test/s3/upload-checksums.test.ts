import { beforeEach, describe, expect, it } from 'vitest';
import { checksum, checksumBytes } from '../../src/checksums.ts';
import { first, type Named, UploadHarness } from './upload-harness.ts';

const BIG = Buffer.alloc(5 * 1024 * 1024, 'a');
const SMALL = Buffer.from('the end');
const SHA1 = (body: Buffer) => checksum('SHA1', body);

let s3: UploadHarness;
beforeEach(() => {
  s3 = new UploadHarness();
});

describe('the checksum of an upload', () => {
  it("is composed of the parts' checksums, which the completion must list", async () => {
    const id = await s3.create('acme/f', { 'x-amz-checksum-algorithm': 'SHA1' });
    const one = await s3.upload(id, 1, BIG, { headers: { 'x-amz-checksum-sha1': SHA1(BIG) } });
    const two = await s3.upload(id, 2, SMALL, { headers: { 'x-amz-checksum-sha1': SHA1(SMALL) } });
    const named = (value: string) => `<ChecksumSHA1>${value}</ChecksumSHA1>`;
    expect(
      await s3.complete(id, [
        [1, one],
        [2, two],
      ]),
    ).toMatchObject({ status: 400, code: 'InvalidRequest' });
    expect(
      await s3.complete(id, [
        [1, one, named(SHA1(BIG))],
        [2, two, named(SHA1(BIG))],
      ]),
    ).toMatchObject({ status: 400, code: 'InvalidPart' });
    const whole = `${SHA1(Buffer.concat([checksumBytes('SHA1', BIG), checksumBytes('SHA1', SMALL)]))}-2`;
    const parts: Named[] = [
      [1, one, named(SHA1(BIG))],
      [2, two, named(SHA1(SMALL))],
    ];
    expect(await s3.complete(id, parts, { 'x-amz-checksum-sha1': `${SHA1(BIG)}-2` })).toMatchObject({ status: 400, code: 'BadDigest' });
    const { body } = await s3.complete(id, parts, { 'x-amz-checksum-sha1': whole });
    expect([first(body, 'ChecksumSHA1'), first(body, 'ChecksumType')]).toEqual([whole, 'COMPOSITE']);
    const mode = { headers: { 'x-amz-checksum-mode': 'ENABLED' } };
    expect((await s3.send('HEAD', '/pool/acme/f', mode)).headers).toMatchObject({
      'x-amz-checksum-sha1': whole,
      'x-amz-checksum-type': 'COMPOSITE',
    });
    expect((await s3.send('GET', '/pool/acme/f?partNumber=2', mode)).headers).toMatchObject({ 'x-amz-checksum-sha1': SHA1(SMALL) });
  });

  it.each(['CRC32', 'CRC32C', 'CRC64NVME'] as const)('is of the whole object for FULL_OBJECT and %s', async (algorithm) => {
    const id = await s3.create('acme/f', { 'x-amz-checksum-algorithm': algorithm, 'x-amz-checksum-type': 'FULL_OBJECT' });
    const parts: Named[] = [
      [1, await s3.upload(id, 1, BIG)],
      [2, await s3.upload(id, 2, SMALL)],
    ];
    const whole = checksum(algorithm, Buffer.concat([BIG, SMALL]));
    const header = `x-amz-checksum-${algorithm.toLowerCase()}`;
    expect((await s3.complete(id, parts, { [header]: checksum(algorithm, SMALL) })).code).toBe('BadDigest');
    expect((await s3.complete(id, parts, { [header]: whole, 'x-amz-checksum-type': 'COMPOSITE' })).code).toBe('InvalidRequest');
    expect(first((await s3.complete(id, parts, { [header]: whole })).body, `Checksum${algorithm}`)).toBe(whole);
  });

  it('rejects a part with another algorithm, with no checksum, or with a wrong one', async () => {
    const id = await s3.create('acme/f', { 'x-amz-checksum-algorithm': 'SHA256' });
    const part = (headers: Record<string, string>) => s3.send('PUT', `/pool/acme/f?uploadId=${id}&partNumber=1`, { body: SMALL, headers });
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
  ])('cannot be %j', async (headers) => {
    expect(await s3.send('POST', '/pool/acme/f?uploads=', { headers: Object.fromEntries(Object.entries(headers)) })).toMatchObject({
      status: 400,
    });
  });
});
