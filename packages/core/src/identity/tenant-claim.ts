import { type Faults, parseTenantId, TenantIdSet } from '@tenant-aws/policy';
import { isObject } from '@tenant-aws/policy/json';
import { TenantMissingError } from '../errors.ts';

/** Every character that some configuration accepts: printable ASCII without `* ? $ { } " \`. */
const WIDEST_CHARS = '!#%-)+->@-[]-z|~';

/**
 * The widest set that the machine's option `tenantId` can define. Identity sources check this set only. Each machine
 * checks the id again by its own set, so that option alone decides which ids are accepted.
 */
const WIDEST: TenantIdSet = TenantIdSet.from({ chars: WIDEST_CHARS, edges: WIDEST_CHARS, min: 1, max: 256 });

/**
 * Reads the tenant id from the value of a claim or a property. It must be a string that some machine could accept.
 *
 * @param name of the claim or property, for the error's `detail`
 * @param more the end of the reason for an absent tenant
 * @throws {@link TenantMissingError} absent or null
 * @throws {@link TenantInvalidError} not a string, empty, or with a character that is always refused
 */
export function readTenant(value: unknown, name: string, more: () => string = () => ''): string {
  if (value === undefined || value === null)
    throw new TenantMissingError({ detail: { reason: `\`${name}\` is ${value === null ? 'null' : 'absent'}${more()}` } });
  return parseTenantId(value, WIDEST);
}

/** Reads the option that names the claim with the tenant, as a path. Default: `custom:tenant_id`. */
export function readTenantClaim(given: unknown, option: string, faults: Faults): readonly string[] {
  const path: readonly unknown[] = Array.isArray(given) ? given : [given ?? 'custom:tenant_id'];
  if (path.length === 0 || !path.every(isName)) faults.option(option, 'must be the name of a claim, or an array of names that is its path');
  return path.filter(isName);
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

/** The value of an own property. What `Object.prototype` has is not a claim. */
export function ownProperty(object: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/** The value at a path of own properties; `undefined` if a step is not an object or has no such own property. */
export function ownValue(claims: object, path: readonly string[]): unknown {
  let value: unknown = claims;
  for (const step of path) {
    if (!isObject(value)) return undefined;
    value = ownProperty(value, step);
  }
  return value;
}
