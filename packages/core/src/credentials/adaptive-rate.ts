/** Calls per second. */
const MIN_RATE = 1;
/** Calls per second. Above this the rate is unlimited: STS accepts every call that we send. */
const MAX_RATE = 1_000;
/** Calls per second that STS is assumed to accept, if the first throttle comes before enough accepted calls. */
const FIRST_ESTIMATE = 10;
/** After this time without a throttle the rate is unlimited again: a throttle at night must not slow calls in the morning. */
const RESET_MS = 300_000;
const DECREASE = 0.7;
const WINDOW_MS = 1_000;

/**
 * The rate that STS accepts: additive increase, multiplicative decrease, as in TCP. The rate is unlimited until STS
 * throttles, and then 70 % of what STS accepted. Each second it grows by one call per second. Five minutes after the last
 * throttle it is unlimited again. It has no clock: `now` is a parameter, in milliseconds.
 */
export class AdaptiveRate {
  #callsPerSecond: number | undefined;
  #nextAt = 0;
  #throttledAt = Number.NEGATIVE_INFINITY;
  #windowStart = 0;
  #accepted = 0;
  #acceptedBefore = 0;

  /** `undefined`: unlimited. */
  get callsPerSecond(): number | undefined {
    return this.#callsPerSecond;
  }

  /** Milliseconds until the next call may be sent. */
  waitMs(now: number): number {
    return this.#callsPerSecond === undefined ? 0 : Math.max(0, this.#nextAt - now);
  }

  recordSent(now: number): void {
    if (this.#callsPerSecond !== undefined) this.#nextAt = Math.max(now, this.#nextAt) + 1_000 / this.#callsPerSecond;
  }

  recordAccepted(now: number): void {
    this.#moveWindow(now);
    this.#accepted += 1;
    if (this.#callsPerSecond === undefined) return;
    this.#callsPerSecond += 1 / this.#callsPerSecond;
    if (this.#callsPerSecond > MAX_RATE || now - this.#throttledAt > RESET_MS) this.#callsPerSecond = undefined;
  }

  /** A throttled call that was sent before the last decrease does not decrease the rate again. */
  recordThrottled(now: number, sentAt: number): void {
    this.#moveWindow(now);
    if (sentAt < this.#throttledAt) return;
    this.#throttledAt = now;
    const accepted = Math.max(this.#accepted, this.#acceptedBefore, FIRST_ESTIMATE);
    this.#callsPerSecond = Math.max(MIN_RATE, DECREASE * (this.#callsPerSecond ?? accepted));
    this.#nextAt = now + 1_000 / this.#callsPerSecond;
  }

  /** Counts accepted calls of this second and of the second before. */
  #moveWindow(now: number): void {
    const passed = now - this.#windowStart;
    if (passed < WINDOW_MS) return;
    this.#acceptedBefore = passed < 2 * WINDOW_MS ? this.#accepted : 0;
    this.#accepted = 0;
    this.#windowStart = now;
  }
}
