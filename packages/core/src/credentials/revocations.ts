import type { Clock } from '../clock.ts';
import { TenantRevokedError } from '../errors.ts';

interface Revocation {
  /** The number of this revocation. Earlier credentials stay refused, also after `reinstate`. */
  readonly generation: number;
  /** The tenant is refused until this time of the monotonic clock. */
  until: number;
  /** After this time no call or key from before the revocation can exist. */
  readonly keptUntil: number;
}

/** The revoked tenants, and the pending work that a revocation ends. */
export class Revocations {
  readonly #revoked = new Map<string, Revocation>();
  readonly #clock: Clock;
  readonly #longestLifeMs: number;
  readonly #pending = new Map<string, Set<AbortController>>();
  /** Visits all revocations, a few at each call of `revoke`, to delete the expired ones. */
  #cleanup = this.#revoked.entries();
  #lastGeneration = 0;

  /** @param longestLifeMs the longest time that credentials can live after a revocation */
  constructor(clock: Clock, longestLifeMs: number) {
    this.#clock = clock;
    this.#longestLifeMs = longestLifeMs;
  }

  get size(): number {
    return this.#revoked.size;
  }

  /** @throws {@link TenantRevokedError} */
  assertAdmitted(tenantId: string): void {
    if (this.#revoked.size === 0) return;
    const revocation = this.#revoked.get(tenantId);
    if (revocation !== undefined && this.#clock.now().monotonic < revocation.until) throw new TenantRevokedError({ detail: { tenantId } });
  }

  /** @throws {@link TenantRevokedError} the tenant is revoked, or has been since `generation` was current */
  assertCurrent(tenantId: string, generation: number): void {
    this.assertAdmitted(tenantId);
    if (this.generationOf(tenantId) > generation)
      throw new TenantRevokedError({ detail: { tenantId, reason: 'vended before the revocation' } });
  }

  /**
   * Returns the result of `work`. A revocation rejects the promise without waiting for `work`.
   *
   * @param work its signal is aborted when the tenant is revoked
   * @throws {@link TenantRevokedError} the tenant is revoked, or was while `work` ran, even if it has been reinstated
   */
  async whileAdmitted<T>(tenantId: string, work: (revoked: AbortSignal) => Promise<T>): Promise<T> {
    this.assertAdmitted(tenantId);
    const revoked = new AbortController();
    const rejection = new Promise<never>((_, reject) => {
      revoked.signal.addEventListener('abort', () => reject(revoked.signal.reason as Error), { once: true });
    });
    const pending = this.#pending.get(tenantId) ?? new Set();
    this.#pending.set(tenantId, pending.add(revoked));
    try {
      return await Promise.race([work(revoked.signal), rejection]);
    } finally {
      pending.delete(revoked);
      if (pending.size === 0) this.#pending.delete(tenantId);
    }
  }

  generationOf(tenantId: string): number {
    return this.#revoked.size === 0 ? 0 : (this.#revoked.get(tenantId)?.generation ?? 0);
  }

  revoke(tenantId: string, forMs: number): void {
    const now = this.#clock.now().monotonic;
    this.#deleteExpired(now);
    this.#lastGeneration += 1;
    const until = Math.max(now + forMs, this.#revoked.get(tenantId)?.until ?? 0); // of two revocations the later end counts
    this.#revoked.set(tenantId, { generation: this.#lastGeneration, until, keptUntil: Math.max(until, now + this.#longestLifeMs) });
    const pending = this.#pending.get(tenantId);
    if (pending === undefined) return;
    const reason = new TenantRevokedError({ detail: { tenantId, reason: 'revoked while the request was pending' } });
    for (const revoked of pending) revoked.abort(reason);
  }

  reinstate(tenantId: string): void {
    const revocation = this.#revoked.get(tenantId);
    if (revocation !== undefined) revocation.until = Number.NEGATIVE_INFINITY;
  }

  /** Visits two revocations for each new one, so that no call visits all of them and expired ones do not accumulate. */
  #deleteExpired(now: number): void {
    for (let visits = 0; visits < 2; visits += 1) {
      const { done, value } = this.#cleanup.next();
      if (done === true) {
        this.#cleanup = this.#revoked.entries();
        return;
      }
      const [tenantId, { keptUntil }] = value;
      if (keptUntil <= now) this.#revoked.delete(tenantId);
    }
  }
}
