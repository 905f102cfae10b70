import { Pace } from './pace.ts';

/** Calls of one tenant that may wait: each is of another set of permissions, and a set may be made of a request's own values. */
const MOST_WAITING_OF_ONE = 1_000;

/** Outcomes in which STS said nothing of how much it takes: it was not asked, or did not answer. */
const UNHEARD: ReadonlySet<string> = new Set(['transient', 'base-missing']);

/**
 * Whose turn it is at STS: so many calls at once, at the rate that it accepts, round the tenants, and none with more than
 * half of the slots, so that a noisy one starves nobody. Knows no clock, timer or promise: `now` comes in, in milliseconds.
 */
export class Turns<Waiter> {
  readonly #slots: number;
  readonly #share: number;
  readonly #pace = new Pace();
  /** Waiters by tenant; whose turn it is stands first. */
  readonly #line = new Map<string, Set<Waiter>>();
  readonly #busyOf = new Map<string, number>();
  #busy = 0;
  #waiting = 0;

  constructor(slots: number) {
    this.#slots = slots;
    this.#share = Math.max(1, Math.floor(slots / 2));
  }

  get waiting(): number {
    return this.#waiting;
  }

  /** Seconds until all who wait have gone, as far as anybody knows. */
  get drainSeconds(): number {
    return this.#waiting / (this.#pace.rate ?? this.#slots);
  }

  /** Goes at once, where nobody waits and there is room. */
  tryEnter(tenantId: string, now: number): boolean {
    if (this.#waiting > 0 || !this.#hasRoom(tenantId) || this.#pace.waitMs(now) > 0) return false;
    this.#enter(tenantId, now);
    return true;
  }

  /** Stands in line; `false` where a thousand of its tenant do already. */
  join(tenantId: string, waiter: Waiter): boolean {
    const waiters = this.#line.get(tenantId) ?? new Set();
    if (waiters.size >= MOST_WAITING_OF_ONE) return false;
    this.#line.set(tenantId, waiters.add(waiter));
    this.#waiting += 1;
    return true;
  }

  /** Steps out of the line. */
  quit(tenantId: string, waiter: Waiter): void {
    const waiters = this.#line.get(tenantId);
    if (waiters?.delete(waiter)) this.#waiting -= 1;
    if (waiters?.size === 0) this.#line.delete(tenantId);
  }

  /**
   * Gives the next turn: who gets it has entered, so that nobody slips in between. Or how long the pace wants to wait;
   * `undefined` where nobody can go before a call ends.
   */
  next(now: number): { readonly waiter: Waiter } | { readonly waitMs: number } | undefined {
    const first = this.#first();
    if (first === undefined) return undefined;
    const waitMs = this.#pace.waitMs(now);
    if (waitMs > 0) return { waitMs };
    const { tenantId, waiter, others } = first;
    this.quit(tenantId, waiter);
    if (this.#line.delete(tenantId)) this.#line.set(tenantId, others); // to the end of the round
    this.#enter(tenantId, now);
    return { waiter };
  }

  /** What STS made of a call that was sent at `sentAt`. */
  heard(kind: string, now: number, sentAt: number): void {
    if (kind === 'throttled') this.#pace.throttled(now, sentAt);
    else if (!UNHEARD.has(kind)) this.#pace.accepted(now);
  }

  /** A call has ended, however it did. */
  leave(tenantId: string): void {
    this.#busy -= 1;
    const busy = (this.#busyOf.get(tenantId) ?? 1) - 1;
    if (busy > 0) this.#busyOf.set(tenantId, busy);
    else this.#busyOf.delete(tenantId);
  }

  #enter(tenantId: string, now: number): void {
    this.#busy += 1;
    this.#busyOf.set(tenantId, (this.#busyOf.get(tenantId) ?? 0) + 1);
    this.#pace.sent(now);
  }

  #hasRoom(tenantId: string): boolean {
    return this.#busy < this.#slots && (this.#busyOf.get(tenantId) ?? 0) < this.#share;
  }

  /** The first of the round who may go. */
  #first(): { readonly tenantId: string; readonly waiter: Waiter; readonly others: Set<Waiter> } | undefined {
    for (const [tenantId, others] of this.#line) {
      if (this.#hasRoom(tenantId)) for (const waiter of others) return { tenantId, waiter, others };
    }
    return undefined;
  }
}
