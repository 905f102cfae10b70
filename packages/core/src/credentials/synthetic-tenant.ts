import { randomInt } from 'node:crypto';
import type { TenantIdSet } from '@tenant-aws/policy';

/** Shown by CloudTrail as the name of the session. */
const NAME = 'tenant-aws-probe';

/** A tenant id of this set that no tenant is expected to have: {@link NAME}, or random characters if the set does not have it. */
export function syntheticTenantId(set: TenantIdSet): string {
  if (set.admits(NAME)) return NAME;
  const [chars, edges] = [[...set.chars], [...set.edges]];
  const length = Math.min(Math.max(set.min, NAME.length), set.max);
  return Array.from({ length }, (_, at) => oneOf(at === 0 || at === length - 1 ? edges : chars)).join('');
}

function oneOf(characters: readonly string[]): string {
  return characters[randomInt(characters.length)] ?? '';
}
