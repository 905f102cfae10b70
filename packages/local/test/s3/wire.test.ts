import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checksum } from '../../src/checksums.ts';
import type { LocalAws } from '../../src/index.ts';
import { start } from '../start-aws.ts';
import { asBytes, handSign, type ToSign } from '../signature/hand-signer.ts';
import { NOW } from '../signature/recorder.ts';

let aws: LocalAws;
beforeAll(async () => {
  aws = await start({ clock: () => NOW });
  await send({ method: 'PUT', path: '/pool/k', body: 'hello' });
  await send({ method: 'PUT', path: '/pool/globex/x', body: 'theirs' });
});
afterAll(() => aws.close());

/** Sends a signed request over a socket, and returns every byte of the response. */
async function send(request: Omit<ToSign, 'headers'> & { readonly headers?: Readonly<Record<string, string>> }) {
  const { host, port } = new URL(aws.url);
  const bytes = asBytes(handSign({ ...request, headers: { host, ...request.headers }, keys: aws.admin }));
  const socket = connect(Number(port), '127.0.0.1');
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  socket.write(bytes);
  await once(socket, 'close');
  const [head = '', body = ''] = Buffer.concat(chunks).toString('latin1').split('\r\n\r\n', 2);
  const headers = new Map(
    head
      .split('\r\n')
      .slice(1)
      .map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  );
  return { status: Number(head.split(' ')[1]), headers, body };
}

describe('the HTTP interface of S3', () => {
  it('returns a 304 and a 204 without a body and without a length', async () => {
    const unmodified = await send({ path: '/pool/k', headers: { 'if-none-match': '*' } });
    expect([unmodified.status, unmodified.body, unmodified.headers.has('content-length')]).toEqual([304, '', false]);
    expect(unmodified.headers.get('etag')).toBe('"5d41402abc4b2a76b9719d911017c592"');
    const deleted = await send({ method: 'DELETE', path: '/pool/none' });
    expect([deleted.status, deleted.body, deleted.headers.has('content-length')]).toEqual([204, '', false]);
  });

  it("responds to a HEAD with the object's length, and without a body to a HEAD that fails", async () => {
    const head = await send({ method: 'HEAD', path: '/pool/k' });
    expect([head.status, head.headers.get('content-length'), head.body]).toEqual([200, '5', '']);
    for (const path of ['/pool/none', '/none', '/POOL', '/pool/k%zz', '/pool/k?acl=']) {
      const [rawPath, query] = path.split('?');
      const error = await send({ method: 'HEAD', path: rawPath ?? '', query: query ?? '' });
      expect([error.status >= 400, error.body, error.headers.get('x-amz-request-id')], path).toEqual([
        true,
        '',
        expect.stringMatching(/.+/),
      ]);
    }
  });

  it('returns one request id in every response', async () => {
    for (const request of [{ path: '/pool/k' }, { path: '/pool/none' }, { method: 'DELETE', path: '/pool/none' }, { method: 'PATCH' }]) {
      const { headers, body } = await send(request);
      const id = headers.get('x-amz-request-id');
      expect(id).toMatch(/^[0-9a-f-]{36}$/);
      if (body.includes('<RequestId>')) expect(body).toContain(`<RequestId>${id}</RequestId>`);
    }
  });

  it('does not resolve dots in a path', async () => {
    for (const path of ['/pool/acme/../globex/x', '/pool/acme/%2e%2e/globex/x', '/pool/acme/%2E./globex/x']) {
      await send({ method: 'PUT', path, body: 'mine' });
    }
    expect((await send({ path: '/pool/globex/x' })).body).toBe('theirs');
    expect((await send({ path: '/pool/acme/../globex/x' })).body).toBe('mine');
  });

  it('does not turn a put into a copy because of a trailer', async () => {
    const crc32 = checksum('CRC32', Buffer.from('hello'));
    const streamed = (trailers: string, declared: string) =>
      send({
        method: 'PUT',
        path: '/pool/acme/new',
        body: `5\r\nhello\r\n0\r\n${trailers}\r\n`,
        payloadHash: 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
        headers: {
          'content-encoding': 'aws-chunked',
          'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
          'x-amz-decoded-content-length': '5',
          'x-amz-trailer': declared,
        },
      });
    const copy = 'x-amz-copy-source:pool/globex/x\r\n';
    const sum = `x-amz-checksum-crc32:${crc32}\r\n`;
    expect((await streamed(copy, 'x-amz-copy-source')).status).toBe(400);
    expect((await streamed(sum + copy, 'x-amz-checksum-crc32')).status).toBe(400);
    expect((await send({ path: '/pool/acme/new' })).status).toBe(404);
    const put = await streamed(sum, 'x-amz-checksum-crc32');
    expect([put.status, put.headers.get('x-amz-checksum-crc32')]).toEqual([200, crc32]);
    expect((await send({ path: '/pool/acme/new' })).body).toBe('hello');
  });

  it('rejects two encryption headers', async () => {
    const twice = await send({
      method: 'PUT',
      path: '/pool/twice',
      body: 'x',
      headers: { 'x-amz-server-side-encryption': 'AES256', 'X-Amz-Server-Side-Encryption': 'AES256' },
    });
    expect([twice.status, twice.body]).toEqual([400, expect.stringContaining('A header occurs more than once.')]);
    expect((await send({ method: 'HEAD', path: '/pool/twice' })).status).toBe(404);
  });

  it('rejects an override that would split a header', async () => {
    const { status, headers } = await send({ path: '/pool/k', query: 'response-content-type=a%0D%0Aset-cookie%3A%20b' });
    expect([status, headers.has('set-cookie')]).toEqual([400, false]);
  });

  it('returns 400 for every kind of malformed XML', async () => {
    for (const body of ['<Delete>', '<!DOCTYPE a><Delete/>', '\xff\xfe', '&', '<Delete/><Delete/>', '{"Objects":[]}']) {
      const { status, body: answer } = await send({ method: 'POST', path: '/pool', query: 'delete=', body });
      expect([status, answer], body).toEqual([400, expect.stringContaining('MalformedXML')]);
    }
  });
});
