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
 * Which tenant an access key was vended to, and until when: what the signature guard goes by. It is told by whoever
 * got the key from STS and by nobody else, so that a provider that answers the wrong key cannot also vouch for it.
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
   * @param generation of the tenant's revocations, when the key was asked for
   * @returns the key's digest, for {@link VendedKeys.touch}
   */
  add(accessKeyId: string, tenantId: string, life: Life, generation: number): string {
    const digest = digestOf(accessKeyId);
    this.#keys.set(digest, { tenantId, life, generation });
    return digest;
  }

  /** Keeps a key that is still handed out from being pushed out by newer ones. */
  touch(keyDigest: string): void {
    this.#keys.get(keyDigest);
  }

  /**
   * That this key was vended to this tenant, lives, and has not been revoked.
   *
   * @throws {@link TenantMismatchError} it is another's, nobody's, or has ended
   * @throws {@link TenantRevokedError} the tenant was revoked since
   */
  assertOf(accessKeyId: string, tenantId: string): void {
    const key = this.#keys.get(digestOf(accessKeyId));
    if (key === undefined || key.tenantId !== tenantId || remainingMs(key.life, this.#clock.now()) <= 0) {
      throw new TenantMismatchError({ detail: { tenantId, reason: 'its key was not vended to this tenant, or has ended' } });
    }
    this.#revocations.assertCurrent(tenantId, key.generation);
  }
}
