import { setMaxListeners } from 'node:events';
import { checkFault, type Fault } from './fault-options.ts';
import type { Clock } from './services/service.ts';

/** A fault as it applies to one request. */
export interface ActiveFault extends Fault {
  /** Waits for `delayMs`, or without limit for `hang`. Resolves early when the fault is removed. */
  wait(): Promise<void>;
  /** Whether this request exceeds `callsPerSecond`. */
  readonly throttled: boolean;
}

interface InjectedFault {
  readonly fault: Fault;
  remaining: number;
  tokens: number;
  refilledAt: number;
  /** Aborted when the fault is removed: releases the requests that wait. */
  readonly removed: AbortController;
}

/** The injected faults, at most one for each service. */
export class InjectedFaults {
  readonly #byService = new Map<string, InjectedFault>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Replaces the service's previous fault, and releases the requests that it delays. */
  inject(service: string, fault: Fault): void {
    checkFault(service, fault);
    this.#remove(service);
    const removed = new AbortController();
    setMaxListeners(0, removed.signal); // each request that hangs adds a listener, and their number is not limited
    this.#byService.set(service, {
      fault: { ...fault },
      remaining: fault.times ?? Number.POSITIVE_INFINITY,
      tokens: bucketSize(fault),
      refilledAt: this.#clock(),
      removed,
    });
  }

  clear(): void {
    for (const service of this.#byService.keys()) this.#remove(service);
  }

  /** The fault that applies to the service's next request, if any. Counts the request against `times` and `callsPerSecond`. */
  take(service: string): ActiveFault | undefined {
    const injected = this.#byService.get(service);
    if (!injected || injected.remaining <= 0) return undefined;
    injected.remaining -= 1;
    const { fault, removed } = injected;
    return { ...fault, throttled: this.#isThrottled(injected), wait: () => wait(fault, removed.signal) };
  }

  /** A token bucket with the calls of one second, and with at least one. */
  #isThrottled(injected: InjectedFault): boolean {
    const rate = injected.fault.callsPerSecond;
    if (rate === undefined) return false;
    const now = this.#clock();
    injected.tokens = Math.min(bucketSize(injected.fault), injected.tokens + (Math.max(0, now - injected.refilledAt) / 1000) * rate);
    injected.refilledAt = now;
    if (injected.tokens < 1) return true;
    injected.tokens -= 1;
    return false;
  }

  #remove(service: string): void {
    this.#byService.get(service)?.removed.abort();
    this.#byService.delete(service);
  }
}

function bucketSize({ callsPerSecond = 0 }: Fault): number {
  return Math.max(1, callsPerSecond);
}

function wait(fault: Fault, removed: AbortSignal): Promise<void> {
  if (removed.aborted || (!fault.hang && !fault.delayMs)) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = fault.hang ? undefined : setTimeout(done, fault.delayMs);
    removed.addEventListener('abort', done, { once: true });
    function done(): void {
      clearTimeout(timer);
      removed.removeEventListener('abort', done);
      resolve();
    }
  });
}
