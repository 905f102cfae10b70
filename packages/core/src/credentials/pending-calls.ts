import { TenantKeys } from './tenant-keys.ts';

interface PendingCall<Result> {
  readonly tenantId: string;
  readonly result: Promise<Result>;
}

/** One pending call for each key. A dropped call continues for its callers, but its key no longer finds it. */
export class PendingCalls<Result> {
  readonly #current = new Map<string, PendingCall<Result>>();
  readonly #keys = new TenantKeys();
  /** Includes the results of dropped calls. */
  readonly #results = new Set<Promise<Result>>();

  has(key: string): boolean {
    return this.#current.has(key);
  }

  get(key: string): PendingCall<Result> | undefined {
    return this.#current.get(key);
  }

  /** @param call its parameter tells whether the call is still the one that its key finds */
  start(key: string, tenantId: string, call: (isCurrent: () => boolean) => Promise<Result>): Promise<Result> {
    const isCurrent = (): boolean => this.#current.get(key) === pending;
    const result = call(isCurrent).finally(() => {
      this.#results.delete(result);
      if (isCurrent()) this.#forget(key, tenantId);
    });
    const pending: PendingCall<Result> = { tenantId, result };
    this.#current.set(key, pending);
    this.#keys.add(tenantId, key);
    this.#results.add(result);
    return result;
  }

  drop(tenantId: string): void {
    for (const key of this.#keys.of(tenantId)) this.#forget(key, tenantId);
  }

  /** Resolves when every pending call has succeeded or failed. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#results);
  }

  #forget(key: string, tenantId: string): void {
    this.#current.delete(key);
    this.#keys.delete(tenantId, key);
  }
}
