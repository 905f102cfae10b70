/** A time on both clocks: the wall clock can be set, and the monotonic clock stops while the host sleeps. */
export interface Instant {
  /** Milliseconds of the epoch. */
  readonly wall: number;
  /** Milliseconds since a fixed time; never decreases. */
  readonly monotonic: number;
}

/** The source of time. Tests replace it, so that they do not wait. */
export interface Clock {
  now(): Instant;
}

export const systemClock: Clock = { now: () => ({ wall: Date.now(), monotonic: performance.now() }) };
