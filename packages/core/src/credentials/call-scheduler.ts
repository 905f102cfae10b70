import { LinkedQueue } from '../linked-queue.ts';
import { AdaptiveRate } from './adaptive-rate.ts';
import type { OutcomeKind } from './sts-failure.ts';

/** Calls of one tenant that may wait. Each has its own set of permissions, and a set may contain values of a request. */
const MAX_WAITING_PER_TENANT = 1_000;

/** These outcomes do not show which rate STS accepts: STS got no call, or did not answer. */
const NO_SIGNAL: ReadonlySet<OutcomeKind> = new Set(['transient', 'base-missing']);

/**
 * Decides which call to STS starts next. The calls share a number of slots, start at the rate that STS accepts, and take
 * turns by tenant. One tenant gets at most half of the slots, so that it cannot starve the others.
 * It has no clock, timer or promise: `now` is a parameter, in milliseconds. Each method costs the same for any number of waiters.
 */
export class CallScheduler<Waiter> {
  readonly #slots: number;
  readonly #slotsPerTenant: number;
  readonly #rate = new AdaptiveRate();
  /** The tenants with waiting calls, in the order of their turns. */
  readonly #tenants = new LinkedQueue<string>();
  readonly #waitersOf = new Map<string, LinkedQueue<Waiter>>();
  readonly #runningOf = new Map<string, number>();
  #running = 0;
  #waiting = 0;

  constructor(slots: number) {
    this.#slots = slots;
    this.#slotsPerTenant = Math.max(1, Math.floor(slots / 2));
  }

  get waiting(): number {
    return this.#waiting;
  }

  /** Estimated seconds until every waiting call has started. */
  get drainSeconds(): number {
    return this.#waiting / (this.#rate.callsPerSecond ?? this.#slots);
  }

  /** Starts a call if no call waits, a slot is free and the rate allows it. */
  tryStart(tenantId: string, now: number): boolean {
    if (this.#waiting > 0 || !this.#hasSlot(tenantId) || this.#rate.waitMs(now) > 0) return false;
    this.#start(tenantId, now);
    return true;
  }

  /** @returns `false` if a thousand calls of this tenant wait already */
  add(tenantId: string, waiter: Waiter): boolean {
    const waiters = this.#waitersOf.get(tenantId) ?? new LinkedQueue<Waiter>();
    if (waiters.size >= MAX_WAITING_PER_TENANT) return false;
    waiters.add(waiter);
    this.#waitersOf.set(tenantId, waiters);
    this.#tenants.add(tenantId);
    this.#waiting += 1;
    return true;
  }

  delete(tenantId: string, waiter: Waiter): void {
    const waiters = this.#waitersOf.get(tenantId);
    if (waiters?.delete(waiter)) this.#waiting -= 1;
    if (waiters?.size !== 0) return;
    this.#waitersOf.delete(tenantId);
    this.#tenants.delete(tenantId);
  }

  /**
   * Starts the next waiting call, so that no other call can take its slot.
   *
   * @returns its waiter; or the milliseconds until the rate allows a call; `undefined` if no call can start before another one ends
   */
  startNext(now: number): { readonly waiter: Waiter } | { readonly waitMs: number } | undefined {
    const tenantId = this.#nextTenant();
    const waiter = tenantId === undefined ? undefined : this.#waitersOf.get(tenantId)?.first;
    if (tenantId === undefined || waiter === undefined) return undefined;
    const waitMs = this.#rate.waitMs(now);
    if (waitMs > 0) return { waitMs };
    this.delete(tenantId, waiter);
    if (this.#tenants.delete(tenantId)) this.#tenants.add(tenantId); // the tenant's next turn comes after the others'
    this.#start(tenantId, now);
    return { waiter };
  }

  /** Adapts the rate to the outcome of a call that was sent at `sentAt`. */
  recordOutcome(kind: OutcomeKind, now: number, sentAt: number): void {
    if (kind === 'throttled') this.#rate.recordThrottled(now, sentAt);
    else if (!NO_SIGNAL.has(kind)) this.#rate.recordAccepted(now);
  }

  /** Frees the slot of a call. */
  end(tenantId: string): void {
    this.#running -= 1;
    const running = (this.#runningOf.get(tenantId) ?? 1) - 1;
    if (running > 0) this.#runningOf.set(tenantId, running);
    else this.#runningOf.delete(tenantId);
  }

  #start(tenantId: string, now: number): void {
    this.#running += 1;
    this.#runningOf.set(tenantId, (this.#runningOf.get(tenantId) ?? 0) + 1);
    this.#rate.recordSent(now);
  }

  #hasSlot(tenantId: string): boolean {
    return this.#running < this.#slots && (this.#runningOf.get(tenantId) ?? 0) < this.#slotsPerTenant;
  }

  /** The first tenant with a free slot. It skips few tenants: at most three can use their full share of the slots at one time. */
  #nextTenant(): string | undefined {
    return this.#running < this.#slots ? this.#tenants.find((tenantId) => this.#hasSlot(tenantId)) : undefined;
  }
}
