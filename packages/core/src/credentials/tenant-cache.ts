import type { LRUCache } from 'lru-cache';
import { boundedMap } from '../bounded-map.ts';
import { TenantKeys } from './tenant-keys.ts';

/** A bounded cache with LRU eviction. Dropping a tenant visits that tenant's values only. */
export class TenantCache<Value extends { readonly tenantId: string }> {
  readonly #values: LRUCache<string, Value>;
  readonly #keys = new TenantKeys();

  /** @param dispose called with each value that is evicted, replaced or dropped */
  constructor(max: number, dispose: (value: Value) => void = () => undefined) {
    this.#values = boundedMap(max, (value, key) => {
      this.#keys.delete(value.tenantId, key);
      dispose(value);
    });
  }

  get size(): number {
    return this.#values.size;
  }

  get(key: string): Value | undefined {
    return this.#values.get(key);
  }

  peek(key: string): Value | undefined {
    return this.#values.peek(key);
  }

  set(key: string, value: Value): void {
    this.#values.set(key, value); // disposes of the previous value
    this.#keys.add(value.tenantId, key);
  }

  drop(tenantId: string): void {
    for (const key of this.#keys.of(tenantId)) this.#values.delete(key);
  }

  clear(): void {
    this.#values.clear();
  }
}
