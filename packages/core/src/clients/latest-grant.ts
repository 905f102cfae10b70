import type { Grant } from '../credentials/grants.ts';

/**
 * The grant with the latest expiry among the identities that use one client. All these grants have one shape, so they lead to
 * the same AssumeRole request. A client that several users of a tenant share is renewed until the last of their identities expires.
 */
export class LatestGrant {
  #grant: Grant;

  constructor(first: Grant) {
    this.#grant = first;
  }

  get current(): Grant {
    return this.#grant;
  }

  /** Takes over another identity's grant if it expires later. */
  offer(grant: Grant): void {
    if (expiryOf(grant) > expiryOf(this.#grant)) this.#grant = grant;
  }
}

/** An identity without `expiresAt` never expires. */
function expiryOf({ identity }: Grant): number {
  return identity.expiresAt ?? Number.POSITIVE_INFINITY;
}
