import { describe, expect, it } from 'vitest';
import { TenantKeys } from '../../src/credentials/tenant-keys.ts';

const indexOf = (...pairs: readonly (readonly [string, string])[]): TenantKeys => {
  const keys = new TenantKeys();
  for (const [tenantId, key] of pairs) keys.add(tenantId, key);
  return keys;
};

describe('the keys of a tenant', () => {
  it.each([
    ['one key', ['key-1']],
    ['one key, added twice', ['key-1', 'key-1']],
    ['two keys', ['key-1', 'key-2']],
    ['three keys, one added twice', ['key-1', 'key-2', 'key-3', 'key-2']],
  ])('are found: %s', (_what, added) => {
    const keys = indexOf(['globex', 'key-9'], ...added.map((key) => ['acme', key] as const), ['globex', 'key-1']);

    expect([...keys.of('acme')]).toEqual([...new Set(added)]);
    expect([...keys.of('globex')]).toEqual(['key-9', 'key-1']);
    expect([...keys.of('initech')]).toEqual([]);
  });

  it.each([1, 2, 3])('are deleted, %d in all, and those of no other tenant', (count) => {
    const own = Array.from({ length: count }, (_, i) => `key-${i}`);
    const keys = indexOf(...own.flatMap((key) => [['acme', key] as const, ['globex', key] as const]));
    for (const key of keys.of('acme')) keys.delete('acme', key);

    expect([...keys.of('acme')]).toEqual([]);
    expect([...keys.of('globex')]).toEqual(own);
  });

  it('stay if another key, or the same key of another tenant, is deleted', () => {
    const keys = indexOf(['acme', 'key-1'], ['globex', 'key-2'], ['globex', 'key-3']);
    keys.delete('acme', 'key-2');
    keys.delete('globex', 'key-1');
    keys.delete('initech', 'key-1');

    expect([...keys.of('acme')]).toEqual(['key-1']);
    expect([...keys.of('globex')]).toEqual(['key-2', 'key-3']);
  });

  it('can be added again after the last one was deleted', () => {
    const keys = indexOf(['acme', 'key-1'], ['acme', 'key-2']);
    keys.delete('acme', 'key-1');
    keys.delete('acme', 'key-2');
    keys.add('acme', 'key-3');

    expect([...keys.of('acme')]).toEqual(['key-3']);
  });

  it.each(['__proto__', 'constructor', 'size', ''])('are found for the tenant id %j', (tenantId) => {
    expect([...new TenantKeys().of(tenantId)]).toEqual([]);
    expect([...indexOf([tenantId, 'key-1']).of(tenantId)]).toEqual(['key-1']);
  });
});
