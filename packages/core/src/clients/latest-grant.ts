import type { Grant } from '../credentials/grants.ts';

/**
 * The grant with the latest expiry among the identities that asked for one client. All are of one shape, so they differ
 * in nothing that AssumeRole is told: a client that several users of a tenant share is renewed as long as one of them may.
 */
export class LatestGrant {
  #grant: Grant;

  constructor(first: Grant) {
    this.#grant = first;
  }

  get current(): Grant {
    return this.#grant;
  }

  /** Takes up another identity's grant, unless that one ends earlier. */
  offer(grant: Grant): void {
    if (expiryOf(grant) > expiryOf(this.#grant)) this.#grant = grant;
  }
}

/** An identity without `expiresAt` is unbounded. */
function expiryOf({ identity }: Grant): number {
  return identity.expiresAt ?? Number.POSITIVE_INFINITY;
}
