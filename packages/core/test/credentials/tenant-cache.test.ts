import { describe, expect, it } from 'vitest';
import { TenantCache } from '../../src/credentials/tenant-cache.ts';

const cacheOf = (max: number, ...pairs: readonly (readonly [key: string, tenantId: string])[]) => {
  const cache = new TenantCache<{ readonly tenantId: string }>(max);
  for (const [key, tenantId] of pairs) cache.set(key, { tenantId });
  return cache;
};

describe('a cache of the values of tenants', () => {
  it('drops all values of one tenant, and none of another', () => {
    const cache = cacheOf(10, ['a-1', 'acme'], ['b-1', 'globex'], ['a-2', 'acme'], ['b-2', 'globex'], ['c-1', 'initech']);
    cache.drop('acme');

    expect(cache.size).toBe(3);
    expect(['a-1', 'a-2', 'b-1', 'b-2', 'c-1'].map((key) => cache.get(key)?.tenantId)).toEqual([
      undefined,
      undefined,
      'globex',
      'globex',
      'initech',
    ]);
  });

  it('drops a key only with the tenant of its present value', () => {
    const cache = cacheOf(10, ['same', 'acme'], ['same', 'globex']);
    cache.drop('acme');
    expect(cache.get('same')).toEqual({ tenantId: 'globex' });

    cache.drop('globex');
    expect(cache.get('same')).toBeUndefined();
  });

  it('evicts the least recently used value, which `get` renews and `peek` does not', () => {
    const cache = cacheOf(2, ['a', 'acme'], ['b', 'globex']);
    cache.get('a');
    cache.peek('b');
    cache.set('c', { tenantId: 'initech' });

    expect(['a', 'b', 'c'].map((key) => cache.peek(key)?.tenantId)).toEqual(['acme', undefined, 'initech']);
  });

  it('forgets the keys of evicted values: a later value under such a key stays when the first tenant is dropped', () => {
    const cache = cacheOf(1, ['a', 'acme'], ['b', 'globex'], ['a', 'globex']);
    cache.drop('acme');

    expect(cache.get('a')).toEqual({ tenantId: 'globex' });
  });

  it('is empty after `clear`, and can be filled again', () => {
    const cache = cacheOf(10, ['a', 'acme'], ['b', 'acme'], ['c', 'globex']);
    cache.clear();
    cache.set('a', { tenantId: 'globex' });
    cache.drop('acme');

    expect(cache.size).toBe(1);
    expect(cache.get('a')).toEqual({ tenantId: 'globex' });
  });
});
