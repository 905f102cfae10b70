import { describe, expect, it, vi } from 'vitest';
import { bearerToken } from '../../src/identity/bearer-token.ts';
import type { BearerTokenOptions } from '../../src/identity/bearer-token-options.ts';
import type { IdentityRequest, IdentitySource } from '../../src/identity/identity-source.ts';
import { faultsIn } from '../configuration/faults-in.ts';
import { invalid, pair, trustedIssuer } from './trusted-issuer.ts';

const { issuer } = trustedIssuer();
const sourceOf = (options: Partial<BearerTokenOptions>) => bearerToken({ ...issuer.options, ...options });
const socket = {};
const sent = (token: string, tenants: readonly string[] = []): IdentityRequest => ({
  headersDistinct: { authorization: [`Bearer ${token}`], ...(tenants.length > 0 && { 'x-tenant-id': [...tenants] }) },
  remoteAddress: '127.0.0.1',
  raw: { socket },
});
const tenantInvalid = { code: 'tenant_invalid', status: 403 };
const tenantMissing = { code: 'tenant_missing', status: 403 };

describe('a function as tenantClaim', () => {
  it('returns the value of the claim, once for each token', async () => {
    const tenantClaim = vi.fn(({ org }: Readonly<Record<string, unknown>>) => (org as { id?: unknown } | undefined)?.id);
    const source = sourceOf({ tenantClaim });
    const token = await issuer.token(pair, { org: { id: 'globex' } });

    expect(await source(sent(token))).toMatchObject({ tenantId: 'globex' });
    expect(await source(sent(token))).toMatchObject({ tenantId: 'globex' });
    expect(tenantClaim).toHaveBeenCalledTimes(1);
  });

  it.each<[unknown, object]>([
    [undefined, tenantMissing],
    [null, tenantMissing],
    ['', tenantInvalid],
    ['acme*', tenantInvalid],
    [['acme'], tenantInvalid],
    [42, tenantInvalid],
    [Promise.resolve('acme'), tenantInvalid],
  ])('is refused if it returns %s', async (value, error) => {
    await expect(async () => sourceOf({ tenantClaim: () => value })(sent(await issuer.token(pair)))).rejects.toMatchObject(error);
  });

  it('cannot change the claims', async () => {
    const tenantClaim = (claims: Readonly<Record<string, unknown>>) => Object.assign(claims, { tenant: 'globex' }).tenant;

    await expect(async () => sourceOf({ tenantClaim })(sent(await issuer.token(pair)))).rejects.toBeInstanceOf(TypeError);
  });
});

