import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Clock } from '../clock.ts';
import { type Life, remainingMs } from './lifetime.ts';

interface VendedKey {
  readonly tenantId: string;
  readonly life: Life;
}

/**
 * Which tenant an access key was vended to, and until when: what the signature guard goes by. It is told by whoever
 * got the key from STS and by nobody else, so that a provider that answers the wrong key cannot also vouch for it.
 */
export class VendedKeys {
  readonly #keys: LRUCache<string, VendedKey>;
  readonly #clock: Clock;

  constructor(max: number, clock: Clock) {
    this.#keys = new LRUCache({ max });
    this.#clock = clock;
  }

  add(accessKeyId: string, tenantId: string, life: Life): void {
    this.#keys.set(digestOf(accessKeyId), { tenantId, life });
  }

  /** Keeps a key that is still handed out from being pushed out by newer ones. */
  touch(accessKeyId: string): void {
    this.#keys.get(digestOf(accessKeyId));
  }

  /** Whether this key was vended to this tenant, and lives. */
  isOf(accessKeyId: string, tenantId: string): boolean {
    const key = this.#keys.get(digestOf(accessKeyId));
    return key !== undefined && key.tenantId === tenantId && remainingMs(key.life, this.#clock.now()) > 0;
  }
}

function digestOf(accessKeyId: string): string {
  return hash('sha256', accessKeyId, 'base64');
}
