import { TenantKeys } from './tenant-keys.ts';

interface Flight<Result> {
  readonly tenantId: string;
  readonly landing: Promise<Result>;
}

/** Calls under way, one for each key. A call that was dropped goes on for those who wait for it, and is no longer found. */
export class Flights<Result> {
  readonly #current = new Map<string, Flight<Result>>();
  readonly #keys = new TenantKeys();
  /** Of every call under way, also of what was dropped. */
  readonly #landings = new Set<Promise<Result>>();

  has(key: string): boolean {
    return this.#current.has(key);
  }

  get(key: string): Flight<Result> | undefined {
    return this.#current.get(key);
  }

  /** Begins a call, which may ask whether it is still the one that is found by its key. */
  depart(key: string, tenantId: string, call: (isCurrent: () => boolean) => Promise<Result>): Promise<Result> {
    const isCurrent = (): boolean => this.#current.get(key) === flight;
    const landing = call(isCurrent).finally(() => {
      this.#landings.delete(landing);
      if (isCurrent()) this.#forget(key, tenantId);
    });
    const flight: Flight<Result> = { tenantId, landing };
    this.#current.set(key, flight);
    this.#keys.add(tenantId, key);
    this.#landings.add(landing);
    return landing;
  }

  drop(tenantId: string): void {
    for (const key of this.#keys.of(tenantId)) this.#forget(key, tenantId);
  }

  /** Resolves when every call under way has ended, however it did. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#landings);
  }

  #forget(key: string, tenantId: string): void {
    this.#current.delete(key);
    this.#keys.delete(tenantId, key);
  }
}
