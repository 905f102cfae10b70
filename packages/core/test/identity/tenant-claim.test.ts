import { TenantIdSet } from '@tenant-aws/policy';
import { describe, expect, it } from 'vitest';
import { ownValue, readTenant } from '../../src/identity/tenant-claim.ts';
import { pair, trustedIssuer } from './trusted-issuer.ts';

describe('readTenant', () => {
  it('accepts every id that some machine could accept', () => {
    for (let code = 0x21; code <= 0x7e; code += 1) {
      const id = String.fromCharCode(code);
      let possible = true;
      try {
        TenantIdSet.from({ chars: `${id}ab`, edges: id });
      } catch {
        possible = false;
      }
      if (possible) expect(readTenant(id, 'tenant')).toBe(id);
      else expect(() => readTenant(id, 'tenant')).toThrow(expect.objectContaining({ code: 'tenant_invalid' }));
    }
  });

  it.each([
    [undefined, '`org_id` is absent'],
    [null, '`org_id` is null'],
  ])('throws tenant_missing if the claim is %s, and names the claim', (value, reason) => {
    expect(() => readTenant(value, 'org_id')).toThrow(expect.objectContaining({ code: 'tenant_missing', detail: { reason } }));
  });

  it.each(['', 7, 0, true, ['acme'], { id: 'acme' }, 'a b', 'a\n', '*', 'a'.repeat(257)])('refuses %j', (value) => {
    expect(() => readTenant(value, 'org_id')).toThrow(expect.objectContaining({ code: 'tenant_invalid' }));
  });
});

describe('ownValue', () => {
  const claims: object = JSON.parse('{"a.b":1,"a":{"b":{"c":2}},"list":["x"],"text":"x","__proto__":{"p":3}}');

  it.each([
    [['a.b'], 1],
    [['a', 'b', 'c'], 2],
    [['__proto__', 'p'], 3],
  ])('returns the value at %j', (path, value) => {
    expect(ownValue(claims, path)).toBe(value);
  });

  it.each([
    [['toString']],
    [['a', 'constructor']],
    [['constructor', 'name']],
    [['list', '0']],
    [['list', 'length']],
    [['text', 'length']],
    [['a', 'x', 'c']],
    [['none', 'c']],
  ])('returns undefined for %j', (path) => {
    expect(ownValue(claims, path)).toBeUndefined();
  });
});

describe('the tenant of a token', () => {
  const { issuer, identify, sourceWith } = trustedIssuer();

  it.each([
    ['a literal name with a colon', 'custom:tenant_id', { 'custom:tenant_id': 'initech' }],
    ['a literal name that is a URL', 'https://notes.example/tenant', { 'https://notes.example/tenant': 'initech' }],
    ['a literal name with dots, which is not a path', 'org.id', { 'org.id': 'initech', org: { id: 'globex' } }],
    ['a path', ['org', 'id'], { org: { id: 'initech' }, 'org.id': 'globex' }],
    ['a path of names with dots', ['https://notes.example/', 'a.b'], { 'https://notes.example/': { 'a.b': 'initech' } }],
  ])('is read from %s', async (_, tenantClaim, claims) => {
    await expect(identify(await issuer.token(pair, claims), sourceWith({ tenantClaim }))).resolves.toMatchObject({ tenantId: 'initech' });
  });

  it.each([undefined, null])('is missing if the claim is %s', async (value) => {
    await expect(identify(await issuer.token(pair, { 'custom:tenant_id': value }))).rejects.toMatchObject({
      code: 'tenant_missing',
      status: 403,
    });
  });

  it.each([
    [['org', 'id', 'x']],
    [['list', '0']],
    ['toString'],
    ['constructor'],
    [['org', 'constructor', 'name']],
    ['__proto__'],
    [['sub', 'length']],
  ])('is missing at %j, which is not an own property', async (tenantClaim) => {
    const token = await issuer.token(pair, { org: { id: 'acme' }, list: ['acme'] });
    await expect(identify(token, sourceWith({ tenantClaim }))).rejects.toMatchObject({ code: 'tenant_missing' });
  });

  it.each(['', 7, true, ['acme'], { id: 'acme' }, '*', 'a b', '${aws:username}', '\u00e9', 'a'.repeat(257)])(
    'is invalid if the claim is %j',
    async (value) => {
      const error: unknown = await identify(await issuer.token(pair, { 'custom:tenant_id': value })).catch((refusal: unknown) => refusal);
      expect(error).toMatchObject({ code: 'tenant_invalid', status: 403 });
    },
  );

  it('is not changed, and may be any id that some machine could accept', async () => {
    for (const tenant of ['ACME', 'a', 'auth0|x', 'a.b/c']) {
      await expect(identify(await issuer.token(pair, { 'custom:tenant_id': tenant }))).resolves.toMatchObject({ tenantId: tenant });
    }
  });

  it('is fixed for an issuer with the option `tenant`, and a claim does not change it', async () => {
    const fixed = sourceWith({ tenant: 'initech' });
    await expect(identify(await issuer.token(pair, { 'custom:tenant_id': 'acme' }), fixed)).resolves.toMatchObject({ tenantId: 'initech' });
  });
});
