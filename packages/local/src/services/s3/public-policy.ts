import { isEverybody, listOf } from '../../policy-principal.ts';
import type { ResourcePolicyStatement } from '../../resource-policy.ts';

/** The condition keys that limit a grant to everybody, in lower case. */
const LIMITING_KEYS: ReadonlySet<string> = new Set([
  'aws:principalaccount',
  'aws:principalarn',
  'aws:principalorgid',
  'aws:principalorgpaths',
  'aws:sourceaccount',
  'aws:sourcearn',
  'aws:sourceip',
  'aws:sourceowner',
  'aws:sourcevpc',
  'aws:sourcevpce',
  'aws:userid',
  's3:dataaccesspointaccount',
  's3:dataaccesspointarn',
]);

/** Operators that do not match if the key is absent, or has another value. */
const LIMITING_OPERATOR = /^(?:ForAnyValue:)?(?:StringEquals|StringLike|ArnEquals|ArnLike|IpAddress)$/i;
const MIN_PREFIX_BITS = { ipv4: 8, ipv6: 32 };

/**
 * Whether a statement makes a bucket public: it allows everybody, without a condition on a fixed value. New buckets on AWS refuse such a policy.
 *
 * @see Amazon S3 User Guide, "Blocking public access to your Amazon S3 storage", the meaning of "public"
 */
export function isPublic({ Effect, Principal, Condition = {} }: ResourcePolicyStatement): boolean {
  if (Effect !== 'Allow' || !isEverybody(Principal)) return false;
  return !Object.entries(Condition).some(
    ([operator, keys]) =>
      LIMITING_OPERATOR.test(operator) &&
      Object.entries(keys).some(([key, values]) => LIMITING_KEYS.has(key.toLowerCase()) && listOf(values).map(String).every(isFixed)),
  );
}

/** A value without a wildcard and a policy variable; a range of addresses that is not very wide. */
function isFixed(value: string): boolean {
  if (/[*?$]/.test(value)) return false;
  const [, bits] = /\/(\d{1,3})$/.exec(value) ?? [];
  const isRange = bits !== undefined && !value.startsWith('arn:');
  return !isRange || Number(bits) >= (value.includes(':') ? MIN_PREFIX_BITS.ipv6 : MIN_PREFIX_BITS.ipv4);
}
