import { many } from './document.ts';
import { namesTenant } from './session-tag.ts';
import { describeTemplate, type PermissionTemplate } from './template.ts';
import type { TenantIdSet } from './tenant-id.ts';

const IGNORES_CASE = /^(?!.*not).*ignorecase/i;

/**
 * The faults of Allow statements that ignore case when they compare the tenant, if two ids may differ only in case: they give acme
 * access to the data of ACME, and the reverse. S3 and DynamoDB compare keys with their case.
 *
 * @see AWS IAM User Guide, "IAM JSON policy elements: Condition operators", StringEqualsIgnoreCase
 */
export function letterCaseFaults(template: PermissionTemplate, { chars }: TenantIdSet): readonly string[] {
  if (![...chars].some((character) => character !== character.toLowerCase() && chars.has(character.toLowerCase()))) return [];
  return template.Statement.flatMap(({ Effect, Condition = {} }, i) => {
    const ignoring = Effect === 'Deny' ? [] : Object.entries(Condition).filter(([operator]) => IGNORES_CASE.test(operator));
    const naming = ignoring.filter(([, keys]) => Object.values(keys).some((values) => many(values).some(namesTenant)));
    return naming.map(
      ([operator]) =>
        `${describeTemplate(template)}, statement ${i + 1} compares the tenant by \`${operator}\`, and two ids may differ only in case: ` +
        "one tenant's id would match another's. Use StringEquals, or allow letters of one case only by `variables.tenant`",
    );
  });
}