describe('a user of several tenants', () => {
  const source = () => sourceOf({ tenantClaim: 'tenants', activeTenant: { header: 'X-Tenant-Id' } });
  const lists = { 'a list': ['acme', 'globex'], 'an object': { acme: { role: 'admin' }, globex: {} } };

  it.each(Object.entries(lists))('is the tenant that the request chooses from %s', async (_, tenants) => {
    const identify = source();
    const token = await issuer.token(pair, { tenants });

    for (const tenant of ['acme', 'globex', 'acme']) expect(await identify(sent(token, [tenant]))).toMatchObject({ tenantId: tenant });
  });

  it('has one identity object for each token and tenant, on one connection', async () => {
    const identify = source();
    const token = await issuer.token(pair, { tenants: ['acme', 'globex'] });
    await identify(sent(token, ['acme']));
    const [acme, globex] = [identify(sent(token, ['acme'])), identify(sent(token, ['globex']))];

    expect(acme).toMatchObject({ tenantId: 'acme' });
    expect(globex).toMatchObject({ tenantId: 'globex' });
    expect(identify(sent(token, ['acme']))).toBe(acme);
    expect(identify(sent(token, ['globex']))).toBe(globex);
  });

  it('keeps 200 interleaved requests of one token apart', async () => {
    const identify = source();
    const token = await issuer.token(pair, { tenants: ['acme', 'globex', 'initech'] });
    const chosen = Array.from({ length: 200 }, (_item, index) => ['acme', 'globex', 'initech'][index % 3] ?? '');
    const identities = await Promise.all(chosen.map(async (tenant) => identify(sent(token, [tenant]))));

    expect(identities.map((identity) => identity?.tenantId)).toEqual(chosen);
  });

  it.each<[string, unknown, readonly string[], object]>([
    ['another tenant', ['acme', 'globex'], ['initech'], tenantInvalid],
    ['another letter case', ['acme'], ['Acme'], tenantInvalid],
    ['a part of the id', ['acme'], ['acm'], tenantInvalid],
    ['an empty choice', ['acme'], [''], tenantInvalid],
    ['two choices', ['acme', 'globex'], ['acme', 'globex'], tenantInvalid],
    ['the same choice twice', ['acme'], ['acme', 'acme'], tenantInvalid],
    ['a list as choice', ['acme', 'globex'], ['acme,globex'], tenantInvalid],
    ['no choice of several', ['acme', 'globex'], [], tenantMissing],
    ['a name of the prototype', { acme: {} }, ['constructor'], tenantInvalid],
    ['an empty list', [], ['acme'], tenantMissing],
    ['no claim', undefined, ['acme'], tenantMissing],
    ['null', null, ['acme'], tenantMissing],
    ['a text as claim', 'acme', ['acme'], tenantInvalid],
    ['a number in the list', ['acme', 42], ['acme'], tenantInvalid],
    ['a wildcard in the list', ['acme', '*'], ['acme'], tenantInvalid],
  ])('is refused: %s', async (_, tenants, choice, error) => {
    const identify = source();
    const token = await issuer.token(pair, { tenants });

    await expect(async () => identify(sent(token, choice))).rejects.toMatchObject(error);
    await expect(async () => identify(sent(token, choice))).rejects.toMatchObject(error);
  });

  it('is the only tenant of the token without a choice', async () => {
    const identify = source();
    const token = await issuer.token(pair, { tenants: ['acme'] });
    const identity = await identify(sent(token));

    expect(identity).toMatchObject({ tenantId: 'acme' });
    expect(await identify(sent(token, ['acme']))).toBe(identity);
    expect(await identify(sent(await issuer.token(pair, { tenants: ['acme', 'acme'] })))).toMatchObject({ tenantId: 'acme' });
  });

  it('does not read the choice without a valid token', async () => {
    const choose = vi.fn(() => 'acme');
    const identify = sourceOf({ tenantClaim: 'tenants', activeTenant: choose });
    const expired = await issuer.token(pair, { tenants: ['acme'], exp: 1 });

    expect(identify({ headersDistinct: { 'x-tenant-id': ['acme'] }, remoteAddress: '127.0.0.1', raw: undefined })).toBeUndefined();
    await expect(async () => identify(sent(expired, ['acme']))).rejects.toMatchObject({ code: 'token_invalid' });
    expect(choose).not.toHaveBeenCalled();
  });

  it('is the tenant that a function of the request chooses', async () => {
    const activeTenant = ({ headersDistinct }: IdentityRequest) => headersDistinct['host']?.[0]?.split('.')[0];
    const identify = sourceOf({ tenantClaim: 'tenants', activeTenant });
    const request = { ...sent(await issuer.token(pair, { tenants: ['acme', 'globex'] })) };
    const at = (host: string) => identify({ ...request, headersDistinct: { ...request.headersDistinct, host: [host] } });

    expect(await at('globex.example.com')).toMatchObject({ tenantId: 'globex' });
    expect(await at('acme.example.com')).toMatchObject({ tenantId: 'acme' });
    await expect(async () => at('initech.example.com')).rejects.toMatchObject(tenantInvalid);
  });

  it.each<[unknown]>([[42], [['acme']], [Promise.resolve('acme')], [{ toString: () => 'acme' }]])(
    'is refused if the function returns %s',
    async (choice) => {
      const identify: IdentitySource = sourceOf({ tenantClaim: 'tenants', activeTenant: () => choice as never });

      await expect(async () => identify(sent(await issuer.token(pair, { tenants: ['acme'] })))).rejects.toMatchObject(tenantInvalid);
    },
  );

  it.each<[Partial<BearerTokenOptions>, string]>([
    [{ activeTenant: 'x-tenant-id' as never }, '`activeTenant` must be { header'],
    [{ activeTenant: { header: 'x_tenant' } }, '`activeTenant` must be { header'],
    [{ activeTenant: { cookie: 'tenant' } as never }, '`activeTenant` must be { header'],
    [{ activeTenant: { header: 'x-tenant-id' }, tenant: 'acme' }, '`tenant` and `activeTenant` exclude each other'],
  ])('needs valid options, not %j', (options, fault) => {
    expect(faultsIn(() => sourceOf(options))).toEqual([expect.stringContaining(fault)]);
  });
});

describe('authorizedParties', () => {
  const withoutAudience = (authorizedParties: string | string[]) => bearerToken({ issuer: issuer.url, authorizedParties });

  it('binds a token without an audience', async () => {
    const token = await issuer.token(pair, { aud: undefined, azp: 'https://app.example.com' });

    expect(await withoutAudience('https://app.example.com')(sent(token))).toMatchObject({ tenantId: 'acme' });
    expect(await withoutAudience(['https://other.example.com', 'https://app.example.com'])(sent(token))).toMatchObject({
      tenantId: 'acme',
    });
  });

  it.each<[string, Record<string, unknown>]>([
    ['no azp', { aud: undefined }],
    ['another azp', { aud: undefined, azp: 'https://evil.example.com' }],
    ['a list', { aud: undefined, azp: ['https://app.example.com'] }],
  ])('refuses a token with %s', async (_, claims) => {
    const source = withoutAudience('https://app.example.com');

    await expect(async () => source(sent(await issuer.token(pair, claims)))).rejects.toEqual(
      invalid('issued to a party that is not in `authorizedParties`: its `azp`'),
    );
  });

  it('refuses a token for an audience, if no audience is configured', async () => {
    const token = await issuer.token(pair, { azp: 'https://app.example.com' });

    await expect(async () => withoutAudience('https://app.example.com')(sent(token))).rejects.toEqual(invalid('for another audience'));
  });

  it('is checked beside the audience', async () => {
    const source = sourceOf({ authorizedParties: 'app' });

    expect(await source(sent(await issuer.token(pair, { azp: 'app' })))).toMatchObject({ tenantId: 'acme' });
    await expect(async () => source(sent(await issuer.token(pair)))).rejects.toMatchObject({ code: 'token_invalid' });
    await expect(async () => source(sent(await issuer.token(pair, { azp: 'app', aud: 'other' })))).rejects.toMatchObject({
      code: 'token_invalid',
    });
  });

  it.each<[unknown, string]>([
    [{}, '`audience` is required'],
    [{ authorizedParties: [] }, '`authorizedParties` must be'],
    [{ authorizedParties: '' }, '`authorizedParties` must be'],
    [{ authorizedParties: 'app', audience: [] }, '`audience` is required'],
    [{ authorizedParties: 'app', tokenUse: 'access' }, '`audience` is required'],
  ])('needs valid options, not %j', (options, fault) => {
    expect(faultsIn(() => bearerToken({ issuer: issuer.url, ...(options as object) }))).toContainEqual(expect.stringContaining(fault));
  });
});
