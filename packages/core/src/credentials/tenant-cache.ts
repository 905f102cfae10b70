import { LRUCache } from 'lru-cache';
import { TenantKeys } from './tenant-keys.ts';

/** A bounded cache of what tenants have, the least recently used out. To drop one tenant costs what that tenant has. */
export class TenantCache<Value extends { readonly tenantId: string }> {
  readonly #values: LRUCache<string, Value>;
  readonly #keys = new TenantKeys();

  constructor(max: number) {
    this.#values = new LRUCache({ max, dispose: ({ tenantId }, key) => this.#keys.delete(tenantId, key) });
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
    this.#values.set(key, value); // which disposes of the value before
    this.#keys.add(value.tenantId, key);
  }

  drop(tenantId: string): void {
    for (const key of this.#keys.of(tenantId)) this.#values.delete(key);
  }

  clear(): void {
    this.#values.clear();
  }
}
