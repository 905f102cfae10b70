import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asBytes, handSign } from './signature/hand-signer.ts';
import { Recorder } from './signature/recorder.ts';

let recorder: Recorder;
beforeAll(async () => {
  recorder = await Recorder.start();
});
afterAll(() => recorder.close());

function request(line: string, headers: readonly string[] = [], body = ''): string {
  return [line, `host: ${recorder.host}`, 'connection: close', ...headers, '', body].join('\r\n');
}

async function statusOf(bytes: string | Buffer): Promise<number> {
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(await recorder.raw(bytes))?.[1]);
}

describe('an anonymous request', () => {
  it.each([
    ['a broken percent escape in the path', 'GET /pool/%zz HTTP/1.1'],
    ['a percent sign at the end of the path', 'GET /pool/% HTTP/1.1'],
    ['a broken percent escape in the query', 'GET /pool?prefix=%f HTTP/1.1'],
    ['a broken percent escape in a signature', 'GET /pool?X-Amz-Signature=%&X-Amz-Algorithm=%zz HTTP/1.1'],
    ['a parameter twice', 'GET /pool?prefix=a&prefix=b HTTP/1.1'],
    ['a parameter twice, spelt in two ways', 'GET /pool?prefix=a&pref%69x=b HTTP/1.1'],
    ['a parameter twice, in two cases', 'GET /pool?x-amz-date=a&X-Amz-Date=b HTTP/1.1'],
    ['a plus in the query', 'GET /pool?prefix=a+b HTTP/1.1'],
    ['an empty parameter', 'GET /pool?a&&b HTTP/1.1'],
    ['a parameter without a name', 'GET /pool?=b HTTP/1.1'],
    ['an absolute target', 'GET http://evil.example/pool HTTP/1.1'],
    ['an asterisk as the target', 'OPTIONS * HTTP/1.1'],
    ['an empty credential', 'GET /pool?X-Amz-Credential= HTTP/1.1'],
  ])('with %s is answered with 400', async (_, line) => {
    expect(await statusOf(request(line))).toBe(400);
  });

  it.each([
    ['a header twice', ['x-amz-date: a', 'x-amz-date: b']],
    ['the host twice', ['Host: evil.example']],
    ['two signatures', ['authorization: AWS4-HMAC-SHA256 a', 'authorization: AWS4-HMAC-SHA256 b']],
    ['a broken signature', ['authorization: AWS4-HMAC-SHA256 %zz=%%']],
    ['a target that is none', ['authorization: AWS4-HMAC-SHA256', 'x-amz-target: DynamoDB_20120810.%zz']],
  ])('with %s is answered with 400', async (_, headers) => {
    expect(await statusOf(request('GET /pool HTTP/1.1', headers))).toBe(400);
  });

  it('with a body that ends early, and one that is no HTTP at all, leave the server at work', async () => {
    await recorder.raw('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\nconnection: close\r\n\r\nshort'.replace('100', '5'));
    expect(await statusOf('nonsense\r\n\r\n')).toBe(400);
    expect(await statusOf(request('GET /pool/f HTTP/1.1'))).toBe(403);
  });

  it('whose client goes away before it is whole is recorded as refused, and is no failure of ours', async () => {
    const warnings: unknown[] = [];
    const warn = (warning: unknown): unknown => warnings.push(warning);
    process.on('warning', warn);
    recorder.calls.length = 0;
    const socket = connect(Number(new URL(recorder.url).port), '127.0.0.1');
    socket.write(`PUT /pool/f HTTP/1.1\r\nhost: ${recorder.host}\r\ncontent-length: 100\r\nexpect: 100-continue\r\n\r\n`);
    await once(socket, 'data');
    socket.destroy();
    while (recorder.calls.length === 0) await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', warn);
    expect(recorder.calls).toMatchObject([{ decision: 'refused', operation: 'unknown' }]);
    expect(warnings).toEqual([]);
  });

  it('is recorded as refused, and so is a signed one that is not understood', async () => {
    recorder.calls.length = 0;
    await statusOf(request('GET /pool/%zz HTTP/1.1'));
    await statusOf(asBytes(handSign({ headers: { host: recorder.host }, region: 'eu-west-1' })));
    expect(recorder.calls.map(({ decision, accessKeyId }) => [decision, accessKeyId])).toEqual([
      ['refused', ''],
      ['refused', 'AKIAIOSFODNN7EXAMPLE'],
    ]);
  });
});

