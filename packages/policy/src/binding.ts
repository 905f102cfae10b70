import { many, type Statement } from './document.ts';
import { parseTags } from './tags.ts';
import { calledTemplate, type PermissionTemplate, taggedStrings, tagNames } from './template.ts';

/** What makes a statement one tenant's: the id itself, or session tags that IAM fills in. */
interface Binding {
  readonly tenant: boolean;
  /** Keys of `${aws:PrincipalTag/...}`, as written. */
  readonly sessionTags: readonly string[];
}

/** A session tag without a default: a default would be the same for all tenants. */
const SESSION_TAG = /\$\{\s*aws:PrincipalTag\/([^,}]+?)\s*\}/gi;

/** `ForAllValues:StringNotEquals`, `NotIpAddress` hold for everything but what they name, `StringLikeIfExists` for a request without the key. */
const HOLDS_FOR_OTHERS = /not|ifexists/i;

/** Keys that are the same whatever the request is for. AWS IAM User Guide, "AWS global condition context keys", Properties of the principal. */
const OF_CALLER = /^aws:(?:principal|userid$|username$|sourceidentity$)/i;

/**
 * What a statement names in Resource or Condition, and a Deny in NotResource: a quick look that catches the forgotten tenant, not a proof.
 * An Allow must tell one tenant's data from another's: what it leaves out does not count, nor what it asks of the caller.
 */
function bindingOf(statement: Statement): Binding {
  const strings = statement.Effect === 'Deny' ? taggedStrings(statement) : [...many(statement.Resource), ...demanded(statement)];
  return {
    tenant: strings.some((text) => parseTags(text, 'a statement').names.includes('tenant')),
    sessionTags: strings.flatMap((text) => [...text.matchAll(SESSION_TAG)].map(([, key = '']) => key)),
  };
}

/** The values that a Condition demands of the data. */
function demanded({ Condition = {} }: Statement): readonly string[] {
  return Object.entries(Condition)
    .filter(([operator]) => !HOLDS_FOR_OTHERS.test(operator))
    .flatMap(([, keys]) => Object.entries(keys))
    .filter(([key]) => !OF_CALLER.test(key))
    .flatMap(([, values]) => many(values));
}

/** Said where the tenant is named, and to no effect. */
const TO_NO_EFFECT =
  ' (where it stands it tells no data apart: NotResource and negated operators leave it out, IfExists holds without the key, and keys such as `aws:PrincipalTag` are of the caller)';

/** The faults of Allow statements that neither name the tenant nor a session tag. */
export function unboundFaults(template: PermissionTemplate): readonly string[] {
  return template.Statement.flatMap((statement, i) => {
    const { tenant, sessionTags } = bindingOf(statement);
    if (statement.Effect === 'Deny' || tenant || sessionTags.length > 0) return [];
    const named = tagNames(statement).includes('tenant') ? TO_NO_EFFECT : '';
    return [
      `${calledTemplate(template)}, statement ${i + 1} names no tenant: it allows ${actionsOf(statement)} without \`{{tenant}}\` in its Resource or Condition${named}, so every tenant could reach every tenant's data. ` +
        `Put \`{{tenant}}\` there; or, if all tenants may have this, list \`${template.name}\` in \`shared\``,
    ];
  });
}

/** The faults of statements that only a session tag binds, where no session has that tag: they allow, or deny, nothing. Tag keys are the same in any case. */
export function untaggedFaults(template: PermissionTemplate, tagKeys: readonly string[]): readonly string[] {
  const sent = new Set(tagKeys.map((key) => key.toLowerCase()));
  return template.Statement.flatMap((statement, i) => {
    const { tenant, sessionTags } = bindingOf(statement);
    const missing = sessionTags.find((key) => !sent.has(key.toLowerCase()));
    if (tenant || missing === undefined) return [];
    return [
      `${calledTemplate(template)}, statement ${i + 1} names its tenant by the session tag \`${missing}\` alone, and sessions do not have it: give it in \`tags\``,
    ];
  });
}

function actionsOf({ Action, NotAction }: Statement): string {
  const [first, ...rest] = many(Action);
  if (first === undefined) return `everything but ${many(NotAction).join(', ')}`;
  return rest.length === 0 ? first : `${first} and ${rest.length} more`;
}
