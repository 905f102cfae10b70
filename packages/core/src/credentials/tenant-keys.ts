/**
 * An index of a collection's keys by tenant, so that one tenant's keys are found without visiting the others. Most tenants
 * have one key: it is stored without a Set, which would take 200 bytes.
 */
export class TenantKeys {
  readonly #keysOf = new Map<string, string | Set<string>>();

  of(tenantId: string): Iterable<string> {
    const keys = this.#keysOf.get(tenantId) ?? [];
    return typeof keys === 'string' ? [keys] : keys;
  }

  add(tenantId: string, key: string): void {
    const keys = this.#keysOf.get(tenantId);
    if (keys === undefined) this.#keysOf.set(tenantId, key);
    else if (typeof keys !== 'string') keys.add(key);
    else if (keys !== key) this.#keysOf.set(tenantId, new Set([keys, key]));
  }

  delete(tenantId: string, key: string): void {
    const keys = this.#keysOf.get(tenantId);
    if (keys instanceof Set) keys.delete(key);
    if (keys === key || (keys instanceof Set && keys.size === 0)) this.#keysOf.delete(tenantId);
  }
}
