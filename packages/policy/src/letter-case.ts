import { many } from './document.ts';
import { namesTenant } from './session-tag.ts';
import { describeTemplate, type PermissionTemplate } from './template.ts';
import type { TenantIdSet } from './tenant-id.ts';

const IGNORES_CASE = /^(?!.*not).*ignorecase/i;

/**
 * The faults of Allow statements that compare the tenant without regard to case, where ids may differ in case alone: they allow acme
 * what is ACME's, and the reverse. Keys of S3 and DynamoDB are not the same in another case.
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
        `${describeTemplate(template)}, statement ${i + 1} compares the tenant by \`${operator}\`, and ids may differ in case alone: ` +
        "one tenant's id would stand for another's. Use StringEquals; or leave the ids letters of one case by `variables.tenant`",
    );
  });
}
