import type { LRUCache } from 'lru-cache';
import { boundedMap } from '../bounded-map.ts';
import type { Clock } from '../clock.ts';
import { TenantMismatchError } from '../errors.ts';
import { type Life, remainingMs } from './lifetime.ts';
import type { Revocations } from './revocations.ts';

interface VendedKey extends Life {
  readonly tenantId: string;
  /** Of the tenant's revocations, when the key was requested. */
  readonly generation: number;
}

/**
 * The tenant and the lifetime of each vended access key, for the signature guard. Only the assumer adds keys, when STS has
 * issued them, so that a credentials provider that returns a wrong key cannot register it as well.
 */
export class VendedKeys {
  readonly #keys: LRUCache<string, VendedKey>;
  readonly #revocations: Revocations;
  readonly #clock: Clock;

  constructor(max: number, revocations: Revocations, clock: Clock) {
    this.#keys = boundedMap(max);
    this.#revocations = revocations;
    this.#clock = clock;
  }

  add(accessKeyId: string, { wallEnd, monotonicEnd }: Life, tenantId: string, generation: number): void {
    this.#keys.set(accessKeyId, { wallEnd, monotonicEnd, tenantId, generation });
  }

  /** Marks a key as recently used, so that newer keys do not evict it while it is still vended. */
  touch(accessKeyId: string): void {
    this.#keys.get(accessKeyId);
  }

  /**
   * @throws {@link TenantMismatchError} the key was not vended to this tenant, or has expired
   * @throws {@link TenantRevokedError} the tenant has been revoked since the key was vended
   */
  assertOf(accessKeyId: string, tenantId: string): void {
    const key = this.#keys.get(accessKeyId);
    if (key === undefined || key.tenantId !== tenantId || remainingMs(key, this.#clock.now()) <= 0) {
      throw new TenantMismatchError({ detail: { tenantId, reason: 'the access key was not vended to this tenant, or has expired' } });
    }
    this.#revocations.assertCurrent(tenantId, key.generation);
  }
}
