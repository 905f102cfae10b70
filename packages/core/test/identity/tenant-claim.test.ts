import { TenantIdSet } from '@tenant-aws/policy';
import { describe, expect, it } from 'vitest';
import { ownValue, readTenant } from '../../src/identity/tenant-claim.ts';

describe('readTenant', () => {
  it('admits every id that some machine could accept', () => {
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
  ])('misses a tenant where the claim is %s, and names the claim', (value, reason) => {
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
  ])('follows %j', (path, value) => {
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
  ])('finds nothing of its own at %j', (path) => {
    expect(ownValue(claims, path)).toBeUndefined();
  });
});
