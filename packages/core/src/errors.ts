import { TenantAwsError, type TenantAwsErrorOptions } from '@tenant-aws/policy';
import { endsWaiters } from './ends-waiters.ts';

/** Nothing was presented: no token, no user, no header. */
export class TokenMissingError extends TenantAwsError {
  readonly code = 'token_missing';
  readonly status = 401;

  constructor(message = 'This request needs a bearer token', options: TenantAwsErrorOptions = {}) {
    super(message, { ...options, headers: { 'WWW-Authenticate': 'Bearer', ...options.headers } });
  }
}

/** A token that is malformed, expired, not yet valid, of another issuer or audience, or not signed by a key of ours. `detail.reason` says which. */
export class TokenInvalidError extends TenantAwsError {
  readonly code = 'token_invalid';
  readonly status = 401;

  constructor(reason: string, options: TenantAwsErrorOptions = {}) {
    super('The bearer token is not valid', {
      ...options,
      detail: { reason, ...options.detail },
      headers: { 'WWW-Authenticate': 'Bearer error="invalid_token"', ...options.headers },
    });
  }

  static {
    endsWaiters(this.prototype);
  }
}

/** Verified, but it names no tenant. `detail` names the claim or property that was looked for. */
export class TenantMissingError extends TenantAwsError {
  readonly code = 'tenant_missing';
  readonly status = 403;

  constructor(options: TenantAwsErrorOptions = {}) {
    super('This identity belongs to no tenant', options);
  }
}

/** No key to judge a token with: the issuer's key set cannot be had. Never a 401, for the token may be good. */
export class KeysUnavailableError extends TenantAwsError {
  readonly code = 'keys_unavailable';
  readonly status = 503;

  constructor(options: TenantAwsErrorOptions & { readonly retryAfterSeconds?: number } = {}) {
    const { retryAfterSeconds = 1, ...rest } = options;
    super('Tokens cannot be verified at the moment', { ...rest, headers: retryAfter(retryAfterSeconds) });
  }
}

/** STS did not answer in time, throttled, failed, or cannot be reached; or there are no base credentials to ask it with. */
export class StsUnavailableError extends TenantAwsError {
  readonly code = 'sts_unavailable';
  readonly status = 503;

  constructor(reason: string, options: TenantAwsErrorOptions & { readonly retryAfterSeconds?: number } = {}) {
    const { retryAfterSeconds = 1, ...rest } = options;
    super('AWS credentials cannot be had at the moment', {
      ...rest,
      detail: { reason, ...rest.detail },
      headers: retryAfter(retryAfterSeconds),
    });
  }
}

/** STS refused for a reason that asking again does not mend: our role, trust or policy is wrong. `detail.sts` has its words. */
export class StsRejectedError extends TenantAwsError {
  readonly code = 'sts_rejected';
  readonly status = 500;

  constructor(sts: string, options: TenantAwsErrorOptions = {}) {
    super('AWS refused to issue credentials for this request', { ...options, detail: { sts, ...options.detail } });
  }
}

/** More life was asked for than credentials of this role can have: `durationSeconds` less a minute at most. `detail` has both, in milliseconds. */
export class LifeUnavailableError extends TenantAwsError {
  readonly code = 'life_unavailable';
  readonly status = 500;

  constructor(options: TenantAwsErrorOptions = {}) {
    super('AWS credentials that live so long cannot be had', options);
  }
}

/** The tenant was revoked, or `authorizeTenant` does not accept it. */
export class TenantRevokedError extends TenantAwsError {
  readonly code = 'tenant_revoked';
  readonly status = 403;

  constructor(options: TenantAwsErrorOptions = {}) {
    super('This tenant has no access', options);
  }

  static {
    endsWaiters(this.prototype);
  }
}

/** The signature guard stopped a request that was signed with a key not vended to this tenant. Nothing was sent. */
export class TenantMismatchError extends TenantAwsError {
  readonly code = 'tenant_mismatch';
  readonly status = 500;

  constructor(options: TenantAwsErrorOptions = {}) {
    super('This request was about to be signed for another tenant', options);
  }

  static {
    endsWaiters(this.prototype);
  }
}

/**
 * No socket to an AWS endpoint became free in five seconds: the tenant uses its share of them, which is half of `clients.maxSockets`,
 * or all are in use. Nothing was sent, and the SDK does not retry it. `detail` has the tenant and the endpoint.
 */
export class ConnectionUnavailableError extends TenantAwsError {
  readonly code = 'connection_unavailable';
  readonly status = 503;

  constructor(options: TenantAwsErrorOptions & { readonly retryAfterSeconds?: number } = {}) {
    const { retryAfterSeconds = 1, ...rest } = options;
    super('No connection to AWS is free at the moment', { ...rest, headers: retryAfter(retryAfterSeconds) });
  }
}

/** A tenant's client or credentials were asked for outside a tenant's context. */
export class NoTenantError extends TenantAwsError {
  readonly code = 'no_tenant';
  readonly status = 500;

  constructor(message = 'There is no tenant here: this code runs outside a request of a tenant', options: TenantAwsErrorOptions = {}) {
    super(message, options);
  }

  static {
    endsWaiters(this.prototype);
  }
}

function retryAfter(seconds: number): Record<string, string> {
  return { 'Retry-After': String(Math.max(1, Math.ceil(seconds))) };
}
