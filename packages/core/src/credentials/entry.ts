import type { Assumed } from './assume-role.ts';
import { type Life, refreshBelowMs } from './lifetime.ts';

/** Credentials of one tenant. Callers get a copy, never the entry itself. */
export interface Entry extends Life, Omit<Assumed, 'kind' | 'life' | 'lifeMs'> {
  readonly tenantId: string;
  /** SHA-256 of the session policy that was sent. */
  readonly policyDigest: string;
  /** See {@link refreshBelowMs}. */
  readonly refreshBelowMs: number;
  /** Absent unless the latest refresh failed. */
  failedRefresh: FailedRefresh | undefined;
}

interface FailedRefresh {
  /** Failed refreshes in a row. */
  readonly failures: number;
  /** No refresh before this time of the monotonic clock. */
  readonly retryAt: number;
}

/** The result of a refresh: the new entry, or the error and the wait before the next refresh. */
export interface Refreshed {
  readonly entry?: Entry;
  readonly error?: unknown;
  readonly retryInMs?: number;
}

/** Copies the needed fields only, and each time in milliseconds without a fraction: there may be a million entries. */
export function entryOf(issued: Assumed & Pick<Entry, 'policyDigest'>, tenantId: string, minimumRemainingMs: number): Entry {
  const { accessKeyId, secretAccessKey, sessionToken, life, lifeMs, requestId, tokenUtilisation, policyDigest } = issued;
  return {
    tenantId,
    accessKeyId,
    secretAccessKey,
    sessionToken,
    wallEnd: life.wallEnd,
    monotonicEnd: life.monotonicEnd,
    requestId,
    tokenUtilisation,
    policyDigest,
    refreshBelowMs: Math.round(refreshBelowMs(lifeMs, minimumRemainingMs, Math.random())),
    failedRefresh: undefined,
  };
}
