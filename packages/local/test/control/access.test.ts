import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { handSign } from '../signature/hand-signer.ts';
import { start } from '../start-aws.ts';
import { CONTROL_OPERATIONS } from '../../src/control/operations.ts';
import { type ControlledAws, startControlled } from './control-aws.ts';

let started: ControlledAws;
beforeAll(async () => {
  // The clock of the signatures that `handSign` makes.
  started = await startControlled({ clock: () => Date.parse('2026-11-24T12:00:00Z') }, 'local-aws');
});
afterAll(() => started.aws.close());

const PROTECTED = CONTROL_OPERATIONS.filter(({ open }) => !open).map(({ method, path }) => ({ method, path }));
const bearer = () => ({ authorization: `Bearer ${started.token}` });
const codeOf = ({ json }: { readonly json: unknown }): unknown => (json as { readonly code?: unknown } | undefined)?.code;

describe('the token of the control API', () => {
  it('is needed by every operation except health and the public keys', () => {
    const open = CONTROL_OPERATIONS.filter((operation) => operation.open).map(({ path }) => path);
    expect(open).toEqual(['/_local/health', '/_local/jwks.json']);
    expect(PROTECTED).toHaveLength(9);
  });

  it.each(PROTECTED)('is needed: $method $path', async (target) => {
    const body = target.method === 'PUT' ? '{"s3":{"down":true}}' : undefined;
    const type = { 'content-type': 'application/json' };
    for (const authorization of [
      undefined,
      '',
      'Bearer',
      'Bearer ',
      `Bearer ${started.token.slice(1)}`,
      `Bearer ${started.token}x`,
      `Bearer  ${started.token}`,
      `Basic ${started.token}`,
      started.token,
    ]) {
      const headers = authorization === undefined ? type : { ...type, authorization };
      const response = await started.send({ ...target, headers, body });
      expect([authorization, response.status, codeOf(response)]).toEqual([authorization, 401, 'token_invalid']);
      expect(response.headers['www-authenticate']).toBe('Bearer');
      for (const secret of [started.token, started.aws.admin.accessKeyId, started.aws.admin.secretAccessKey])
        expect(response.text).not.toContain(secret);
    }
    expect(started.faults.take('s3')).toBeUndefined();
  });

  it('is refused twice, in the query, and in a cookie', async () => {
    const { token } = started;
    expect((await started.send({ path: '/_local/admin', headers: { Authorization: [`Bearer ${token}`, `Bearer ${token}`] } })).status).toBe(
      400,
    );
    expect((await started.send({ path: `/_local/admin?token=${token}` })).status).toBe(401);
    expect((await started.send({ path: `/_local/admin?access_token=${token}` })).status).toBe(401);
    expect((await started.send({ path: '/_local/admin', headers: { cookie: `token=${token}` } })).status).toBe(401);
  });

  it('is needed before an unknown path is reported', async () => {
    expect((await started.send({ path: '/_local/nowhere' })).status).toBe(401);
    expect((await started.control('GET', '/_local/nowhere')).status).toBe(404);
  });

  it('accepts the scheme in any case', async () => {
    expect((await started.send({ path: '/_local/admin', headers: { authorization: `bearer ${started.token}` } })).status).toBe(200);
  });
});

