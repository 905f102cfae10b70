import { StsUnavailableError } from '../errors.ts';
import { Pace } from './pace.ts';

/** What a call waits for turns, with all its attempts. */
const LONGEST_WAIT_MS = 5_000;
const MOST_ATTEMPTS = 3;
/** Calls of one tenant that may wait: each is of another set of permissions, and a set may be made of a request's own values. */
const MOST_WAITING_OF_ONE = 1_000;
/** Seconds after which a caller who found no turn comes back at the latest. */
const LONGEST_RETRY_SECONDS = 60;

/** Outcomes in which STS said nothing of how much it takes: it was not asked, or did not answer. */
const UNHEARD: ReadonlySet<string> = new Set(['transient', 'base-missing']);

/** What a call through the queue says of STS's mood. */
export interface Paced {
  readonly kind: string;
}

interface Waiter {
  readonly admit: () => void;
}

/**
 * The way to STS: so many calls at once, at the rate that it accepts. Who finds no slot waits, at most five seconds;
 * turns go round the tenants, and none has more than half of the slots, so that a noisy one starves nobody.
 */
export class AssumeQueue {
  readonly #slots: number;
  readonly #share: number;
  readonly #pace = new Pace();
  /** Waiters by tenant; whose turn it is stands first. */
  readonly #waiting = new Map<string, Set<Waiter>>();
  readonly #busyOf = new Map<string, number>();
  readonly #now: () => number;
  #busy = 0;
  #queued = 0;
  #timer: NodeJS.Timeout | undefined;

  /** @param now milliseconds that never go back: the waits are real time, whatever else the clock of the machine is */
  constructor(slots: number, now: () => number = () => performance.now()) {
    this.#slots = slots;
    this.#share = Math.max(1, Math.floor(slots / 2));
    this.#now = now;
  }

  /** Calls that wait for their turn. */
  get waiting(): number {
    return this.#queued;
  }

  /**
   * Runs `call` when its turn has come, and again where STS throttled it, at most three times.
   *
   * @throws {@link StsUnavailableError} no turn within five seconds, in all; or a thousand calls of this tenant wait already
   */
  async run<T extends Paced>(tenantId: string, call: () => Promise<T>): Promise<T> {
    let patienceMs = LONGEST_WAIT_MS;
    for (let attempt = 1; ; attempt += 1) {
      const arrivedAt = this.#now();
      if (this.#isMyTurn(tenantId)) this.#enter(tenantId);
      else await this.#turn(tenantId, patienceMs);
      patienceMs = Math.max(0, patienceMs - (this.#now() - arrivedAt));
      const outcome = await this.#entered(tenantId, call);
      if (outcome.kind !== 'throttled' || attempt >= MOST_ATTEMPTS) return outcome;
    }
  }

  async #entered<T extends Paced>(tenantId: string, call: () => Promise<T>): Promise<T> {
    const sentAt = this.#now();
    try {
      const outcome = await call();
      if (outcome.kind === 'throttled') this.#pace.throttled(this.#now(), sentAt);
      else if (!UNHEARD.has(outcome.kind)) this.#pace.accepted(this.#now());
      return outcome;
    } finally {
      this.#leave(tenantId);
    }
  }

  #isMyTurn(tenantId: string): boolean {
    return this.#queued === 0 && this.#isFree(tenantId) && this.#pace.waitMs(this.#now()) === 0;
  }

  #isFree(tenantId: string): boolean {
    return this.#busy < this.#slots && (this.#busyOf.get(tenantId) ?? 0) < this.#share;
  }

  /** Waits for a turn; whoever gives it has entered for us, so that nobody slips in between. */
  #turn(tenantId: string, patienceMs: number): Promise<void> {
    const waiters = this.#waiting.get(tenantId) ?? new Set();
    if (waiters.size >= MOST_WAITING_OF_ONE) return Promise.reject(this.#tooMany());
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => {
        this.#forget(tenantId, waiter);
        reject(this.#tooMany());
      }, patienceMs);
      const waiter: Waiter = {
        admit: () => {
          clearTimeout(late);
          this.#forget(tenantId, waiter);
          this.#enter(tenantId);
          resolve();
        },
      };
      this.#waiting.set(tenantId, waiters.add(waiter));
      this.#queued += 1;
      this.#next();
    });
  }

  /** Those who found no turn come back one after the other, at the rate that STS takes them, not all at once. */
  #tooMany(): StsUnavailableError {
    const drainSeconds = this.#queued / (this.#pace.rate ?? this.#slots);
    const retryAfterSeconds = 1 + Math.random() * Math.min(drainSeconds, LONGEST_RETRY_SECONDS);
    return new StsUnavailableError('too many calls to STS wait for their turn', { retryAfterSeconds });
  }

  #forget(tenantId: string, waiter: Waiter): void {
    const waiters = this.#waiting.get(tenantId);
    if (waiters?.delete(waiter)) this.#queued -= 1;
    if (waiters?.size === 0) this.#waiting.delete(tenantId);
  }

  #enter(tenantId: string): void {
    this.#busy += 1;
    this.#busyOf.set(tenantId, (this.#busyOf.get(tenantId) ?? 0) + 1);
    this.#pace.sent(this.#now());
  }

  #leave(tenantId: string): void {
    this.#busy -= 1;
    const busy = (this.#busyOf.get(tenantId) ?? 1) - 1;
    if (busy > 0) this.#busyOf.set(tenantId, busy);
    else this.#busyOf.delete(tenantId);
    this.#next();
  }

  /** Gives turns while there are slots and the pace allows; comes back by itself when the pace will. */
  #next(): void {
    for (;;) {
      const waiting = this.#first();
      if (waiting === undefined) return;
      const waitMs = this.#pace.waitMs(this.#now());
      if (waitMs > 0) return this.#later(waitMs);
      const [tenantId, waiters] = waiting;
      // The tenant goes to the end of the round.
      this.#waiting.delete(tenantId);
      this.#waiting.set(tenantId, waiters);
      for (const waiter of waiters) {
        waiter.admit();
        break;
      }
    }
  }

  /** The first of the round who may go. */
  #first(): [string, Set<Waiter>] | undefined {
    for (const entry of this.#waiting) if (this.#isFree(entry[0])) return entry;
    return undefined;
  }

  #later(waitMs: number): void {
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#next();
    }, Math.ceil(waitMs));
  }
}
