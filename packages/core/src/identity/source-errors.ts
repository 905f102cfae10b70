import { TenantInvalidError } from '@tenant-aws/policy';
import { TokenInvalidError, TokenMissingError } from '../errors.ts';
import type { TenantIdentity } from '../tenant.ts';

/** Sources for which a client must not send a bearer token. */
const NEEDED = {
  header: 'This request needs a tenant from a trusted proxy',
  certificate: 'This request needs a client certificate',
  claims: 'This request needs the claims of an authorizer',
} as const;

/** The error of a request that presents nothing to a source of this kind. */
export function nothingPresented(source: TenantIdentity['source'] | undefined): TokenMissingError {
  if (source === 'header' || source === 'certificate' || source === 'claims')
    return new TokenMissingError(NEEDED[source], { challenge: false });
  return new TokenMissingError();
}

/** The error of a client certificate, from the connection or from a proxy. */
export function certificateInvalid(reason: string): TokenInvalidError {
  return new TokenInvalidError(reason, { message: 'The client certificate is not valid', challenge: false });
}

/** The error of a tenant id that is presented in an unacceptable way. The reason never contains the id. */
export function tenantInvalid(reason: string): TenantInvalidError {
  return new TenantInvalidError('The tenant id is not acceptable', { detail: { reason } });
}

/** The error of claims that an authorizer of API Gateway has verified. */
export function claimsInvalid(reason: string): TokenInvalidError {
  return new TokenInvalidError(reason, { message: 'The claims of the authorizer are not valid', challenge: false });
}
