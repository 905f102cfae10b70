import { setMaxListeners } from 'node:events';
import { type Fault, strictFault } from './fault.ts';
import type { Clock } from './services/service.ts';

/** A fault as it meets one request. */
export interface FaultInEffect extends Fault {
  /** Waits as ordered; resolves early on `clear()`. */
  settle(): Promise<void>;
  /** Whether this request is over the rate. */
  readonly throttled: boolean;
}

interface Ordered {
  readonly fault: Fault;
  remaining: number;
  tokens: number;
  refilledAt: number;
  /** Aborted when the fault is over: lets go of what it holds. */
  readonly over: AbortController;
}

/** The faults in force, one at most for each service. */
export class Faults {
  readonly #ordered = new Map<string, Ordered>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A second order replaces the first, and releases what the first held. */
  order(service: string, fault: Fault): void {
    strictFault(service, fault);
    this.#drop(service);
    const over = new AbortController();
    setMaxListeners(0, over.signal); // any number of requests may hang
    this.#ordered.set(service, {
      fault: { ...fault },
      remaining: fault.times ?? Number.POSITIVE_INFINITY,
      tokens: bucketOf(fault),
      refilledAt: this.#clock(),
      over,
    });
  }

  clear(): void {
    for (const service of this.#ordered.keys()) this.#drop(service);
  }

  /** The fault that meets a request of this service, if any: it counts as one of its `times`. */
  take(service: string): FaultInEffect | undefined {
    const ordered = this.#ordered.get(service);
    if (!ordered || ordered.remaining <= 0) return undefined;
    ordered.remaining -= 1;
    const { fault, over } = ordered;
    return { ...fault, throttled: this.#isThrottled(ordered), settle: () => settle(fault, over.signal) };
  }

  /** A bucket that holds one second's calls, and one call at least. */
  #isThrottled(ordered: Ordered): boolean {
    const rate = ordered.fault.callsPerSecond;
    if (rate === undefined) return false;
    const now = this.#clock();
    ordered.tokens = Math.min(bucketOf(ordered.fault), ordered.tokens + (Math.max(0, now - ordered.refilledAt) / 1000) * rate);
    ordered.refilledAt = now;
    if (ordered.tokens < 1) return true;
    ordered.tokens -= 1;
    return false;
  }

  #drop(service: string): void {
    this.#ordered.get(service)?.over.abort();
    this.#ordered.delete(service);
  }
}

function bucketOf({ callsPerSecond = 0 }: Fault): number {
  return Math.max(1, callsPerSecond);
}

function settle(fault: Fault, over: AbortSignal): Promise<void> {
  if (over.aborted || (!fault.hang && !fault.delayMs)) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = fault.hang ? undefined : setTimeout(done, fault.delayMs);
    over.addEventListener('abort', done, { once: true });
    function done(): void {
      clearTimeout(timer);
      over.removeEventListener('abort', done);
      resolve();
    }
  });
}
