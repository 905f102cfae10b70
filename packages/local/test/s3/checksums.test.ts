import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { CHECKSUM_ALGORITHMS, checksum, checksumHeader } from '../../src/checksums.ts';
import { S3Harness } from './s3-harness.ts';

const BODY = Buffer.from('hello');

let s3: S3Harness;
beforeEach(() => {
  s3 = new S3Harness();
});

const put = (headers: Record<string, string>, trailers: Record<string, string> = {}) =>
  s3.send('PUT', '/pool/k', { body: BODY, headers, trailers });
const stored = async () => (await s3.send('GET', '/pool/k', { headers: { 'x-amz-checksum-mode': 'ENABLED' } })).headers;

describe.each(CHECKSUM_ALGORITHMS)('%s', (algorithm) => {
  const header = checksumHeader(algorithm);
  const value = checksum(algorithm, BODY);

  it('is verified, stored, and returned if requested', async () => {
    const { status, headers } = await put({ [header]: value, 'x-amz-sdk-checksum-algorithm': algorithm });
    expect({ status, value: headers[header], type: headers['x-amz-checksum-type'] }).toEqual({ status: 200, value, type: 'FULL_OBJECT' });
    expect(await stored()).toMatchObject({ [header]: value, 'x-amz-checksum-type': 'FULL_OBJECT' });
    expect((await s3.send('GET', '/pool/k')).headers).not.toHaveProperty([header]);
  });

  it('causes BadDigest if it is of another body, and nothing is stored', async () => {
    const other = checksum(algorithm, Buffer.from('other'));
    expect(await put({ [header]: other })).toMatchObject({ status: 400, code: 'BadDigest' });
    expect((await s3.send('GET', '/pool/k')).code).toBe('NoSuchKey');
  });

  it('is rejected if it has the wrong length or is not base64', async () => {
    for (const wrong of ['', 'AA==', `${value}=`, ` ${value}`, '!'.repeat(value.length), value.slice(0, -1)]) {
      expect(await put({ [header]: wrong }), wrong).toMatchObject({ status: 400, code: 'InvalidRequest' });
    }
  });

  it('is read from the trailer of a streamed body too', async () => {
    expect((await put({ 'x-amz-trailer': header, 'x-amz-sdk-checksum-algorithm': algorithm }, { [header]: value })).headers[header]).toBe(
      value,
    );
    expect(await stored()).toHaveProperty([header], value);
  });
});

describe('the checksum of a PutObject', () => {
  it('is rejected if there are two', async () => {
    const crc32 = checksum('CRC32', BODY);
    const sha1 = checksum('SHA1', BODY);
    expect(await put({ 'x-amz-checksum-crc32': crc32, 'x-amz-checksum-sha1': sha1 })).toMatchObject({
      status: 400,
      code: 'InvalidRequest',
    });
    expect(await put({ 'x-amz-checksum-crc32': crc32 }, { 'x-amz-checksum-crc32': crc32 })).toMatchObject({ status: 400 });
  });

  it('must exist and have the declared algorithm if the SDK declares one', async () => {
    expect(await put({ 'x-amz-sdk-checksum-algorithm': 'CRC32' })).toMatchObject({ status: 400, code: 'InvalidRequest' });
    expect(await put({ 'x-amz-sdk-checksum-algorithm': 'SHA1', 'x-amz-checksum-crc32': checksum('CRC32', BODY) })).toMatchObject({
      status: 400,
    });
    expect(await put({ 'x-amz-sdk-checksum-algorithm': 'MD5' })).toMatchObject({ status: 400 });
  });

  it('is CRC64NVME if the client sends none', async () => {
    expect((await put({})).headers).toMatchObject({ 'x-amz-checksum-crc64nvme': checksum('CRC64NVME', BODY) });
  });

  it('causes 501 if its algorithm is not supported', async () => {
    for (const name of ['sha512', 'md5', 'xxhash64', 'xxhash3', 'xxhash128']) {
      expect(await put({ [`x-amz-checksum-${name}`]: 'AAAA' })).toMatchObject({ status: 501 });
    }
  });

  it('is requested by the mode ENABLED only', async () => {
    await put({});
    expect(await s3.send('GET', '/pool/k', { headers: { 'x-amz-checksum-mode': 'enabled' } })).toMatchObject({ status: 400 });
  });

  it('is rejected if it is the one that the SDK presigns by default, of an empty body', async () => {
    const hoisted = { 'x-amz-checksum-crc32': 'AAAAAA==', 'x-amz-sdk-checksum-algorithm': 'CRC32' };
    expect(await s3.send('PUT', '/pool/k', { body: BODY, headers: hoisted, presigned: true })).toMatchObject({
      status: 400,
      code: 'BadDigest',
    });
    expect(await s3.send('PUT', '/pool/k', { body: '', headers: hoisted, presigned: true })).toMatchObject({ status: 200 });
  });
});

describe('Content-MD5', () => {
  const md5 = (body: Buffer) => createHash('md5').update(body).digest('base64');

  it('is verified', async () => {
    expect((await put({ 'content-md5': md5(BODY) })).status).toBe(200);
    expect(await put({ 'content-md5': md5(Buffer.from('other')) })).toMatchObject({ status: 400, code: 'BadDigest' });
    for (const wrong of ['', 'AAAA', createHash('md5').update(BODY).digest('hex')]) {
      expect(await put({ 'content-md5': wrong })).toMatchObject({ status: 400, code: 'InvalidDigest' });
    }
  });

  it('is verified in addition to a checksum', async () => {
    const crc32 = checksum('CRC32', BODY);
    expect((await put({ 'content-md5': md5(BODY), 'x-amz-checksum-crc32': crc32 })).status).toBe(200);
    expect((await put({ 'content-md5': md5(Buffer.from('other')), 'x-amz-checksum-crc32': crc32 })).code).toBe('BadDigest');
  });
});
