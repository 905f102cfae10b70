import { TenantAwsError, type TenantAwsErrorOptions } from '@tenant-aws/policy';
import { endsWaiters } from './ends-waiters.ts';

interface ChallengeOptions extends TenantAwsErrorOptions {
  readonly challenge?: string | false;
}

/** The request presents nothing: no token, no user, no header, no certificate. */
export class TokenMissingError extends TenantAwsError {
  readonly code = 'token_missing';
  readonly status = 401;

  /** @param options `challenge`: the value of `WWW-Authenticate`, or `false` for none. Default: `Bearer` */
  constructor(message = 'This request needs a bearer token', options: ChallengeOptions = {}) {
    const { challenge = 'Bearer', ...rest } = options;
    super(message, { ...rest, headers: { ...challengeHeader(challenge), ...rest.headers } });
  }
}

/**
 * The token is malformed, expired, not yet valid, for another issuer or audience, or not signed by an accepted key; or the client certificate
 * is not valid. The reason is in `detail.reason`.
 */
export class TokenInvalidError extends TenantAwsError {
  readonly code = 'token_invalid';
  readonly status = 401;

  /**
   * @param options `message`: Default: `The bearer token is not valid` · `challenge`: the value of `WWW-Authenticate`, or `false` for none.
   * Default: `Bearer error="invalid_token"`
   */
  constructor(reason: string, options: ChallengeOptions & { readonly message?: string } = {}) {
    const { message = 'The bearer token is not valid', challenge = 'Bearer error="invalid_token"', ...rest } = options;
    super(message, {
      ...rest,
      detail: { reason, ...rest.detail },
      headers: { ...challengeHeader(challenge), ...rest.headers },
    });
  }

  static {
    endsWaiters(this.prototype);
  }
}

/** The identity is verified but names no tenant. `detail` has the name of the claim or property that was read. */
export class TenantMissingError extends TenantAwsError {
  readonly code = 'tenant_missing';
  readonly status = 403;

  constructor(options: TenantAwsErrorOptions = {}) {
    super('This identity belongs to no tenant', options);
  }
}

/** The header with the tenant or the certificate does not come from a trusted proxy. The reason is in `detail.reason`. */
export class ProxyUntrustedError extends TenantAwsError {
  readonly code = 'proxy_untrusted';
  readonly status = 403;

  constructor(reason: string, options: TenantAwsErrorOptions = {}) {
    super('This request did not come through a trusted proxy', { ...options, detail: { reason, ...options.detail } });
  }
}

/** The issuer's keys are temporarily unavailable. Never a 401, because the token may be valid. */
export class KeysUnavailableError extends TenantAwsError {
  readonly code = 'keys_unavailable';
  readonly status = 503;

  constructor(options: TenantAwsErrorOptions & { readonly retryAfterSeconds?: number } = {}) {
    const { retryAfterSeconds = 1, ...rest } = options;
    super('Tokens cannot be verified at the moment', { ...rest, headers: retryAfter(retryAfterSeconds) });
  }
}

/** STS throttled, failed, timed out or cannot be reached, there are no base credentials to call STS with, or the machine is closed. */
export class StsUnavailableError extends TenantAwsError {
  readonly code = 'sts_unavailable';
  readonly status = 503;

  constructor(reason: string, options: TenantAwsErrorOptions & { readonly retryAfterSeconds?: number } = {}) {
    const { retryAfterSeconds = 1, ...rest } = options;
    super('AWS credentials are temporarily unavailable', {
      ...rest,
      detail: { reason, ...rest.detail },
      headers: retryAfter(retryAfterSeconds),
    });
  }
}

/** STS refused for a reason that a retry does not fix: the role, its trust policy or the session policy is wrong. `detail.sts` has the message of STS. */
export class StsRejectedError extends TenantAwsError {
  readonly code = 'sts_rejected';
  readonly status = 500;

  constructor(sts: string, options: TenantAwsErrorOptions = {}) {
    super('AWS refused to issue credentials for this request', { ...options, detail: { sts, ...options.detail } });
  }
}

/** The requested lifetime is longer than this role can give: at most `durationSeconds` less a minute. `detail` has both, in milliseconds. */
export class LifeUnavailableError extends TenantAwsError {
  readonly code = 'life_unavailable';
  readonly status = 500;

  constructor(options: TenantAwsErrorOptions = {}) {
    super('AWS credentials with the requested lifetime are unavailable', options);
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

/** The signature guard stopped a request whose access key was not vended to this tenant. Nothing was sent. */
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
 * No socket to an AWS endpoint became free in five seconds: the tenant uses half of `clients.maxSockets`, which is its maximum,
 * or all sockets are in use. Nothing was sent, and the SDK does not retry. `detail` has the tenant and the endpoint.
 */
export class ConnectionUnavailableError extends TenantAwsError {
  readonly code = 'connection_unavailable';
  readonly status = 503;

  constructor(options: TenantAwsErrorOptions & { readonly retryAfterSeconds?: number } = {}) {
    const { retryAfterSeconds = 1, ...rest } = options;
    super('No connection to AWS is free at the moment', { ...rest, headers: retryAfter(retryAfterSeconds) });
  }
}

/** A client or credentials of a tenant were requested outside the context of a tenant. */
export class NoTenantError extends TenantAwsError {
  readonly code = 'no_tenant';
  readonly status = 500;

  constructor(message = 'This code runs outside the context of a tenant', options: TenantAwsErrorOptions = {}) {
    super(message, options);
  }

  static {
    endsWaiters(this.prototype);
  }
}

function challengeHeader(challenge: string | false): Record<string, string> {
  return challenge === false ? {} : { 'WWW-Authenticate': challenge };
}

function retryAfter(seconds: number): Record<string, string> {
  return { 'Retry-After': String(Math.max(1, Math.ceil(seconds))) };
}
