import { StsUnavailableError } from '../errors.ts';
import { CallScheduler } from './call-scheduler.ts';
import { type OutcomeKind, RETRY } from './sts-failure.ts';

/** The waits of one call for all its turns together. */
const MAX_WAIT_MS = 5_000;
const MAX_TURNS = 3;
const MAX_RETRY_AFTER_SECONDS = 60;

/** Calls to STS wait here for their turn. The {@link CallScheduler} decides which one starts next. */
export class AssumeQueue {
  readonly #scheduler: CallScheduler<() => void>;
  readonly #now: () => number;
  #timer: NodeJS.Timeout | undefined;

  /** @param now monotonic milliseconds. The waits are real time, even if the machine has another clock */
  constructor(slots: number, now: () => number = () => performance.now()) {
    this.#scheduler = new CallScheduler(slots);
    this.#now = now;
  }

  get waiting(): number {
    return this.#scheduler.waiting;
  }

  /**
   * Runs `call` in its turn. If STS throttles it, it gets another turn, at most three in all.
   *
   * @param signal ends the wait. A call that has started must observe it itself
   * @throws the signal's reason
   * @throws {@link StsUnavailableError} the waits exceed five seconds in all, or a thousand calls of this tenant wait already
   */
  async run<T extends { readonly kind: OutcomeKind }>(tenantId: string, call: () => Promise<T>, signal: AbortSignal): Promise<T> {
    let maxWaitMs = MAX_WAIT_MS;
    for (let turn = 1; ; turn += 1) {
      signal.throwIfAborted();
      const queuedAt = this.#now();
      if (!this.#scheduler.tryStart(tenantId, queuedAt)) await this.#wait(tenantId, maxWaitMs, signal);
      maxWaitMs = Math.max(0, maxWaitMs - (this.#now() - queuedAt));
      const outcome = await this.#runStarted(tenantId, call);
      if (RETRY[outcome.kind] !== 'in-a-new-turn' || turn >= MAX_TURNS) return outcome;
    }
  }

  async #runStarted<T extends { readonly kind: OutcomeKind }>(tenantId: string, call: () => Promise<T>): Promise<T> {
    const sentAt = this.#now();
    try {
      const outcome = await call();
      this.#scheduler.recordOutcome(outcome.kind, this.#now(), sentAt);
      return outcome;
    } finally {
      this.#scheduler.end(tenantId);
      this.#startWaiting();
    }
  }

  /** Resolves when the scheduler has started this call. */
  #wait(tenantId: string, maxWaitMs: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const stopWaiting = (): void => {
        clearTimeout(timeout);
        signal.removeEventListener('abort', abort);
      };
      const start = (): void => {
        stopWaiting();
        resolve();
      };
      const refuse = (reason: Error): void => {
        stopWaiting();
        this.#scheduler.delete(tenantId, start);
        reject(reason);
      };
      const abort = (): void => refuse(signal.reason as Error);
      const timeout = setTimeout(() => refuse(this.#tooManyWaiting()), maxWaitMs);
      signal.addEventListener('abort', abort);
      if (this.#scheduler.add(tenantId, start)) this.#startWaiting();
      else refuse(this.#tooManyWaiting());
    });
  }

  /** `Retry-After` is random up to the time that the queue needs, so that the refused clients do not all return together. */
  #tooManyWaiting(): StsUnavailableError {
    const retryAfterSeconds = 1 + Math.random() * Math.min(this.#scheduler.drainSeconds, MAX_RETRY_AFTER_SECONDS);
    return new StsUnavailableError('too many calls to STS are waiting', { retryAfterSeconds });
  }

  /** Starts every waiting call that may start. If the rate delays the next one, a timer starts it later. */
  #startWaiting(): void {
    for (let next = this.#scheduler.startNext(this.#now()); next !== undefined; next = this.#scheduler.startNext(this.#now())) {
      if ('waitMs' in next) return this.#startLater(next.waitMs);
      next.waiter();
    }
  }

  #startLater(waitMs: number): void {
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#startWaiting();
    }, Math.ceil(waitMs));
  }
}
