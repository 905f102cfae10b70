import type { Instant } from '../clock.ts';

/** When credentials end, on both of our clocks. */
export interface Life {
  readonly wallEnd: number;
  readonly monotonicEnd: number;
}

/** What is known of a life when STS has answered. */
export interface LifeFacts {
  /** `Expiration` of the answer, milliseconds of the epoch, by the clock of STS. */
  readonly expiration: number;
  /** The answer's `Date` header, milliseconds of the epoch: the clock of STS. Absent: our wall clock stands in. */
  readonly answeredAt: number | undefined;
  /** When we sent the request. */
  readonly sentAt: Instant;
  /** The life that was asked for, in milliseconds. */
  readonly asked: number;
}

/**
 * The life that STS gave, carried over to our clocks: `Expiration - Date`, so that a host whose clock is wrong neither
 * throws fresh credentials away nor keeps dead ones. It counts from when we *sent* the request and is never longer than
 * what was asked for: each error is on the side of too short.
 */
export function lifeOf({ expiration, answeredAt, sentAt, asked }: LifeFacts): Life {
  const given = Math.min(expiration - (answeredAt ?? sentAt.wall), asked);
  return { wallEnd: sentAt.wall + given, monotonicEnd: sentAt.monotonic + given };
}

/** Milliseconds left, by whichever clock leaves less: the wall clock misses being set back, the monotonic one a sleep. */
export function remainingMs(life: Life, now: Instant): number {
  return Math.min(life.wallEnd - now.wall, life.monotonicEnd - now.monotonic);
}
