import { LRUCache } from 'lru-cache';
import type { Clock } from '../clock.ts';
import { digestOf } from '../digest.ts';
import { TenantMismatchError } from '../errors.ts';
import { type Life, remainingMs } from './lifetime.ts';
import type { Revocations } from './revocations.ts';

interface VendedKey {
  readonly tenantId: string;
  readonly life: Life;
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
    this.#keys = new LRUCache({ max });
    this.#revocations = revocations;
    this.#clock = clock;
  }

  /**
   * @param generation of the tenant's revocations, when the key was requested
   * @returns the key's digest, for {@link VendedKeys.touch}
   */
  add(accessKeyId: string, tenantId: string, life: Life, generation: number): string {
    const digest = digestOf(accessKeyId);
    this.#keys.set(digest, { tenantId, life, generation });
    return digest;
  }

  /** Marks a key as recently used, so that newer keys do not evict it while it is still vended. */
  touch(keyDigest: string): void {
    this.#keys.get(keyDigest);
  }

  /**
   * @throws {@link TenantMismatchError} the key was not vended to this tenant, or has expired
   * @throws {@link TenantRevokedError} the tenant has been revoked since the key was vended
   */
  assertOf(accessKeyId: string, tenantId: string): void {
    const key = this.#keys.get(digestOf(accessKeyId));
    if (key === undefined || key.tenantId !== tenantId || remainingMs(key.life, this.#clock.now()) <= 0) {
      throw new TenantMismatchError({ detail: { tenantId, reason: 'the access key was not vended to this tenant, or has expired' } });
    }
    this.#revocations.assertCurrent(tenantId, key.generation);
  }
}
