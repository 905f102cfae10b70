import type { Faults } from '@tenant-aws/policy';
import { isObject } from '@tenant-aws/policy/json';
import { TenantMissingError } from '../errors.ts';
import { isHeaderName } from './header-name.ts';
import type { IdentityRequest } from './identity-source.ts';
import { usualClaimIn } from './refusal-reasons.ts';
import { tenantInvalid } from './source-errors.ts';
import { ownProperty, ownValue, readTenant, readTenantClaim } from './tenant-claim.ts';
import type { Claims } from './verified-claims.ts';

/** The claim with the tenant id: a literal name, an array of names that is a path, or a function that returns the value. */
export type TenantClaim = string | readonly string[] | ((claims: Claims) => unknown);

/** Which of the tenants of its user a request is for: the value of a header, or the result of a function. */
export type ActiveTenant = { readonly header: string } | ((request: IdentityRequest) => string | undefined);

/** How verified claims name the tenant. */
export type TokenTenant =
  | { readonly fixed: string }
  | {
      /** The claim, for reasons of errors. */
      readonly name: string;
      readonly read: (claims: Claims) => unknown;
      /** The choice of the request; undefined where a token has one tenant. */
      readonly choose: ((request: IdentityRequest) => unknown) | undefined;
    };

interface TokenTenantOptions {
  readonly tenantClaim: unknown;
  readonly tenant: unknown;
  readonly activeTenant: unknown;
}

/** @param at the path of an option, for the faults */
export function readTokenTenant(
  { tenantClaim, tenant, activeTenant }: TokenTenantOptions,
  at: (name: keyof TokenTenantOptions) => string,
  faults: Faults,
): TokenTenant {
  if (tenant !== undefined) {
    if (tenantClaim !== undefined)
      faults.option(at('tenant'), `and \`${at('tenantClaim')}\` exclude each other: give the tenant or the claim that has it`);
    if (activeTenant !== undefined)
      faults.option(at('tenant'), `and \`${at('activeTenant')}\` exclude each other: a fixed tenant is no choice`);
    return { fixed: readFixedTenant(tenant, at('tenant'), faults) };
  }
  const choose = readActiveTenant(activeTenant, at('activeTenant'), faults);
  if (typeof tenantClaim === 'function') return { name: 'tenantClaim', read: (claims) => tenantClaim(claims), choose };
  const path = readTenantClaim(tenantClaim, at('tenantClaim'), faults);
  return { name: path.join('.'), read: (claims) => ownValue(claims, path), choose };
}

/**
 * The tenant of a token.
 *
 * @param choice of the request, among several tenants; `undefined` if it chooses none
 * @throws {@link TenantMissingError}, TenantInvalidError
 */
export function tenantOf(tenant: TokenTenant, claims: Claims, choice?: unknown): string {
  if ('fixed' in tenant) return tenant.fixed;
  const { name, read, choose } = tenant;
  const value = read(claims);
  if (choose === undefined) return readTenant(value, name, () => usualClaimIn(claims));
  return chosen(membersOf(value, name, claims), choice, name);
}

/** @throws {@link TenantMissingError} the user belongs to no tenant; TenantInvalidError the claim is not a list of tenants */
function membersOf(value: unknown, name: string, claims: Claims): readonly string[] {
  if (value === undefined || value === null) return [readTenant(value, name, () => usualClaimIn(claims))];
  const members: readonly unknown[] | undefined = Array.isArray(value) ? value : isObject(value) ? Object.keys(value) : undefined;
  if (members === undefined) throw tenantInvalid(`\`${name}\` is neither a list of tenants nor an object whose keys are tenants`);
  if (members.length === 0) throw new TenantMissingError({ detail: { reason: `\`${name}\` has no tenant` } });
  return members.map((member) => readTenant(member, name));
}

/** The header proves nothing by itself: it only chooses among the tenants of the token. */
function chosen(members: readonly string[], choice: unknown, name: string): string {
  const [only, ...others] = new Set(members);
  if (choice === undefined) {
    if (only !== undefined && others.length === 0) return only;
    throw new TenantMissingError({ detail: { reason: `\`${name}\` has several tenants, and the request chooses none` } });
  }
  const found = members.find((member) => member === choice);
  if (found === undefined) throw tenantInvalid(`the request chooses a tenant that is not in \`${name}\``);
  return found;
}

function readActiveTenant(given: unknown, path: string, faults: Faults): ((request: IdentityRequest) => unknown) | undefined {
  if (given === undefined) return undefined;
  if (typeof given === 'function') return (request) => given(request);
  const header = isObject(given) && Object.keys(given).length === 1 ? ownProperty(given, 'header') : undefined;
  const name = typeof header === 'string' ? header.toLowerCase() : '';
  if (!isHeaderName(name)) faults.option(path, "must be { header: 'x-tenant-id' } or a function of the request");
  return ({ headersDistinct }) => {
    const [value, ...more] = headersDistinct[name] ?? [];
    if (more.length > 0) throw tenantInvalid(`\`${name}\` was sent more than once`);
    return value;
  };
}

function readFixedTenant(tenant: unknown, name: string, faults: Faults): string {
  try {
    return readTenant(tenant, 'tenant');
  } catch {
    faults.option(name, 'must be a tenant id');
    return '';
  }
}