describe('a signed request', () => {
  it.each(['prefix=%FF', 'prefix=%C0%AF', '%FF=1'])('is refused where its query %j is not UTF-8', async (query) => {
    expect((await recorder.send(handSign({ headers: { host: recorder.host }, query }))).status).toBe(400);
  });

  it('is refused where a header is not UTF-8', async () => {
    const wire = handSign({ headers: { host: recorder.host, 'content-type': 'text/\u00e9' } });
    expect((await recorder.send(wire)).status).toBe(400);
  });

  it('keeps its path as it is: dots and slashes are characters of a key', async () => {
    for (const path of ['/pool/acme/../globex/f', '/pool//f', '/pool/./f', '/pool/%2e%2e/f', '/pool/a%2Fb']) {
      expect((await recorder.accepts(handSign({ headers: { host: recorder.host }, path })))?.rawPath).toBe(path);
    }
  });

  it('carries a request id on every answer, also the refused', async () => {
    const good = await recorder.send(handSign({ headers: { host: recorder.host } }));
    const bad = await recorder.send({ method: 'GET', target: '/pool/f', headers: { host: recorder.host } });
    for (const { headers } of [good, bad]) {
      expect(headers['x-amz-request-id']).toMatch(/^[0-9a-f-]{36}$/);
      expect(headers['x-amzn-requestid']).toBe(headers['x-amz-request-id']);
    }
    expect(bad.body).toContain(bad.headers['x-amz-request-id']);
  });

  it('gets no body in answer to HEAD, even when it is refused', async () => {
    const answer = await recorder.raw(asBytes({ ...handSign({ method: 'HEAD', headers: { host: recorder.host }, region: 'eu-west-1' }) }));
    expect(answer).toMatch(/^HTTP\/1\.1 400/);
    expect(answer.split('\r\n\r\n')[1]).toBe('');
  });

  it('is denied where its operation asks for no right at all, but in STS: that would be a mistake of ours', async () => {
    const { authorize } = recorder;
    recorder.authorize = [];
    const of = async (service: string): Promise<number> =>
      (await recorder.send(handSign({ method: 'POST', path: '/', service, headers: { host: recorder.host } }))).status;
    expect([await of('s3'), await of('dynamodb'), await of('sts')]).toEqual([403, 403, 200]);
    recorder.authorize = authorize;
  });

  it.each([204, 304])('gets neither body nor length with a %i', async (status) => {
    recorder.execute = () => ({ status, body: 'never sent' });
    const answer = await recorder.raw(asBytes(handSign({ method: 'DELETE', headers: { host: recorder.host } })));
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status}`));
    expect(answer.toLowerCase()).not.toContain('content-length');
    expect(answer.split('\r\n\r\n')[1]).toBe('');
  });

  it('is answered with 500, and told nothing, where an operation fails as nobody foresaw; the next one is served', async () => {
    const warned = once(process, 'warning');
    recorder.execute = () => {
      throw new RangeError('the secret of the house');
    };
    const answer = await recorder.send(handSign({ headers: { host: recorder.host } }));
    expect(answer.status).toBe(500);
    expect(answer.code).toBe('InternalError');
    expect(answer.body).not.toContain('secret');
    expect(String(await warned)).toContain('the secret of the house');
    recorder.execute = () => ({ status: 200 });
    expect((await recorder.send(handSign({ headers: { host: recorder.host } }))).status).toBe(200);
  });

  it('loses its connection where the answer cannot be written; the next one is served', async () => {
    recorder.execute = () => ({ status: 200, headers: { 'x-bad': 'a\r\nb' } });
    await expect(recorder.send(handSign({ headers: { host: recorder.host } }))).rejects.toMatchObject({ code: 'ECONNRESET' });
    recorder.execute = () => ({ status: 200 });
    expect((await recorder.send(handSign({ headers: { host: recorder.host } }))).status).toBe(200);
  });
});
