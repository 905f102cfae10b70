/** An index of a collection's keys by tenant, so that one tenant's keys are found without visiting the others. */
export class TenantKeys {
  readonly #keysOf = new Map<string, Set<string>>();

  of(tenantId: string): Iterable<string> {
    return this.#keysOf.get(tenantId) ?? [];
  }

  add(tenantId: string, key: string): void {
    const keys = this.#keysOf.get(tenantId);
    if (keys === undefined) this.#keysOf.set(tenantId, new Set([key]));
    else keys.add(key);
  }

  delete(tenantId: string, key: string): void {
    const keys = this.#keysOf.get(tenantId);
    keys?.delete(key);
    if (keys?.size === 0) this.#keysOf.delete(tenantId);
  }
}
