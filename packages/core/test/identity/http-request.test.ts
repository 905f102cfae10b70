import { once } from 'node:events';
import { connect, createServer } from 'node:http2';
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
