import { describe, expect, it } from 'vitest';
import { frozenIdentity } from '../src/frozen-identity.ts';

const identity = () => ({ tenantId: 'acme', claims: { roles: ['reader'], org: { plan: 'pro' } }, source: 'claims' as const });

function freezeDeeply<T>(value: T): T {
  if (typeof value === 'object' && value !== null) for (const part of Object.values(value)) freezeDeeply(part);
  return Object.freeze(value);
}

describe('frozenIdentity', () => {
  it('answers the identity itself where nothing in it can change', () => {
    const frozen = freezeDeeply(identity());
    expect(frozenIdentity(frozen)).toBe(frozen);
  });

  it.each([
    ['that is not frozen', identity()],
    ['whose claims are not frozen', Object.freeze(identity())],
    ['with a list in it that is not frozen', Object.freeze({ ...identity(), claims: Object.freeze(identity().claims) })],
  ])('copies an identity %s, to any depth', (_what, given) => {
    const frozen = frozenIdentity(given);
    expect(frozen).toEqual(given);
    expect(frozen).not.toBe(given);
    expect(frozenIdentity(frozen)).toBe(frozen);
    expect(Object.isFrozen(given.claims.roles)).toBe(false);
  });

  it('keeps a claim that is called __proto__ a claim', () => {
    const claims = JSON.parse('{"__proto__":{"admin":true}}') as Record<string, unknown>;
    const frozen = frozenIdentity({ ...identity(), claims });
    expect(Object.keys(frozen.claims)).toEqual(['__proto__']);
    expect(frozen.claims['admin']).toBeUndefined();
  });

  it('copes with claims that lead back to themselves, and with deep ones', () => {
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    expect(frozenIdentity({ ...identity(), claims: circle }).claims['self']).toBeDefined();
    const deep = freezeDeeply(JSON.parse(`${'['.repeat(3_000)}${']'.repeat(3_000)}`)) as unknown;
    expect(frozenIdentity(freezeDeeply({ ...identity(), claims: { deep } })).claims['deep']).toBe(deep);
  });

  it('takes the fields of an instance, and drops what is no field of an identity', () => {
    class Session {
      tenantId = 'acme';
      claims = {};
      source = 'user' as const;
      password = 'secret';
    }
    expect(frozenIdentity(new Session())).toEqual({ tenantId: 'acme', claims: {}, source: 'user' });
  });
});
