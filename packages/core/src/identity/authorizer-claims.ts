import { Faults } from '@tenant-aws/policy';
import { isObject } from '@tenant-aws/policy/json';
import { systemClock } from '../clock.ts';
import { frozenCopy } from '../frozen.ts';
import { optionsElsewhere } from '../option-places.ts';
import type { TenantIdentity } from '../tenant.ts';
import type { IdentityRequest, IdentitySource } from './identity-source.ts';
import { claimsInvalid, tenantInvalid } from './source-errors.ts';
import { ownProperty, ownValue, readTenant, readTenantClaim } from './tenant-claim.ts';
import { isDate } from './unverified-token.ts';
import type { Claims } from './verified-claims.ts';

export interface AuthorizerClaimsOptions {
  /** The claim with the tenant id: a literal name, or an array of names as a path. Default: `custom:tenant_id`. */
  readonly tenantClaim?: string | readonly string[] | undefined;
}

/** `Sun Dec 17 07:28:12 UTC 2017`: the form in which a REST API writes the dates of a Cognito token. */
const JAVA_DATE = /^[A-Z][a-z]{2} ([A-Z][a-z]{2} \d{2} \d{2}:\d{2}:\d{2}) UTC (\d{4})$/;

/**
 * The identity source of the claims that an authorizer of API Gateway has verified. It reads `requestContext.authorizer` of the Lambda
 * event in {@link IdentityRequest.raw}, which only API Gateway can set, and nothing else of the event.
 *
 * REST APIs: the claims of a Cognito authorizer, or the context of a Lambda authorizer. HTTP APIs: the claims of a JWT authorizer, or the
 * context of a Lambda authorizer. The IAM authorizer presents nothing.
 *
 * @throws {@link ConfigurationError} an invalid option
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export function authorizerClaims(options: AuthorizerClaimsOptions = {}): IdentitySource {
  const path = readOptions(options);

  function authorizerClaims({ raw }: IdentityRequest): TenantIdentity | undefined {
    const claims = claimsIn(raw);
    return claims && identityOf(frozenCopy(claims), path);
  }

  return Object.assign(authorizerClaims, { source: 'claims' as const });
}

function claimsIn(event: unknown): Claims | undefined {
  const authorizer = isObject(event) ? ownValue(event, ['requestContext', 'authorizer']) : undefined;
  if (!isObject(authorizer)) return undefined;
  return ownProperty(event as Claims, 'version') === '2.0' ? claimsOfHttpApi(authorizer) : claimsOfRestApi(authorizer);
}

function claimsOfHttpApi(authorizer: Claims): Claims | undefined {
  const jwt = ownValue(authorizer, ['jwt', 'claims']);
  const lambda = ownProperty(authorizer, 'lambda');
  return [jwt, lambda].find(isObject);
}

/** The context of a Lambda authorizer has texts, numbers and booleans only, beside the claims of a Cognito authorizer. */
function claimsOfRestApi(authorizer: Claims): Claims | undefined {
  const claims = ownProperty(authorizer, 'claims');
  if (isObject(claims)) return claims;
  const members = Object.entries(authorizer).filter(([, value]) => ['string', 'number', 'boolean'].includes(typeof value));
  return members.length === 0 ? undefined : Object.fromEntries(members);
}

function identityOf(claims: Claims, path: readonly string[]): TenantIdentity {
  const [subject, expiresAt] = [ownProperty(claims, 'sub'), expiryOf(ownProperty(claims, 'exp'))];
  if (expiresAt !== undefined && expiresAt <= systemClock.now().wall) throw claimsInvalid('expired');
  return Object.freeze({
    tenantId: tenantOf(ownValue(claims, path), path.join('.')),
    claims,
    source: 'claims' as const,
    ...(typeof subject === 'string' && { subject }),
    ...(expiresAt !== undefined && { expiresAt }),
  });
}

/** HTTP APIs write an array of claims as the text `[a b]`. An array is not a tenant. */
function tenantOf(value: unknown, name: string): string {
  if (typeof value === 'string' && value.startsWith('[')) throw tenantInvalid(`\`${name}\` is an array`);
  return readTenant(value, name);
}

/**
 * Milliseconds of the epoch.
 *
 * @throws TokenInvalidError if it cannot be read: the identity would never expire
 */
function expiryOf(exp: unknown): number | undefined {
  if (exp === undefined) return undefined;
  const seconds = typeof exp === 'string' ? secondsIn(exp) : exp;
  if (isDate(seconds)) return seconds * 1_000;
  throw claimsInvalid('the expiry is not a date');
}

function secondsIn(text: string): number | undefined {
  if (/^\d{1,13}$/.test(text)) return Number(text);
  const [, day, year] = JAVA_DATE.exec(text) ?? [];
  return day === undefined ? undefined : Date.parse(`${day} ${year} UTC`) / 1_000;
}

function readOptions(given: AuthorizerClaimsOptions): readonly string[] {
  const faults = new Faults();
  if (!isObject(given)) faults.add('the options of `authorizerClaims` must be an object');
  faults.throwIfAny();
  const { tenantClaim, ...unknown } = given;
  faults.noneOf('', unknown, ['tenantClaim'], optionsElsewhere('authorizerClaims'));
  const path = readTenantClaim(tenantClaim, 'tenantClaim', faults);
  faults.throwIfAny();
  return path;
}
