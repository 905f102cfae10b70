import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { authorizerClaims } from '../../src/identity/authorizer-claims.ts';
import type { IdentityRequest } from '../../src/identity/identity-source.ts';
import { faultsIn } from '../configuration/faults-in.ts';

const source = authorizerClaims();
const requestOf = (raw: unknown): IdentityRequest => ({ headersDistinct: {}, remoteAddress: undefined, raw });
const httpApi = (authorizer: unknown) => requestOf({ version: '2.0', requestContext: { authorizer } });
const restApi = (authorizer: unknown) => requestOf({ resource: '/', requestContext: { authorizer } });
const claims = { 'custom:tenant_id': 'acme', sub: 'ada' };

describe('authorizerClaims', () => {
  it.each([
    ['a JWT authorizer of an HTTP API', httpApi({ jwt: { claims, scopes: null } })],
    ['a Lambda authorizer of an HTTP API', httpApi({ lambda: claims })],
    ['a Cognito authorizer of a REST API', restApi({ claims, scopes: null })],
    ['a Lambda authorizer of a REST API', restApi({ ...claims, principalId: 'ada', integrationLatency: 12 })],
    ['a REST API whose event names its version', requestOf({ version: '1.0', requestContext: { authorizer: { claims } } })],
  ])('reads the claims of %s', (_, request) => {
    const identity = source(request);

    expect(identity).toMatchObject({ tenantId: 'acme', subject: 'ada', claims, source: 'claims' });
    expect(Object.isFrozen(identity)).toBe(true);
    expect(Object.isFrozen(identity && 'claims' in identity && identity.claims)).toBe(true);
  });

  it('reads a path of claims', () => {
    expect(authorizerClaims({ tenantClaim: ['org', 'id'] })(httpApi({ lambda: { org: { id: 'acme' } } }))).toMatchObject({
      tenantId: 'acme',
    });
  });

  it.each([
    ['no event', undefined],
    ['a text', 'event'],
    ['an event without an authorizer', { version: '2.0', requestContext: {} }],
    ['an event without a request context', { version: '2.0' }],
    ['an inherited request context', Object.create({ requestContext: { authorizer: { claims } } })],
  ])('presents nothing with %s', (_, raw) => {
    expect(source(requestOf(raw))).toBeUndefined();
  });

  it.each([
    ['null', null],
    ['no claims', { claims: null, scopes: null }],
    ['the IAM authorizer', { iam: { accessKey: 'AKIA', accountId: '1', principalOrgId: 'acme' } }],
    ['an empty context', {}],
    ['inherited claims', Object.create({ jwt: { claims }, claims })],
  ])('presents nothing with %s', (_, authorizer) => {
    expect(source(httpApi(authorizer))).toBeUndefined();
    expect(source(restApi(authorizer))).toBeUndefined();
  });

  it('reads neither headers nor another member of the event', () => {
    const request = requestOf({ version: '2.0', headers: claims, claims, authorizer: { jwt: { claims } }, requestContext: { claims } });

    expect(source({ ...request, headersDistinct: { 'custom:tenant_id': ['globex'] }, user: { tenantId: 'globex' } })).toBeUndefined();
  });

  it('does not read the form of the other kind of API', () => {
    expect(source(restApi({ jwt: { claims } }))).toBeUndefined();
    expect(source(restApi({ lambda: claims }))).toBeUndefined();
    expect(source(httpApi({ claims }))).toBeUndefined();
    expect(source(httpApi(claims))).toBeUndefined();
  });

  it('takes texts, numbers and booleans only from the context of a REST API', () => {
    const identity = source(restApi({ ...claims, admin: true, level: 3, nested: { a: 1 }, list: ['globex'], nothing: null }));

    expect(identity).toMatchObject({ claims: { ...claims, admin: true, level: 3 } });
    expect(() => source(restApi({ 'custom:tenant_id': { id: 'acme' }, sub: 'ada' }))).toThrow(
      expect.objectContaining({ code: 'tenant_missing' }),
    );
  });

  it.each<[unknown, string]>([
    [undefined, 'tenant_missing'],
    [null, 'tenant_missing'],
    ['', 'tenant_invalid'],
    [42, 'tenant_invalid'],
    [true, 'tenant_invalid'],
    [['acme'], 'tenant_invalid'],
    [{ id: 'acme' }, 'tenant_invalid'],
    ['[acme]', 'tenant_invalid'],
    ['[acme globex]', 'tenant_invalid'],
    ['acme globex', 'tenant_invalid'],
    ['acme*', 'tenant_invalid'],
  ])('refuses the claim %j with %s', (tenant, code) => {
    expect(() => source(httpApi({ jwt: { claims: { ...claims, 'custom:tenant_id': tenant } } }))).toThrow(
      expect.objectContaining({ code, status: 403 }),
    );
  });

  it.each<[unknown, number]>([
    [4_102_444_800, 4_102_444_800_000],
    ['4102444800', 4_102_444_800_000],
    ['Fri Jan 01 00:00:00 UTC 2100', 4_102_444_800_000],
  ])('reads the expiry %j', (exp, expiresAt) => {
    expect(source(httpApi({ jwt: { claims: { ...claims, exp } } }))).toMatchObject({ expiresAt });
  });

  it.each([
    1_500_000_000,
    '1500000000',
    'Sun Dec 17 07:28:12 UTC 2017',
    0,
    'soon',
    '',
    null,
    true,
    -1,
    '1e12',
    '4102444800.5',
    Number.NaN,
    [4_102_444_800],
    'Fri Jan 99 00:00:00 UTC 2100',
    'Fri Jan 01 00:00:00 CET 2100',
    ' 4102444800',
  ])('refuses the expiry %j', (exp) => {
    expect(() => source(restApi({ claims: { ...claims, exp } }))).toThrow(expect.objectContaining({ code: 'token_invalid', status: 401 }));
  });

  it('never throws another error for any authorizer', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.boolean(), (authorizer, isHttp) => {
        try {
          void source((isHttp ? httpApi : restApi)(authorizer));
        } catch (error) {
          expect(error).toMatchObject({ code: expect.stringMatching(/^(token_invalid|tenant_missing|tenant_invalid)$/) });
        }
      }),
    );
  });

  it('copies the claims, so that a later change of the event has no effect', () => {
    const own = { ...claims };
    const identity = source(httpApi({ jwt: { claims: own } }));
    own['custom:tenant_id'] = 'globex';

    expect(identity).toMatchObject({ tenantId: 'acme', claims });
  });

  it.each<[unknown, string]>([
    [null, 'the options of `authorizerClaims` must be an object'],
    [{ tenantClaim: '' }, '`tenantClaim` must be the name of a claim'],
    [{ tenantClaim: [] }, '`tenantClaim` must be the name of a claim'],
    [{ tenantClaims: 'x' }, '`tenantClaims` is not an option: did you mean `tenantClaim`?'],
  ])('refuses the options %j', (options, fault) => {
    expect(faultsIn(() => authorizerClaims(options as never))).toContainEqual(expect.stringContaining(fault));
  });
});
