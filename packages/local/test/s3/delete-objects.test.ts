import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { checksum } from '../../src/checksums.ts';
import { S3Harness } from './s3-harness.ts';

let s3: S3Harness;
beforeEach(async () => {
  s3 = new S3Harness();
  await s3.seed({ 'acme/a': '1', 'acme/b': '2', 'globex/x': 'theirs' });
});

const deletion = (keys: readonly string[], more = '') =>
  `<Delete>${keys.map((key) => `<Object><Key>${key}</Key></Object>`).join('')}${more}</Delete>`;
const md5 = (body: string) => createHash('md5').update(body).digest('base64');
const send = (body: string, headers: Record<string, string> = { 'content-md5': md5(body) }) =>
  s3.send('POST', '/pool?delete=', { body, headers });
const left = async () => {
  s3.allows = () => true;
  const { body } = await s3.send('GET', '/pool?list-type=2');
  return [...body.matchAll(/<Key>(.*?)<\/Key>/g)].map(([, key]) => key);
};

describe('DeleteObjects', () => {
  it('reports existing and missing keys as deleted', async () => {
    const { status, body } = await send(deletion(['acme/a', 'acme/none']));
    expect(status).toBe(200);
    expect(body).toContain('<Deleted><Key>acme/a</Key></Deleted><Deleted><Key>acme/none</Key></Deleted>');
    expect(await left()).toEqual(['acme/b', 'globex/x']);
  });

  it('authorises each key separately, deletes the allowed keys and lists the denied ones in a 200', async () => {
    s3.allows = ({ resource }) => resource.startsWith('arn:aws:s3:::pool/acme/');
    const { status, body, iamRequests } = await send(deletion(['acme/a', 'globex/x']));
    expect(status).toBe(200);
    expect(iamRequests.map(({ action, resource }) => [action, resource])).toEqual([
      ['s3:DeleteObject', 'arn:aws:s3:::pool/acme/a'],
      ['s3:DeleteObject', 'arn:aws:s3:::pool/globex/x'],
    ]);
    expect(body).toContain('<Deleted><Key>acme/a</Key></Deleted><Error><Key>globex/x</Key><Code>AccessDenied</Code>');
    expect(await left()).toEqual(['acme/b', 'globex/x']);
  });

  it('deletes nothing if every key is denied', async () => {
    s3.allows = () => false;
    expect((await send(deletion(['acme/a', 'globex/x']))).body.match(/AccessDenied/g)).toHaveLength(2);
    expect(await left()).toHaveLength(3);
  });

  it('lists only failures in quiet mode', async () => {
    s3.allows = ({ resource }) => resource.startsWith('arn:aws:s3:::pool/acme/');
    const { body } = await send(deletion(['acme/a', 'globex/x'], '<Quiet>true</Quiet>'));
    expect(body).not.toContain('<Deleted>');
    expect(body).toContain('<Error><Key>globex/x</Key>');
  });

  it('unescapes a key once: the authorised key is the deleted key', async () => {
    await s3.seed({ 'a&lt;': 'deleted', 'a<': 'kept' });
    const { iamRequests } = await send(deletion(['a&amp;lt;']));
    expect(iamRequests[0]?.resource).toBe('arn:aws:s3:::pool/a&lt;');
    expect(await left()).toEqual(['a&lt;', 'acme/a', 'acme/b', 'globex/x']);
  });

  it('accepts 1 to 1,000 keys', async () => {
    const keys = Array.from({ length: 1001 }, (_, index) => `k${index}`);
    expect((await send(deletion(keys.slice(1)))).status).toBe(200);
    expect(await send(deletion(keys))).toMatchObject({ status: 400, code: 'MalformedXML' });
    expect(await send(deletion([]))).toMatchObject({ status: 400, code: 'MalformedXML' });
  });

  it.each([
    ['an unknown element', '<Delete><Object><Key>a</Key><Path>b</Path></Object></Delete>'],
    ['two keys of one object', '<Delete><Object><Key>acme/a</Key><Key>globex/x</Key></Object></Delete>'],
    ['an object without a key', '<Delete><Object></Object></Delete>'],
    ['two Quiet elements', deletion(['a'], '<Quiet>true</Quiet><Quiet>false</Quiet>')],
    ['a Quiet element that is not a boolean', deletion(['a'], '<Quiet>1</Quiet>')],
  ])('rejects %s', async (_, body) => {
    expect(await send(body)).toMatchObject({ status: 400, code: 'MalformedXML' });
    expect(await left()).toHaveLength(3);
  });

  it.each(['ETag', 'LastModifiedTime', 'Size'])('returns 501 for %s, which it does not support', async (name) => {
    expect(await send(`<Delete><Object><Key>acme/a</Key><${name}>1</${name}></Object></Delete>`)).toMatchObject({ status: 501 });
    expect(await left()).toHaveLength(3);
  });

  it('rejects an empty key and a key that is too long', async () => {
    expect((await send(deletion(['']))).code).toBe('UserKeyMustBeSpecified');
    expect((await send(deletion(['k'.repeat(1025)]))).code).toBe('KeyTooLongError');
  });

  it('requires a correct MD5 or checksum', async () => {
    const body = deletion(['acme/a']);
    expect(await send(body, {})).toMatchObject({ status: 400, code: 'InvalidRequest' });
    expect(await send(body, { 'content-md5': md5('other') })).toMatchObject({ status: 400, code: 'BadDigest' });
    expect(await send(body, { 'content-md5': 'nonsense' })).toMatchObject({ status: 400, code: 'InvalidDigest' });
    expect(await send(body, { 'x-amz-checksum-crc32': 'AAAAAA==' })).toMatchObject({ status: 400, code: 'BadDigest' });
    expect(await left()).toHaveLength(3);
    expect(await send(body, { 'x-amz-checksum-crc32': checksum('CRC32', Buffer.from(body)) })).toMatchObject({ status: 200 });
    expect(await left()).toHaveLength(2);
  });
});