describe('a web page', () => {
  it.each([
    ...PROTECTED,
    { method: 'GET', path: '/_local/health' },
    { method: 'OPTIONS', path: '/_local/admin' },
    { method: 'OPTIONS', path: '/_local/health' },
  ])('cannot use $method $path, even with the token', async (target) => {
    for (const origin of ['https://evil.example', 'null', started.aws.url, '']) {
      const response = await started.send({ ...target, headers: { ...bearer(), origin } });
      expect([response.status, codeOf(response)]).toEqual([403, 'origin_refused']);
      expect(Object.keys(response.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
    }
    const site = { ...bearer(), 'sec-fetch-site': 'cross-site' };
    expect((await started.send({ ...target, headers: site })).status).toBe(403);
  });

  it.each(['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example', 'local-aws.evil.example', '0x7f.1', '2130706433', 'a@b'])(
    'cannot use DNS rebinding: Host %s',
    async (name) => {
      const response = await started.send({ path: '/_local/admin', headers: { ...bearer(), host: `${name}:4600` } });
      expect([response.status, codeOf(response)]).toEqual([421, 'host_unknown']);
    },
  );

  it('cannot send a form, which needs no preflight', async () => {
    for (const type of ['application/x-www-form-urlencoded', 'text/plain', 'multipart/form-data', 'application/json; charset=utf-16']) {
      const headers = { ...bearer(), 'content-type': type };
      const response = await started.send({ method: 'PUT', path: '/_local/faults', headers, body: '{"s3":{"down":true}}' });
      expect([response.status, codeOf(response)]).toEqual([415, 'type_unsupported']);
    }
    expect(started.faults.take('s3')).toBeUndefined();
  });
});

describe('a client that is not a web page', () => {
  it.each(['127.0.0.1:1', 'localhost', 'LOCALHOST:4600', '[::1]:4600', '192.0.2.7:4600', 'local-aws:4600', 'Local-AWS'])(
    'may send the Host %s',
    async (host) => {
      expect((await started.send({ path: '/_local/admin', headers: { ...bearer(), host } })).status).toBe(200);
    },
  );
});

describe('the path of the control API', () => {
  it('is never handled as a request to AWS, even with a valid signature', async () => {
    const before = started.aws.calls.length;
    const host = new URL(started.aws.url).host;
    for (const path of ['/_local', '/_local/', '/_local/admin', '/_local/../pool/key', '/_local/%2e%2e/pool']) {
      const signed = handSign({ method: 'GET', path, service: 's3', headers: { host }, body: '', keys: started.aws.admin });
      const response = await started.send({ path: signed.target, headers: { ...signed.headers } });
      expect([path, response.status, codeOf(response)]).toEqual([path, 401, 'token_invalid']);
    }
    expect(started.aws.calls).toHaveLength(before);
  });

  it.each(['/%5Flocal/admin', '/%5flocal/health', '/_LOCAL/admin', '//_local/admin', '/x/../_local/admin', '/_localx', '/./_local/admin'])(
    'is exact: %s is a request to AWS, which the token does not allow',
    async (path) => {
      const before = started.aws.calls.length;
      const response = await started.send({ path, headers: bearer() });
      expect(response.status).toBeGreaterThanOrEqual(400);
      expect(response.text).not.toContain(started.aws.admin.secretAccessKey);
      expect(response.headers['x-amz-request-id']).toBeDefined();
      expect(started.aws.calls.slice(before)).toMatchObject([{ decision: 'refused' }]);
    },
  );

  it('is not the name of a bucket', async () => {
    const host = new URL(started.aws.url).host;
    const path = '/%5Flocal';
    const signed = handSign({ method: 'PUT', path, service: 's3', headers: { host }, body: '', keys: started.aws.admin });
    const response = await started.send({ method: 'PUT', path: signed.target, headers: { ...signed.headers } });
    expect(response.text).toContain('InvalidBucketName');
  });

  it('does not exist in a process that calls startLocalAws', async () => {
    const aws = await start();
    const response = await fetch(`${aws.url}/_local/health`);
    expect(response.status).toBe(403);
    expect(aws.calls).toMatchObject([{ decision: 'refused' }]);
    await aws.close();
  });
});

describe('a control request', () => {
  it.each([
    ['an unknown method', { method: 'DELETE', path: '/_local/admin' }, 405],
    ['TRACE', { method: 'TRACE', path: '/_local/health' }, 405],
    ['a query parameter', { path: '/_local/admin?x=1' }, 400],
    ['a query parameter twice', { path: '/_local/calls?since=1&since=2' }, 400],
    ['a malformed escape', { path: '/_local/calls?since=%zz' }, 400],
    ['an escaped slash in the path', { path: '/_local/..%2fadmin' }, 404],
  ])('is refused with %s', async (_, raw: { readonly method?: string; readonly path: string }, status) => {
    const response = await started.send({ ...raw, headers: bearer() });
    expect(response.status).toBe(status);
  });

  it.each([
    ['not JSON', 'top-secret-value', 400],
    ['JSON that ends early', '{"sts":', 400],
    ['a list', '[]', 400],
    ['null', 'null', 400],
    ['a key twice', '{"sts":{},"sts":{}}', 400],
    ['__proto__', '{"__proto__":{"down":true}}', 400],
    ['the name of a prototype member', '{"constructor":{"down":true}}', 400],
    ['an unknown service', '{"s4":{}}', 400],
    ['a fault that is not an object', '{"sts":true}', 400],
    ['a fault that is null', '{"sts":null}', 400],
    ['an unknown member', '{"sts":{"delay":1}}', 400],
    ['a value of another type', '{"sts":{"times":"1"}}', 400],
    ['an invalid fault after a valid one', '{"s3":{"down":true},"sts":{"times":0}}', 400],
    ['deep nesting', `{"sts":${'['.repeat(1000)}${']'.repeat(1000)}}`, 400],
    ['bytes that are not UTF-8', Buffer.from([0x7b, 0xff, 0x7d]).toString('latin1'), 400],
    ['a body that is too large', `{"sts":{"code":"${'x'.repeat(70_000)}"}}`, 413],
  ])('is refused with a body of %s, and changes nothing', async (_, body, status) => {
    started.faults.inject('s3', { times: 5 });
    const headers = { ...bearer(), 'content-type': 'application/json' };
    const response = await started.send({ method: 'PUT', path: '/_local/faults', headers, body });
    expect(response.status).toBe(status);
    expect(response.text).not.toContain('top-secret');
    expect(started.faults.take('s3')).toMatchObject({ times: 5 });
    expect(started.faults.take('sts')).toBeUndefined();
    started.faults.clear();
  });

  it('is refused with a body that is compressed, or that the operation does not have', async () => {
    const headers = { ...bearer(), 'content-type': 'application/json' };
    const compressed = { ...headers, 'content-encoding': 'gzip' };
    expect((await started.send({ method: 'PUT', path: '/_local/faults', headers: compressed, body: '{}' })).status).toBe(415);
    expect((await started.control('POST', '/_local/reset', { data: true })).status).toBe(400);
    expect((await started.control('DELETE', '/_local/faults', { sts: {} })).status).toBe(400);
  });

  it('is not recorded as a call to AWS, and is never cached', async () => {
    const before = started.aws.calls.length;
    const response = await started.control('GET', '/_local/admin');
    expect(response.headers).toMatchObject({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
    expect(started.aws.calls).toHaveLength(before);
  });
});
