import { beforeEach, describe, expect, it } from 'vitest';
import { UploadHarness } from './upload-harness.ts';

const HEADER = 'x-amz-server-side-encryption';
const KEY = 's3:x-amz-server-side-encryption';
const ENCRYPTED = { [HEADER]: 'AES256' };
const COPY = { 'x-amz-copy-source': 'pool/acme/k' };

describe('the encryption condition key', () => {
  let s3: UploadHarness;
  beforeEach(async () => {
    s3 = new UploadHarness();
    await s3.seed({ 'acme/k': 'kept' });
  });

  it.each<[string, string, Record<string, string>]>([
    ['PutObject', 'PUT /pool/acme/f', {}],
    ['CopyObject', 'PUT /pool/acme/f', COPY],
    ['CreateMultipartUpload', 'POST /pool/acme/f?uploads=', {}],
  ])('is present for %s only if the header is sent', async (operation, line, headers) => {
    const [method = '', target = ''] = line.split(' ');
    const keys = async (more: Record<string, string>) => {
      const answer = await s3.send(method, target, { headers: { ...headers, ...more } });
      expect({ status: answer.status, operation: answer.operation }).toEqual({ status: 200, operation });
      return answer.iamRequests.map(({ action, context }) => [action, context[KEY]]);
    };
    const get = operation === 'CopyObject' ? [['s3:GetObject', undefined]] : [];
    expect(await keys({})).toEqual([['s3:PutObject', undefined], ...get]);
    expect(await keys(ENCRYPTED)).toEqual([['s3:PutObject', 'AES256'], ...get]);
  });

  it.each([
    ['with the header', ENCRYPTED, 'AES256'],
    ['without', {}, undefined],
  ])('has the value with which the upload was created, in every request of the upload: %s', async (_, headers, expected) => {
    const id = await s3.create('acme/f', headers);
    const value = async (method: string, target: string, parts: Parameters<UploadHarness['send']>[2] = {}) =>
      (await s3.send(method, target, parts)).iamRequests.map(({ context }) => context[KEY]);
    expect(await value('PUT', `/pool/acme/f?uploadId=${id}&partNumber=1`, { body: 'x' })).toEqual([expected]);
    expect(await value('PUT', `/pool/acme/f?uploadId=${id}&partNumber=1`, { headers: COPY })).toEqual([expected, undefined]);
    const body = '<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>x</ETag></Part></CompleteMultipartUpload>';
    expect(await value('POST', `/pool/acme/f?uploadId=${id}`, { body })).toEqual([expected]);
  });

  it('is absent for an upload of another object and for an unknown id: an upload id alone reveals nothing', async () => {
    const id = await s3.create('acme/f', ENCRYPTED);
    for (const path of [
      `/pool/acme/g?uploadId=${id}`,
      `/other/acme/f?uploadId=${id}`,
      `/none/acme/f?uploadId=${id}`,
      '/pool/acme/f?uploadId=x',
    ]) {
      s3.allows = ({ context }) => context[KEY] === 'AES256';
      const answer = await s3.send('PUT', `${path}&partNumber=1`, { body: 'x' });
      expect([answer.status, answer.iamRequests.map(({ context }) => context[KEY])], path).toEqual([403, [undefined]]);
      s3.allows = () => true;
      expect((await s3.send('PUT', `${path}&partNumber=1`, { body: 'x' })).status, path).toBe(404);
    }
  });

  it('is compatible with a copy of an object to itself, which keeps its metadata', async () => {
    await s3.send('PUT', '/pool/acme/k', { body: 'kept', headers: { 'x-amz-meta-m': '1' } });
    expect((await s3.send('PUT', '/pool/acme/k', { headers: COPY })).code).toBe('InvalidRequest');
    expect((await s3.send('PUT', '/pool/acme/k', { headers: { ...COPY, ...ENCRYPTED } })).status).toBe(200);
    const { body, headers } = await s3.send('GET', '/pool/acme/k');
    expect([body, headers['x-amz-meta-m'], headers[HEADER]]).toEqual(['kept', '1', 'AES256']);
  });
});

describe('an unsupported encryption header', () => {
  let s3: UploadHarness;
  beforeEach(async () => {
    s3 = new UploadHarness();
    await s3.seed({ 'acme/k': 'kept' });
    s3.allows = () => false;
  });

  const writes: readonly (readonly [name: string, method: string, target: string, headers: Record<string, string>])[] = [
    ['PutObject', 'PUT', '/pool/acme/k', {}],
    ['CopyObject', 'PUT', '/pool/acme/k', COPY],
    ['CreateMultipartUpload', 'POST', '/pool/acme/k?uploads=', {}],
  ];
  const values = ['aws:kms', 'aws:kms:dsse', 'aws:fsx', 'aws:backup', 'aes256', 'AES256 ', 'AES256,AES256', 'AES512', ''];

  it.each(writes.flatMap((write) => values.map((value) => [...write, value] as const)))(
    'causes 501 before any permission is checked: %s, %s %s, %j, %j',
    async (_, method, target, headers, value) => {
      const answer = await s3.send(method, target, { headers: { ...headers, [HEADER]: value } });
      expect({ status: answer.status, code: answer.code, iamRequests: answer.iamRequests }).toEqual({
        status: 501,
        code: 'NotImplemented',
        iamRequests: [],
      });
      expect(answer.body).toContain(HEADER);
      s3.allows = () => true;
      expect((await s3.send('GET', '/pool/acme/k')).body).toBe('kept');
      expect((await s3.send('GET', '/pool?uploads=')).body).not.toContain('<Upload>');
    },
  );

  it.each(
    writes.flatMap((write) =>
      ['aws-kms-key-id', 'context', 'bucket-key-enabled', 'customer-algorithm', 'customer-key', 'customer-key-md5', 'x'].map(
        (more) => [...write, `${HEADER}-${more}`] as const,
      ),
    ),
  )('causes 501 together with AES256 too: %s, %s %s, %j, %s', async (_, method, target, headers, name) => {
    const answer = await s3.send(method, target, { headers: { ...headers, ...ENCRYPTED, [name]: 'AES256' } });
    expect({ status: answer.status, code: answer.code }).toEqual({ status: 501, code: 'NotImplemented' });
    expect(answer.body).toContain(`\`${name}\``);
  });

  it.each([
    ['PUT', '/pool/acme/k?uploadId=x&partNumber=1', {}],
    ['PUT', '/pool/acme/k?uploadId=x&partNumber=1', COPY],
    ['POST', '/pool/acme/k?uploadId=x', {}],
    ['GET', '/pool/acme/k', {}],
    ['HEAD', '/pool/acme/k', {}],
    ['DELETE', '/pool/acme/k', {}],
    ['PUT', '/pool', {}],
  ])('causes 501 for an operation that does not support it: %s %s, %j', async (method, target, headers) => {
    expect((await s3.send(method, target, { headers: { ...headers, ...ENCRYPTED } })).status).toBe(501);
  });

  it('causes 501 as a query parameter of a request that is not presigned', async () => {
    expect((await s3.send('PUT', `/pool/acme/k?${HEADER}=AES256`, { body: 'x' })).status).toBe(501);
  });

  it('is ignored in a trailer', async () => {
    s3.allows = () => true;
    const { iamRequests } = await s3.send('PUT', '/pool/acme/k', { body: 'x', trailers: ENCRYPTED });
    expect(iamRequests.map(({ context }) => context[KEY])).toEqual([undefined]);
  });
});
