import { many, type Statement } from './document.ts';
import { namesTenant, sessionTagsOf } from './session-tag.ts';
import { parseTags } from './tags.ts';
import { describeTemplate, type PermissionTemplate, taggedStrings } from './template.ts';
import { type ValueList, valueListsOf } from './value-lists.ts';

/** The most values of one list that a fault shows. */
const SHOWN = 3;

/**
 * The faults of Allow statements that are not bound to one tenant. This check finds a forgotten tenant; it is not a proof.
 * IAM accepts any one value of a list, and requires every key of a Condition. So an Allow is bound if all values of its Resource, or
 * all values of one condition key that separates data, name the tenant or a session tag.
 *
 * @see AWS IAM User Guide, "Conditions with multiple context keys or values"
 */
export function unboundFaults(template: PermissionTemplate): readonly string[] {
  return template.Statement.flatMap((statement, i) => {
    if (statement.Effect === 'Deny') return [];
    const lists = valueListsOf(statement);
    if (lists.some(isBound)) return [];
    return [`${describeTemplate(template)}, statement ${i + 1} names no tenant${describeUnbound(statement, lists, template.name)}`];
  });
}

/** The faults of Allow statements that only a session tag binds, and sessions do not have it: they allow nothing. Case is ignored in tag keys. */
export function untaggedFaults(template: PermissionTemplate, tagKeys: readonly string[]): readonly string[] {
  const sent = new Set(tagKeys.map(inLowerCase));
  return template.Statement.flatMap((statement, i) => {
    if (statement.Effect === 'Deny') return [];
    const bound = valueListsOf(statement).filter(isBound);
    const missing = bound.map(({ values }) =>
      missingTag(
        values.filter((value) => !namesId(value)),
        sent,
      ),
    );
    if (missing[0] === undefined || missing.includes(undefined)) return [];
    return [byTagAlone(template, i, missing[0])];
  });
}

/**
 * The faults of Deny statements with a session tag that sessions do not have, in shared templates too. A policy variable without a
 * value matches nothing, so a Resource or a NotResource with it denies nothing.
 */
export function untaggedDenyFaults(template: PermissionTemplate, tagKeys: readonly string[]): readonly string[] {
  const sent = new Set(tagKeys.map(inLowerCase));
  return template.Statement.flatMap((statement, i) => {
    if (statement.Effect === 'Allow') return [];
    const strings = taggedStrings(statement);
    const missing = missingTag(strings, sent);
    if (missing === undefined) return [];
    if (!strings.some(namesId)) return [byTagAlone(template, i, missing)];
    return [
      `${describeTemplate(template)}, statement ${i + 1} denies by the session tag \`${missing}\`, which sessions do not have: add it to \`tags\``,
    ];
  });
}

function byTagAlone(template: PermissionTemplate, at: number, tag: string): string {
  return `${describeTemplate(template)}, statement ${at + 1} names the tenant only by the session tag \`${tag}\`, which sessions do not have: add it to \`tags\``;
}

function isBound({ notBinding, values }: ValueList): boolean {
  return notBinding === undefined && values.every(namesTenant);
}

function namesId(text: string): boolean {
  return parseTags(text, 'a statement').names.includes('tenant');
}

function missingTag(values: readonly string[], sent: ReadonlySet<string>): string | undefined {
  return values.flatMap(sessionTagsOf).find((key) => !sent.has(inLowerCase(key)));
}

/** Changes ASCII letters only: the Kelvin sign, whose lower case is `k`, stays. */
function inLowerCase(key: string): string {
  return key.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/** The rest of the sentence, and how to fix it. */
function describeUnbound(statement: Statement, lists: readonly ValueList[], template: string): string {
  const shared = `or, if all tenants may have this access, add \`${template}\` to \`shared\``;
  const allowed = actionsOf(statement);
  const named = lists.filter(({ values }) => values.some(namesTenant));
  const binding = named.filter(({ notBinding }) => notBinding === undefined);
  if (binding.length > 0)
    return (
      ` in ${binding.map(unnamedOf).join(', nor in ')}: IAM allows ${allowed} for each value of a list by itself, so every tenant could reach every tenant's data. ` +
      `Put \`{{tenant}}\` into every value, or split the statement so that each part names it; ${shared}`
    );
  const reasons = [...new Set(named.flatMap(({ notBinding }) => notBinding ?? []))].join('; ');
  const hint = reasons === '' ? '' : ` (where it is named, it does not separate data: ${reasons})`;
  return (
    `: it allows ${allowed} without \`{{tenant}}\` in its Resource or Condition${hint}, so every tenant could reach every tenant's data. ` +
    `Put \`{{tenant}}\` into one of them; ${shared}`
  );
}

/** `"arn:aws:s3:::notes/*" of its Resource`. */
function unnamedOf({ where, values }: ValueList): string {
  const unnamed = values.filter((value) => !namesTenant(value)).map((value) => JSON.stringify(value));
  const more = unnamed.length > SHOWN ? [`${unnamed.length - SHOWN} more`] : [];
  return `${[...unnamed.slice(0, SHOWN), ...more].join(' and ')} of its ${where}`;
}

function actionsOf({ Action, NotAction }: Statement): string {
  const [first, ...rest] = many(Action);
  if (first === undefined) return `every action but ${many(NotAction).join(', ')}`;
  return rest.length === 0 ? first : `${first} and ${rest.length} more`;
}
