/** One moment, on both clocks: the wall clock can be set, the monotonic one stands still while a machine sleeps. */
export interface Instant {
  /** Milliseconds of the epoch. */
  readonly wall: number;
  /** Milliseconds since some fixed moment; never goes back. */
  readonly monotonic: number;
}

/** Where the time comes from. The one seam that tests replace, so that none of them has to wait. */
export interface Clock {
  now(): Instant;
}

export const systemClock: Clock = { now: () => ({ wall: Date.now(), monotonic: performance.now() }) };
