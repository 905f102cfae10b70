import type { Instant } from '../clock.ts';

/** Milliseconds from `then` to `now`, by the clock that saw more of them: what may grow old does, and no pause outlasts its time. */
export function elapsed(then: Instant, now: Instant): number {
  return Math.max(now.wall - then.wall, now.monotonic - then.monotonic);
}
