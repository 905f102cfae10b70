import { describe, expect, it } from 'vitest';
import { authorizationOf } from '../../src/identity/passport-request.ts';

const two = ['Bearer one', 'Bearer two'];
/** As Node shows it: the first of two headers in `headers`, both in `headersDistinct`. */
const node = { headers: { authorization: 'Bearer one' }, headersDistinct: { authorization: two } };

describe('authorizationOf', () => {
  it.each([
    ["Node's request, or Express's", node],
    ["koa-passport's, whose `req` is Node's", { headers: node.headers, req: node }],
    ["Fastify's, whose `raw` is Node's", { headers: node.headers, raw: node }],
  ])('sees both of two headers in %s', (_, request) => {
    expect(authorizationOf(request)).toEqual(two);
  });

  it.each([
    ['text', 'Bearer one', ['Bearer one']],
    ['a list', two, two],
    ['nothing', undefined, undefined],
    ['a number', 7, undefined],
  ])('reads %s of a request that has nothing but headers', (_, authorization, expected) => {
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
  ])('finds none in %j', (request) => {
    expect(authorizationOf(request)).toBeUndefined();
  });
});
