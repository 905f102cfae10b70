import { describe, expect, it } from 'vitest';
import { bearerToken } from '../../src/identity/bearer-token.ts';
import type { BearerTokenOptions } from '../../src/identity/bearer-token-options.ts';
import type { IdentityRequest } from '../../src/identity/identity-source.ts';
import { TenantJwtStrategy } from '../../src/identity/tenant-jwt-strategy.ts';
import { faultsIn } from '../configuration/faults-in.ts';
import { invalid, pair, trustedIssuer } from './trusted-issuer.ts';

const { issuer } = trustedIssuer();
const from = (tokenFrom: BearerTokenOptions['tokenFrom']) => bearerToken({ ...issuer.options, tokenFrom });
const request = (headersDistinct: IdentityRequest['headersDistinct']): IdentityRequest => ({
  headersDistinct,
  remoteAddress: '127.0.0.1',
  raw: undefined,
});

describe('a token in a cookie', () => {
  it.each([
    (token: string) => [`session=${token}`],
    (token: string) => [`theme=dark; session=${token}; lang=en`],
    (token: string) => ['theme=dark', `session=${token}`],
    (token: string) => [`theme=dark;session=${token};`],
    (token: string) => [`Session=other; session2=other; xsession=other; session =${token}`],
  ])('is read: %s', async (cookies) => {
    expect(await from({ cookie: 'session' })(request({ cookie: cookies(await issuer.token(pair)) }))).toMatchObject({ tenantId: 'acme' });
  });

  it('replaces the Authorization header', async () => {
    const token = await issuer.token(pair);
    const source = from({ cookie: 'session' });

    expect(source(request({ authorization: [`Bearer ${token}`] }))).toBeUndefined();
    expect(source).not.toHaveProperty('ofHttp');
    expect(await source(request({ cookie: [`session=${token}`], authorization: ['Bearer x', 'Bearer y'] }))).toMatchObject({
      tenantId: 'acme',
    });
  });

  it('presents nothing without the cookie', () => {
    for (const headers of [{}, { cookie: [''] }, { cookie: ['theme=dark; session'] }, { cookie: ['SESSION=x'] }])
      expect(from({ cookie: 'session' })(request(headers))).toBeUndefined();
  });

  it('is refused if the cookie was sent twice, also with the same token', async () => {
    const token = await issuer.token(pair);

    for (const cookie of [[`session=${token}; session=${token}`], [`session=${token}`, `session=${token}`], [`session=; session=${token}`]])
      expect(() => from({ cookie: 'session' })(request({ cookie }))).toThrow(invalid('the cookie `session` was sent more than once'));
  });

  it.each(['', '"', 'undefined', 'Bearer abc', 'a.b.c', 'x'.repeat(9_000)])('is refused if it is %j', async (value) => {
    await expect(async () => from({ cookie: 'session' })(request({ cookie: [`session=${value}`] }))).rejects.toMatchObject({
      code: 'token_invalid',
      status: 401,
    });
  });
});

describe('a token in another header', () => {
  it('is read without a scheme', async () => {
    const token = await issuer.token(pair);
    const source = from({ header: 'X-Access-Token' });

    expect(await source(request({ 'x-access-token': [token] }))).toMatchObject({ tenantId: 'acme' });
    expect(source(request({ authorization: [`Bearer ${token}`], cookie: [`x-access-token=${token}`] }))).toBeUndefined();
    await expect(async () => source(request({ 'x-access-token': [`Bearer ${token}`] }))).rejects.toMatchObject({ code: 'token_invalid' });
    expect(() => source(request({ 'x-access-token': [token, token] }))).toThrow(
      invalid('the header `x-access-token` was sent more than once'),
    );
  });

  it('has the same identity object while the token is known', async () => {
    const token = await issuer.token(pair);
    const source = from({ header: 'x-access-token' });
    const first = await source(request({ 'x-access-token': [token] }));

    expect(source(request({ 'x-access-token': [token] }))).toBe(first);
  });
});

describe('the option tokenFrom', () => {
  it.each<[unknown, string]>([
    ['session', '`tokenFrom` must be { cookie'],
    [{}, '`tokenFrom` must be { cookie'],
    [{ query: 'token' }, '`tokenFrom` must be { cookie'],
    [{ cookie: 'a', header: 'b' }, '`tokenFrom` must be { cookie'],
    [{ cookie: '' }, '`tokenFrom` must have the name of a cookie'],
    [{ cookie: 'a b' }, '`tokenFrom` must have the name of a cookie'],
    [{ cookie: 'a=b' }, '`tokenFrom` must have the name of a cookie'],
    [{ header: 'x_token' }, '`tokenFrom` must have the name of a header'],
    [{ header: 'Authorization' }, '`tokenFrom` must not be the header `authorization`'],
    [{ header: 'cookie' }, '`tokenFrom` must not be the header `cookie`'],
  ])('refuses %j', (tokenFrom, fault) => {
    expect(faultsIn(() => from(tokenFrom as never))).toEqual([expect.stringContaining(fault)]);
  });

  it('must be the same for all issuers', () => {
    const other = { issuer: 'https://login.example.com', audience: 'notes' };

    expect(faultsIn(() => bearerToken([{ ...issuer.options, tokenFrom: { cookie: 'a' } }, other]))).toEqual([
      expect.stringContaining('`tokenFrom` must be the same for all issuers'),
    ]);
  });

  it('is refused by TenantJwtStrategy, as is `activeTenant`', () => {
    for (const options of [{ tokenFrom: { cookie: 'a' } }, { activeTenant: { header: 'x-tenant-id' } }])
      expect(faultsIn(() => new TenantJwtStrategy({ ...issuer.options, ...options }))).toEqual([
        expect.stringContaining('is an option of `bearerToken()` only'),
      ]);
  });
});
