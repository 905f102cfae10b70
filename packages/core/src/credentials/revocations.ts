import type { Clock } from '../clock.ts';
import { TenantRevokedError } from '../errors.ts';

interface Revocation {
  /** Which revocation it was: what was vended before it stays refused, also when the tenant is accepted again. */
  readonly generation: number;
  /** Refused until then, by the monotonic clock. */
  until: number;
  /** Kept until then: no flight or key of before can still be about. */
  readonly keptUntil: number;
}

/** Who is refused, until when. */
export class Revocations {
  readonly #revoked = new Map<string, Revocation>();
  readonly #clock: Clock;
  readonly #longestLifeMs: number;
  #last = 0;

  /** @param longestLifeMs how long anything that was vended before a revocation can still live */
  constructor(clock: Clock, longestLifeMs: number) {
    this.#clock = clock;
    this.#longestLifeMs = longestLifeMs;
  }

  /** @throws {@link TenantRevokedError} */
  assertAdmitted(tenantId: string): void {
    if (this.#revoked.size === 0) return;
    const revocation = this.#revoked.get(tenantId);
    if (revocation !== undefined && this.#clock.now().monotonic < revocation.until) throw new TenantRevokedError({ detail: { tenantId } });
  }

  /**
   * That nothing has been revoked since `generation` was current.
   *
   * @throws {@link TenantRevokedError}
   */
  assertCurrent(tenantId: string, generation: number): void {
    this.assertAdmitted(tenantId);
    if (this.generationOf(tenantId) > generation)
      throw new TenantRevokedError({ detail: { tenantId, reason: 'vended before the revocation' } });
  }

  generationOf(tenantId: string): number {
    return this.#revoked.get(tenantId)?.generation ?? 0;
  }

  revoke(tenantId: string, forMs: number): void {
    const now = this.#clock.now().monotonic;
    for (const [known, { keptUntil }] of this.#revoked) if (keptUntil <= now) this.#revoked.delete(known);
    this.#last += 1;
    const until = Math.max(now + forMs, this.#revoked.get(tenantId)?.until ?? 0); // a shorter one does not end a longer one
    this.#revoked.set(tenantId, { generation: this.#last, until, keptUntil: Math.max(until, now + this.#longestLifeMs) });
  }

  reinstate(tenantId: string): void {
    const revocation = this.#revoked.get(tenantId);
    if (revocation !== undefined) revocation.until = Number.NEGATIVE_INFINITY;
  }
}
