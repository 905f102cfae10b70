import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { authorizationOf } from '../../src/identity/passport-request.ts';
import { TenantJwtStrategy } from '../../src/identity/tenant-jwt-strategy.ts';
import { authenticateWith, bearer, serve } from './passport-server.ts';
import { pair, trustedIssuer } from './trusted-issuer.ts';

const two = ['Bearer one', 'Bearer two'];
/** As in Node: the first of two headers in `headers`, both in `headersDistinct`. */
const node = { headers: { authorization: 'Bearer one' }, headersDistinct: { authorization: two } };

describe('authorizationOf', () => {
  it.each([
    ["Node's request, or Express's", node],
    ["koa-passport's, whose `req` is Node's", { headers: node.headers, req: node }],
    ["Fastify's, whose `raw` is Node's", { headers: node.headers, raw: node }],
  ])('returns both headers of %s', (_, request) => {
    expect(authorizationOf(request)).toEqual(two);
  });

  it.each([
    ['text', 'Bearer one', ['Bearer one']],
    ['a list', two, two],
    ['nothing', undefined, undefined],
    ['a number', 7, undefined],
  ])('reads %s of a request that has only `headers`', (_, authorization, expected) => {
    expect(authorizationOf({ headers: { authorization } })).toEqual(expected);
  });

  it.each([
    undefined,
    null,
    'request',
    {},
    { headers: null },
    { headersDistinct: {} },
    { headersDistinct: {}, headers: { authorization: 'Bearer one' } },
  ])('returns undefined for %j', (request) => {
    expect(authorizationOf(request)).toBeUndefined();
  });
});

describe('TenantJwtStrategy', () => {
  const { issuer } = trustedIssuer();
  const shapes: Record<string, (request: IncomingMessage) => unknown> = {
    "Node's own": (request) => request,
    "koa-passport's, whose `req` is Node's": (request) => Object.create({ req: request }, { headers: { get: () => request.headers } }),
    "Fastify's, whose `raw` is Node's": (request) => ({ raw: request, headers: request.headers }),
    'one that has only `headers`': (request) => ({ headers: request.headers }),
  };

  it.each(Object.entries(shapes))('accepts a request of an adapter: %s', async (_, shape) => {
    const authenticate = authenticateWith(new TenantJwtStrategy(issuer.options));
    const get = await serve((request, response, next) => {
      const passed = shape(request) as IncomingMessage;
      authenticate(passed, response, (error) => {
        Reflect.set(request, 'user', Reflect.get(passed, 'user'));
        next(error);
      });
    });
    expect(await get(bearer(await issuer.token(pair)))).toMatchObject({ status: 200, body: { tenantId: 'acme' } });
    expect(await get([])).toMatchObject({ status: 401 });
  });
});
