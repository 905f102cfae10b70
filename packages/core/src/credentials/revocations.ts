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
  /** What is under way for each tenant, and ends with a revocation. */
  readonly #underWay = new Map<string, Set<AbortController>>();
  /** Goes round all revocations, a few at a time, for what can be forgotten. */
  #round = this.#revoked.entries();
  #last = 0;

  /** @param longestLifeMs how long anything that was vended before a revocation can still live */
  constructor(clock: Clock, longestLifeMs: number) {
    this.#clock = clock;
    this.#longestLifeMs = longestLifeMs;
  }

  /** Revocations that are remembered. */
  get size(): number {
    return this.#revoked.size;
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

  /**
   * What `work` comes to, unless the tenant is revoked before: then nobody waits for it any longer.
   *
   * @param work its signal says that the tenant was revoked
   * @throws {@link TenantRevokedError} the tenant is revoked, or was while `work` was under way, also where it has been reinstated
   */
  async whileAdmitted<T>(tenantId: string, work: (revoked: AbortSignal) => Promise<T>): Promise<T> {
    this.assertAdmitted(tenantId);
    const revoked = new AbortController();
    const ended = new Promise<never>((_, reject) => {
      revoked.signal.addEventListener('abort', () => reject(revoked.signal.reason as Error), { once: true });
    });
    const others = this.#underWay.get(tenantId) ?? new Set();
    this.#underWay.set(tenantId, others.add(revoked));
    try {
      return await Promise.race([work(revoked.signal), ended]);
    } finally {
      others.delete(revoked);
      if (others.size === 0) this.#underWay.delete(tenantId);
    }
  }

  generationOf(tenantId: string): number {
    return this.#revoked.get(tenantId)?.generation ?? 0;
  }

  revoke(tenantId: string, forMs: number): void {
    const now = this.#clock.now().monotonic;
    this.#forgetEnded(now);
    this.#last += 1;
    const until = Math.max(now + forMs, this.#revoked.get(tenantId)?.until ?? 0); // a shorter one does not end a longer one
    this.#revoked.set(tenantId, { generation: this.#last, until, keptUntil: Math.max(until, now + this.#longestLifeMs) });
    const underWay = this.#underWay.get(tenantId);
    if (underWay === undefined) return;
    const reason = new TenantRevokedError({ detail: { tenantId, reason: 'revoked meanwhile' } });
    for (const revoked of underWay) revoked.abort(reason);
  }

  reinstate(tenantId: string): void {
    const revocation = this.#revoked.get(tenantId);
    if (revocation !== undefined) revocation.until = Number.NEGATIVE_INFINITY;
  }

  /** Looks at two for each that is added: what has ended is at most about as much as what has not, and nobody waits for a walk over all. */
  #forgetEnded(now: number): void {
    for (let looks = 0; looks < 2; looks += 1) {
      const { done, value } = this.#round.next();
      if (done === true) {
        this.#round = this.#revoked.entries();
        return;
      }
      const [tenantId, { keptUntil }] = value;
      if (keptUntil <= now) this.#revoked.delete(tenantId);
    }
  }
}
