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

describe('a malformed or unsigned request', () => {
  it.each([
    ['a broken percent escape in the path', 'GET /pool/%zz HTTP/1.1'],
    ['a percent sign at the end of the path', 'GET /pool/% HTTP/1.1'],
    ['a broken percent escape in the query', 'GET /pool?prefix=%f HTTP/1.1'],
    ['a broken percent escape in a signature', 'GET /pool?X-Amz-Signature=%&X-Amz-Algorithm=%zz HTTP/1.1'],
    ['a repeated parameter', 'GET /pool?prefix=a&prefix=b HTTP/1.1'],
    ['a repeated parameter in another encoding', 'GET /pool?prefix=a&pref%69x=b HTTP/1.1'],
    ['a repeated parameter in another case', 'GET /pool?x-amz-date=a&X-Amz-Date=b HTTP/1.1'],
    ['a plus in the query', 'GET /pool?prefix=a+b HTTP/1.1'],
    ['an empty parameter', 'GET /pool?a&&b HTTP/1.1'],
    ['a parameter without a name', 'GET /pool?=b HTTP/1.1'],
    ['an absolute request target', 'GET http://evil.example/pool HTTP/1.1'],
    ['the request target *', 'OPTIONS * HTTP/1.1'],
    ['an empty credential', 'GET /pool?X-Amz-Credential= HTTP/1.1'],
  ])('is refused with 400 for %s', async (_, line) => {
    expect(await statusOf(request(line))).toBe(400);
  });

  it.each([
    ['a repeated header', ['x-amz-date: a', 'x-amz-date: b']],
    ['a second host', ['Host: evil.example']],
    ['two signatures', ['authorization: AWS4-HMAC-SHA256 a', 'authorization: AWS4-HMAC-SHA256 b']],
    ['a broken signature', ['authorization: AWS4-HMAC-SHA256 %zz=%%']],
    ['an invalid x-amz-target', ['authorization: AWS4-HMAC-SHA256', 'x-amz-target: DynamoDB_20120810.%zz']],
  ])('is refused with 400 for %s', async (_, headers) => {
    expect(await statusOf(request('GET /pool HTTP/1.1', headers))).toBe(400);
  });

  it('does not stop the server with a truncated body, or with bytes that are not HTTP', async () => {
    await recorder.raw('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\nconnection: close\r\n\r\nshort'.replace('100', '5'));
    expect(await statusOf('nonsense\r\n\r\n')).toBe(400);
    expect(await statusOf(request('GET /pool/f HTTP/1.1'))).toBe(403);
  });

  it('is recorded as refused, without a warning, if the client disconnects before the end of the body', async () => {
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

  it('is recorded as refused if it is malformed; a signed request for another region is recorded as refused with its key', async () => {
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
  it.each(['prefix=%FF', 'prefix=%C0%AF', '%FF=1'])('is refused if its query is not UTF-8: %j', async (query) => {
    expect((await recorder.send(handSign({ headers: { host: recorder.host }, query }))).status).toBe(400);
  });

  it('is refused if a header is not UTF-8', async () => {
    const headers = { host: recorder.host, 'content-type': 'text/\u00e9' };
    expect(await recorder.send(handSign({ headers, signedEncoding: 'latin1' }))).toMatchObject({ status: 400, code: 'InvalidArgument' });
    expect(await recorder.send(handSign({ headers }))).toMatchObject({ status: 403, code: 'SignatureDoesNotMatch' }); // other bytes than were signed
  });

  it('keeps its path unchanged: dots and slashes can be part of an object key', async () => {
    for (const path of ['/pool/acme/../globex/f', '/pool//f', '/pool/./f', '/pool/%2e%2e/f', '/pool/a%2Fb']) {
      expect((await recorder.accepts(handSign({ headers: { host: recorder.host }, path })))?.rawPath).toBe(path);
    }
  });

  it('gets a request id with every response, including refusals', async () => {
    const good = await recorder.send(handSign({ headers: { host: recorder.host } }));
    const bad = await recorder.send({ method: 'GET', target: '/pool/f', headers: { host: recorder.host } });
    for (const { headers } of [good, bad]) {
      expect(headers['x-amz-request-id']).toMatch(/^[0-9a-f-]{36}$/);
      expect(headers['x-amzn-requestid']).toBe(headers['x-amz-request-id']);
    }
    expect(bad.body).toContain(bad.headers['x-amz-request-id']);
  });

  it('gets no body in a response to HEAD, including refusals', async () => {
    const response = await recorder.raw(
      asBytes({ ...handSign({ method: 'HEAD', headers: { host: recorder.host }, region: 'eu-west-1' }) }),
    );
    expect(response).toMatch(/^HTTP\/1\.1 400/);
    expect(response.split('\r\n\r\n')[1]).toBe('');
  });

  it('is denied if its operation requires no permission, which only STS operations may do', async () => {
    const { authorize } = recorder;
    recorder.authorize = [];
    const of = async (service: string): Promise<number> =>
      (await recorder.send(handSign({ method: 'POST', path: '/', service, headers: { host: recorder.host } }))).status;
    expect([await of('s3'), await of('dynamodb'), await of('sts')]).toEqual([403, 403, 200]);
    recorder.authorize = authorize;
  });

  it.each([204, 304])('gets neither a body nor a content-length with status %i', async (status) => {
    recorder.execute = () => ({ status, body: 'never sent' });
    const response = await recorder.raw(asBytes(handSign({ method: 'DELETE', headers: { host: recorder.host } })));
    expect(response).toMatch(new RegExp(`^HTTP/1\\.1 ${status}`));
    expect(response.toLowerCase()).not.toContain('content-length');
    expect(response.split('\r\n\r\n')[1]).toBe('');
  });

  it('gets a 500 without details if its operation throws an unexpected error; the next request succeeds', async () => {
    const warning = once(process, 'warning');
    recorder.execute = () => {
      throw new RangeError('an internal secret');
    };
    const response = await recorder.send(handSign({ headers: { host: recorder.host } }));
    expect(response.status).toBe(500);
    expect(response.code).toBe('InternalError');
    expect(response.body).not.toContain('secret');
    expect(String(await warning)).toContain('an internal secret');
    recorder.execute = () => ({ status: 200 });
    expect((await recorder.send(handSign({ headers: { host: recorder.host } }))).status).toBe(200);
  });

  it('loses its connection if the response cannot be written; the next request succeeds', async () => {
    recorder.execute = () => ({ status: 200, headers: { 'x-bad': 'a\r\nb' } });
    await expect(recorder.send(handSign({ headers: { host: recorder.host } }))).rejects.toMatchObject({ code: 'ECONNRESET' });
    recorder.execute = () => ({ status: 200 });
    expect((await recorder.send(handSign({ headers: { host: recorder.host } }))).status).toBe(200);
  });
});

describe('a request for a service that the local AWS does not have', () => {
  const named = (service: string, more: Partial<Parameters<typeof handSign>[0]> = {}) =>
    handSign({ headers: { host: recorder.host, ...more.headers }, service, ...more });

  it.each([
    ['secretsmanager', { method: 'POST', headers: { 'content-type': 'application/x-amz-json-1.1' }, body: '{}' }],
    ['states', { method: 'POST', headers: { 'content-type': 'application/x-amz-json-1.0' }, body: '{}' }],
    ['lambda', { method: 'GET', path: '/2015-03-31/functions/f' }],
  ])('gets an error in JSON, which names the service: %s', async (service, more) => {
    const host = { host: recorder.host };
    const headers = 'headers' in more ? { ...host, ...more.headers } : host;
    const { status, body } = await recorder.send(named(service, { ...more, headers }));

    expect(status).toBe(501);
    expect(JSON.parse(body)).toEqual({
      __type: 'NotImplemented',
      message: `The service ${service} is not supported by the local AWS`,
    });
  });

  it.each([
    ['iam', { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'Action=ListRoles' }],
    ['route53', { method: 'GET', path: '/2013-04-01/hostedzone' }],
  ])('gets an error in XML, if its clients read XML: %s', async (service, more) => {
    const host = { host: recorder.host };
    const headers = 'headers' in more ? { ...host, ...more.headers } : host;
    const { status, body } = await recorder.send(named(service, { ...more, headers }));

    expect(status).toBe(501);
    expect(body).toContain(`<Message>The service ${service} is not supported by the local AWS</Message>`);
  });
});
