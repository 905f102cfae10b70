import { many, type Statement } from './document.ts';
import { namesTenant, sessionTagsOf } from './session-tag.ts';
import { parseTags } from './tags.ts';
import { describeTemplate, type PermissionTemplate, taggedStrings } from './template.ts';
import { type ValueList, valueListsOf } from './value-lists.ts';

/** Values that a fault shows of one list. */
const SHOWN = 3;

/**
 * The faults of Allow statements that are not bound to one tenant: a quick look that catches the forgotten tenant, not a proof.
 * IAM takes any value of a list, and asks for every key of a Condition. So an Allow is bound where all values of its Resource, or
 * all values of one key that tells data apart, name the tenant or a session tag.
 *
 * @see AWS IAM User Guide, "Conditions with multiple context keys or values"
 */
export function unboundFaults(template: PermissionTemplate): readonly string[] {
  return template.Statement.flatMap((statement, i) => {
    if (statement.Effect === 'Deny') return [];
    const lists = valueListsOf(statement);
    if (lists.some(isBound)) return [];
    return [`${describeTemplate(template)}, statement ${i + 1} names no tenant${sayUnbound(statement, lists, template.name)}`];
  });
}

/**
 * The faults of Allow statements that a session tag binds, where no session has that tag: they allow nothing. Tag keys are the same
 * in any case.
 */
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
 * The faults of Deny statements with a session tag that no session has, in whatever template: without its value IAM matches nothing,
 * so a Resource and a NotResource deny nothing.
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
      `${describeTemplate(template)}, statement ${i + 1} denies by the session tag \`${missing}\`, and sessions do not have it: give it in \`tags\``,
    ];
  });
}

function byTagAlone(template: PermissionTemplate, at: number, tag: string): string {
  return `${describeTemplate(template)}, statement ${at + 1} names its tenant by the session tag \`${tag}\` alone, and sessions do not have it: give it in \`tags\``;
}

function isBound({ idle, values }: ValueList): boolean {
  return idle === undefined && values.every(namesTenant);
}

function namesId(text: string): boolean {
  return parseTags(text, 'a statement').names.includes('tenant');
}

function missingTag(values: readonly string[], sent: ReadonlySet<string>): string | undefined {
  return values.flatMap(sessionTagsOf).find((key) => !sent.has(inLowerCase(key)));
}

/** Of ASCII: a letter that is another's in Unicode alone, as the Kelvin sign is `k`'s, stays itself. */
function inLowerCase(key: string): string {
  return key.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/** The rest of the sentence, and the mend. */
function sayUnbound(statement: Statement, lists: readonly ValueList[], template: string): string {
  const shared = `or, if all tenants may have this, list \`${template}\` in \`shared\``;
  const allowed = actionsOf(statement);
  const named = lists.filter(({ values }) => values.some(namesTenant));
  const partly = named.filter(({ idle }) => idle === undefined);
  if (partly.length > 0)
    return (
      ` in ${partly.map(unnamedOf).join(', nor in ')}: IAM allows ${allowed} for each value of a list by itself, so every tenant could reach every tenant's data. ` +
      `Put \`{{tenant}}\` into every value, or split the statement so that each part names it; ${shared}`
    );
  const reasons = [...new Set(named.flatMap(({ idle }) => idle ?? []))].join('; ');
  const toNoEffect = reasons === '' ? '' : ` (where it stands it tells no data apart: ${reasons})`;
  return (
    `: it allows ${allowed} without \`{{tenant}}\` in its Resource or Condition${toNoEffect}, so every tenant could reach every tenant's data. ` +
    `Put \`{{tenant}}\` there; ${shared}`
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
  if (first === undefined) return `everything but ${many(NotAction).join(', ')}`;
  return rest.length === 0 ? first : `${first} and ${rest.length} more`;
}
