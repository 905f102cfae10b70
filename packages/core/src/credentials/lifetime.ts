import type { Instant } from '../clock.ts';

/** The expiry of credentials, on both clocks of this host. */
export interface Life {
  readonly wallEnd: number;
  readonly monotonicEnd: number;
}

export interface IssueFacts {
  /** `Expiration` of the response: milliseconds of the epoch, by the clock of STS. */
  readonly expiration: number;
  /** The response's `Date` header: milliseconds of the epoch, by the clock of STS. If absent, our wall clock is used. */
  readonly answeredAt: number | undefined;
  readonly sentAt: Instant;
  readonly requestedMs: number;
}

/**
 * Converts the expiry to this host's clocks. The lifetime is `Expiration - Date`, so that a host whose clock is wrong
 * neither discards fresh credentials nor keeps expired ones. It counts from the time the request was *sent* and is never
 * longer than requested, so that an error can only make it too short.
 */
export function lifeOf({ expiration, answeredAt, sentAt, requestedMs }: IssueFacts): Life {
  const lifeMs = Math.min(expiration - (answeredAt ?? sentAt.wall), requestedMs);
  return { wallEnd: sentAt.wall + lifeMs, monotonicEnd: sentAt.monotonic + lifeMs };
}

/** Remaining milliseconds, by the clock that leaves less: the wall clock can be set back, and the monotonic clock stops during sleep. */
export function remainingMs(life: Life, now: Instant): number {
  return Math.min(life.wallEnd - now.wall, life.monotonicEnd - now.monotonic);
}

const LONG_LIFE_MS = 600_000;
/** In the last five minutes the AWS SDK requests new credentials at every call: they must be renewed before. */
const SDK_WINDOW_MS = 300_000;
const MIN_BACKOFF_MS = 1_000;
const MAX_BACKOFF_MS = 60_000;

/**
 * The remaining lifetime at which a refresh starts, while callers still get the cached credentials. A late refresh saves
 * calls to STS, but it must precede the SDK's last five minutes and the minimum remaining lifetime. A tenth of the
 * lifetime is random, so that tenants who arrived together are not refreshed together.
 *
 * @param random from 0 up to 1
 */
export function refreshBelowMs(lifeMs: number, minimumRemainingMs: number, random: number): number {
  const latest =
    lifeMs < LONG_LIFE_MS ? 0.5 * lifeMs : Math.min(0.75 * lifeMs, lifeMs - Math.max(SDK_WINDOW_MS, minimumRemainingMs + 0.2 * lifeMs));
  return lifeMs - Math.max(latest - 0.1 * lifeMs * random, MIN_BACKOFF_MS);
}

/**
 * The wait after failed refreshes: random between one second and a bound that doubles up to a minute.
 *
 * @param failures in a row, 1 or more
 * @param random from 0 up to 1
 */
export function backoffMs(failures: number, random: number): number {
  const bound = Math.min(MAX_BACKOFF_MS, MIN_BACKOFF_MS * 2 ** Math.min(failures, 10));
  return MIN_BACKOFF_MS + (bound - MIN_BACKOFF_MS) * random;
}
