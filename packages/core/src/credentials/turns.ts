import { Line } from './line.ts';
import { Pace } from './pace.ts';

/** Calls of one tenant that may wait: each is of another set of permissions, and a set may be made of a request's own values. */
const MOST_WAITING_OF_ONE = 1_000;

/** Outcomes in which STS said nothing of how much it takes: it was not asked, or did not answer. */
const UNHEARD: ReadonlySet<string> = new Set(['transient', 'base-missing']);

/**
 * Whose turn it is at STS: so many calls at once, at the rate that it accepts, round the tenants, and none with more than
 * half of the slots, so that a noisy one starves nobody. Knows no clock, timer or promise: `now` comes in, in milliseconds.
 * An arrival, a departure and a turn cost the same however many wait.
 */
export class Turns<Waiter> {
  readonly #slots: number;
  readonly #share: number;
  readonly #pace = new Pace();
  /** The round of the tenants who wait: whose turn it is stands first. */
  readonly #round = new Line<string>();
  readonly #waitersOf = new Map<string, Line<Waiter>>();
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
    const waiters = this.#waitersOf.get(tenantId) ?? new Line<Waiter>();
    if (waiters.size >= MOST_WAITING_OF_ONE) return false;
    waiters.join(waiter);
    this.#waitersOf.set(tenantId, waiters);
    this.#round.join(tenantId);
    this.#waiting += 1;
    return true;
  }

  /** Steps out of the line. */
  quit(tenantId: string, waiter: Waiter): void {
    const waiters = this.#waitersOf.get(tenantId);
    if (waiters?.quit(waiter)) this.#waiting -= 1;
    if (waiters?.size !== 0) return;
    this.#waitersOf.delete(tenantId);
    this.#round.quit(tenantId);
  }

  /**
   * Gives the next turn: who gets it has entered, so that nobody slips in between. Or how long the pace wants to wait;
   * `undefined` where nobody can go before a call ends.
   */
  next(now: number): { readonly waiter: Waiter } | { readonly waitMs: number } | undefined {
    const tenantId = this.#first();
    const waiter = tenantId === undefined ? undefined : this.#waitersOf.get(tenantId)?.first;
    if (tenantId === undefined || waiter === undefined) return undefined;
    const waitMs = this.#pace.waitMs(now);
    if (waitMs > 0) return { waitMs };
    this.quit(tenantId, waiter);
    if (this.#round.quit(tenantId)) this.#round.join(tenantId); // to the end of the round
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

  /** The first of the round who may go. Few are passed over: no more tenants than two or three can have their share of the slots. */
  #first(): string | undefined {
    return this.#busy < this.#slots ? this.#round.find((tenantId) => this.#hasRoom(tenantId)) : undefined;
  }
}
