import { parseTenantId, TenantIdSet } from '@tenant-aws/policy';
import { isObject } from '@tenant-aws/policy/json';
import { TenantMissingError } from '../errors.ts';

/** Every character that no configuration can refuse: printable ASCII without `* ? $ { } " \`. */
const WIDEST_CHARS = '!#%-)+->@-[]-z|~';

/**
 * The widest set that a machine's `tenantId` can be. A source asks no more than this: which ids are accepted
 * is the machine's to say, and it judges each id again, so one option in one place decides.
 */
const WIDEST: TenantIdSet = TenantIdSet.from({ chars: WIDEST_CHARS, edges: WIDEST_CHARS, min: 1, max: 256 });

/**
 * The tenant id that a claim or a property holds. It must be a string that some machine could accept.
 *
 * @param name of the claim or property, for the error's `detail`
 * @throws {@link TenantMissingError} absent or null
 * @throws {@link TenantInvalidError} not a string, empty, or with a character that is refused always
 */
export function readTenant(value: unknown, name: string): string {
  if (value === undefined || value === null)
    throw new TenantMissingError({ detail: { reason: `\`${name}\` is ${value === null ? 'null' : 'absent'}` } });
  return parseTenantId(value, WIDEST);
}

/** What stands at the end of a path of own properties; absent where a step is no object or has no such property of its own. */
export function ownValue(claims: object, path: readonly string[]): unknown {
  let value: unknown = claims;
  for (const step of path) {
    if (!isObject(value)) return undefined;
    value = Object.getOwnPropertyDescriptor(value, step)?.value;
  }
  return value;
}
