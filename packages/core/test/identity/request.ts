import type { IdentityRequest } from '../../src/identity/identity-source.ts';

/** A request that presents these `Authorization` headers. */
export function requestWith(...authorization: string[]): IdentityRequest {
  return { headersDistinct: authorization.length === 0 ? {} : { authorization }, remoteAddress: '127.0.0.1', raw: undefined };
}

export function bearing(token: string): IdentityRequest {
  return requestWith(`Bearer ${token}`);
}

/** A request on which passport set a user. */
export function requestOf(user: unknown): IdentityRequest {
  return { headersDistinct: {}, remoteAddress: '127.0.0.1', user, raw: undefined };
}
