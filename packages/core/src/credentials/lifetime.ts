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

const LONG_LIFE_MS = 600_000;
/** The AWS SDK asks for new credentials at every call of the last five minutes: by then they are to be there. */
const SDK_WINDOW_MS = 300_000;
const SHORTEST_BACKOFF_MS = 1_000;
const LONGEST_BACKOFF_MS = 60_000;

/**
 * How much life is left when the refresh of it begins, behind the caller's back. The later it begins the fewer calls to
 * STS; but the floor and the SDK's last five minutes stay clear, and a tenth of the life is chance, so that tenants who
 * came together do not come back together.
 *
 * @param random from 0 up to 1
 */
export function refreshBelowMs(lifeMs: number, floorMs: number, random: number): number {
  const latest = lifeMs < LONG_LIFE_MS ? 0.5 * lifeMs : Math.min(0.75 * lifeMs, lifeMs - Math.max(SDK_WINDOW_MS, floorMs + 0.2 * lifeMs));
  return lifeMs - Math.max(latest - 0.1 * lifeMs * random, SHORTEST_BACKOFF_MS);
}

/**
 * How long to leave STS alone after a refresh has failed: anywhere between a second and a bound that doubles up to a minute.
 *
 * @param failures in a row, 1 or more
 * @param random from 0 up to 1
 */
export function backoffMs(failures: number, random: number): number {
  const bound = Math.min(LONGEST_BACKOFF_MS, SHORTEST_BACKOFF_MS * 2 ** Math.min(failures, 10));
  return SHORTEST_BACKOFF_MS + (bound - SHORTEST_BACKOFF_MS) * random;
}
