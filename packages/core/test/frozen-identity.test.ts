import { runInNewContext } from 'node:vm';
import type { TenantIdentity } from '@tenant-aws/core';
import { describe, expect, it } from 'vitest';
import { frozenIdentity } from '../src/frozen-identity.ts';

const identity = () => ({ tenantId: 'acme', claims: { roles: ['reader'], org: { plan: 'pro' } }, source: 'claims' as const });

function freezeDeeply<T>(value: T): T {
  if (typeof value === 'object' && value !== null) for (const part of Object.values(value)) freezeDeeply(part);
  return Object.freeze(value);
}

describe('frozenIdentity', () => {
  it('returns the same object where nothing in it can change', () => {
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

  it('keeps a claim that is called __proto__ as a claim', () => {
    const claims = JSON.parse('{"__proto__":{"admin":true}}') as Record<string, unknown>;
    const frozen = frozenIdentity({ ...identity(), claims });
    expect(Object.keys(frozen.claims)).toEqual(['__proto__']);
    expect(frozen.claims['admin']).toBeUndefined();
  });

  it('accepts circular claims and deeply nested claims', () => {
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    expect(frozenIdentity({ ...identity(), claims: circle }).claims['self']).toBeDefined();
    const deep = freezeDeeply(JSON.parse(`${'['.repeat(3_000)}${']'.repeat(3_000)}`)) as unknown;
    expect(frozenIdentity(freezeDeeply({ ...identity(), claims: { deep } })).claims['deep']).toBe(deep);
  });

  it('reads the fields of an instance and drops fields that an identity does not have', () => {
    class Session {
      tenantId = 'acme';
      claims = {};
      source = 'user' as const;
      password = 'secret';
    }
    expect(frozenIdentity(new Session())).toEqual({ tenantId: 'acme', claims: {}, source: 'user' });
  });

  it.each([
    [new Date()],
    [Number.NaN],
    [Number.POSITIVE_INFINITY],
    [Number.NEGATIVE_INFINITY],
    ['2026-01-01'],
    ['1790000000000'],
    [1_790_000_000_000n],
    [null],
    [Object(1_790_000_000_000)],
    [0],
    [-1],
    [1_790_000_000],
    [99_999_999_999],
  ])('refuses %s as `expiresAt`, also in a frozen identity', (expiresAt) => {
    for (const given of [{ ...identity(), expiresAt }, freezeDeeply({ ...identity(), expiresAt })]) {
      expect(() => frozenIdentity(given as never)).toThrowError(
        expect.objectContaining({ code: 'configuration_invalid', faults: [expect.stringContaining('`expiresAt`')] }),
      );
    }
  });

  it.each([[undefined], [100_000_000_000], [1_790_000_000_000], [1_790_000_000_000.5], [Number.MAX_SAFE_INTEGER]])(
    'accepts %s as `expiresAt`',
    (expiresAt) => {
      expect(frozenIdentity({ ...identity(), expiresAt } as never).expiresAt).toBe(expiresAt);
      expect(frozenIdentity(freezeDeeply({ ...identity(), expiresAt }) as never).expiresAt).toBe(expiresAt);
    },
  );

  describe('frozenIdentity of values that differ from one read to the next', () => {
    /** Returns acme at the first read and globex at each later read. */
    function changing(): () => string {
      let reads = 0;
      return () => (reads++ === 0 ? 'acme' : 'globex');
    }

    it.each<[string, () => TenantIdentity]>([
      [
        'a getter',
        () => {
          const read = changing();
          return Object.freeze({
            get tenantId() {
              return read();
            },
            claims: Object.freeze({}),
            source: 'claims' as const,
          });
        },
      ],
      [
        'a getter that is not enumerable',
        () =>
          Object.freeze(Object.defineProperty({ claims: Object.freeze({}), source: 'claims' } as never, 'tenantId', { get: changing() })),
      ],
      [
        'a Proxy',
        () => {
          const read = changing();
          const target = { tenantId: 'acme', claims: Object.freeze({}), source: 'claims' as const };
          return new Proxy(target, { get: (object, name) => (name === 'tenantId' ? read() : Reflect.get(object, name)) });
        },
      ],
    ])('reads the tenant id once where it is %s', (_what, given) => {
      const frozen = frozenIdentity(given());

      expect([frozen.tenantId, frozen.tenantId]).toEqual(['acme', 'acme']);
      expect(Object.getOwnPropertyDescriptor(frozen, 'tenantId')).toMatchObject({ value: 'acme', writable: false });
    });

    it.each<[string, (read: () => string) => unknown]>([
      ['an object', (get) => Object.freeze(Object.defineProperty({}, 'plan', { get, enumerable: true }))],
      ['a list', (get) => Object.freeze(Object.defineProperty([], 0, { get, enumerable: true }))],
      ['a list of another class', (get) => Object.freeze(Object.setPrototypeOf(['x'], Object.defineProperty([], 1, { get })))],
    ])('copies a claim that is %s with a getter, and reads it once', (_what, claimOf) => {
      const given = claimOf(changing());
      const { org } = frozenIdentity(freezeShallowly({ org: given })).claims as { org: Record<string, unknown> };

      expect(org).not.toBe(given);
      for (const property of Object.values(Object.getOwnPropertyDescriptors(org))) expect(property).not.toHaveProperty('get');
      expect(Object.isFrozen(org)).toBe(true);
      expect(Object.values(org)).not.toContain('globex');
    });

    it('copies a claim that is a Proxy of a frozen object', () => {
      const org = new Proxy(Object.freeze({ plan: 'pro' }), {});

      const { claims } = frozenIdentity(freezeShallowly({ org }));

      expect(claims['org']).toEqual({ plan: 'pro' });
      expect(claims['org']).not.toBe(org);
    });

    it('copies an identity with an object in a property that is not enumerable or has a symbol as its name', () => {
      for (const name of ['hidden', Symbol('hidden')]) {
        const claims = Object.freeze(Object.defineProperty({}, name, { value: { plan: 'pro' } }));
        const given = freezeShallowly(claims);

        expect(frozenIdentity(given)).not.toBe(given);
      }
    });

    it('copies objects of another realm', () => {
      const org = runInNewContext("({ plan: 'pro', roles: ['reader'] })") as { plan: string; roles: string[] };
      const { claims } = frozenIdentity(freezeShallowly({ org }));

      org.plan = 'basic';
      org.roles.push('admin');

      expect(claims['org']).toEqual({ plan: 'pro', roles: ['reader'] });
    });
  });
});

/** A frozen identity whose claims may contain objects that are not frozen. */
function freezeShallowly(claims: Record<string, unknown>): TenantIdentity {
  return Object.freeze({ tenantId: 'acme', claims: Object.freeze(claims), source: 'claims' as const });
}
