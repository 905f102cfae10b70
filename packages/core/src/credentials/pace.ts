/** Calls a second below which no throttle slows us. */
const SLOWEST = 1;
/** Calls a second from which on there is no pace to keep: STS has long accepted all we have. */
const FASTEST = 1_000;
/** Calls a second that are taken for what STS accepts, where the first throttle comes before enough of them to tell. */
const FIRST_GUESS = 10;
/** So long after the last throttle its pace says nothing any more: one bad moment at night is not to slow the morning. */
const FORGOTTEN_MS = 300_000;
const DECREASE = 0.7;
const WINDOW_MS = 1_000;

/**
 * The rate that STS accepts, found as TCP finds it: as fast as may be until STS throttles, then by seven tenths of what
 * it took, and from there one call a second more, each second; five minutes without a throttle, and as fast as may be again.
 * Knows no clock: `now` comes in, in milliseconds.
 */
export class Pace {
  /** Calls a second; `undefined` until STS has throttled. */
  #rate: number | undefined;
  #nextAt = 0;
  #slowedAt = Number.NEGATIVE_INFINITY;
  #windowStart = 0;
  #accepted = 0;
  #acceptedBefore = 0;

  get rate(): number | undefined {
    return this.#rate;
  }

  /** Milliseconds until the next call may go. */
  waitMs(now: number): number {
    return this.#rate === undefined ? 0 : Math.max(0, this.#nextAt - now);
  }

  /** A call goes. */
  sent(now: number): void {
    if (this.#rate !== undefined) this.#nextAt = Math.max(now, this.#nextAt) + 1_000 / this.#rate;
  }

  /** STS took a call. */
  accepted(now: number): void {
    this.#roll(now);
    this.#accepted += 1;
    if (this.#rate === undefined) return;
    this.#rate += 1 / this.#rate;
    if (this.#rate > FASTEST || now - this.#slowedAt > FORGOTTEN_MS) this.#rate = undefined;
  }

  /** STS throttled a call that was sent at `sentAt`. Calls that were on their way when we slowed tell nothing new. */
  throttled(now: number, sentAt: number): void {
    this.#roll(now);
    if (sentAt < this.#slowedAt) return;
    this.#slowedAt = now;
    const taken = Math.max(this.#accepted, this.#acceptedBefore, FIRST_GUESS);
    this.#rate = Math.max(SLOWEST, DECREASE * (this.#rate ?? taken));
    this.#nextAt = now + 1_000 / this.#rate;
  }

  /** What STS took in this second, and in the one before. */
  #roll(now: number): void {
    const passed = now - this.#windowStart;
    if (passed < WINDOW_MS) return;
    this.#acceptedBefore = passed < 2 * WINDOW_MS ? this.#accepted : 0;
    this.#accepted = 0;
    this.#windowStart = now;
  }
}
