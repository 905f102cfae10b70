import { once } from 'node:events';
import { IncomingMessage } from 'node:http';
import { connect, createServer } from 'node:http2';
import { Socket } from 'node:net';
import { httpIdentityRequest, type IdentityRequest } from '@tenant-aws/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

describe('an identity request of HTTP/2', () => {
  let seen: IdentityRequest;
  const server = createServer((request, response) => {
    seen = httpIdentityRequest(request, { name: 'Ann' });
    response.end();
  });
  beforeAll(() => once(server.listen(0, '127.0.0.1'), 'listening'));
  afterAll(() => new Promise<void>((resolve) => server.close(() => resolve())));

  it('has every value of every header, without pseudo-headers, and the address of the peer', async () => {
    const address = server.address();
    const session = connect(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`);
    const stream = session.request({ ':path': '/', authorization: 'Bearer a', 'X-Tenant': ['acme', 'globex'] });
    await once(stream.resume(), 'end');
    session.close();

    expect({ ...seen.headersDistinct }).toEqual({ authorization: ['Bearer a'], 'x-tenant': ['acme', 'globex'] });
    expect(Object.getPrototypeOf(seen.headersDistinct)).toBeNull();
    expect(seen.remoteAddress).toBe('127.0.0.1');
    expect(seen.user).toEqual({ name: 'Ann' });
  });
});

describe('an identity request of HTTP/1.1', () => {
  it('has every value of every header, also of one named `__proto__`', () => {
    const rawHeaders = ['Host', 'a', '__proto__', 'b', 'X-Tenant', 'acme', 'x-tenant', 'globex', 'constructor', 'c'];
    const request = Object.assign(Object.create(IncomingMessage.prototype), { rawHeaders, socket: new Socket() });
    Object.defineProperty(request, 'headersDistinct', {
      get() {
        throw new TypeError('dest[field].push is not a function'); // Node 22.12 to 22.22.1 and 24.0 to 24.14.0
      },
    });

    const { headersDistinct } = httpIdentityRequest(request, undefined);

    expect(Object.entries(headersDistinct)).toEqual([
      ['host', ['a']],
      ['__proto__', ['b']],
      ['x-tenant', ['acme', 'globex']],
      ['constructor', ['c']],
    ]);
    expect(headersDistinct['tostring']).toBeUndefined();
  });
});
