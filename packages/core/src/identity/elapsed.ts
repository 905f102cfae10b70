import type { Instant } from '../clock.ts';

/** Milliseconds from `then` to `now`, by the clock that advanced further: no entry is kept too long, and no pause lasts too long. */
export function elapsed(then: Instant, now: Instant): number {
  return Math.max(now.wall - then.wall, now.monotonic - then.monotonic);
}
