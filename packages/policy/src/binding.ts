import { many, type Statement } from './document.ts';
import { parseTags } from './tags.ts';
import { calledTemplate, conditionValues, type PermissionTemplate } from './template.ts';

/** What makes a statement one tenant's: the id itself, or session tags that IAM fills in. */
interface Binding {
  readonly tenant: boolean;
  /** Keys of `${aws:PrincipalTag/...}`, as written. */
  readonly sessionTags: readonly string[];
}

/** A session tag without a default: a default would be the same for all tenants. */
const SESSION_TAG = /\$\{\s*aws:PrincipalTag\/([^,}]+?)\s*\}/gi;

/** What a statement names in Resource or Condition, and a Deny in NotResource: a quick look that catches the forgotten tenant, not a proof. */
function bindingOf({ Effect, Resource, NotResource, Condition }: Statement): Binding {
  const strings = [...many(Resource), ...(Effect === 'Deny' ? many(NotResource) : []), ...conditionValues(Condition)];
  return {
    tenant: strings.some((text) => parseTags(text, 'a statement').names.includes('tenant')),
    sessionTags: strings.flatMap((text) => [...text.matchAll(SESSION_TAG)].map(([, key = '']) => key)),
  };
}

/** The faults of Allow statements that neither name the tenant nor a session tag. */
export function unboundFaults(template: PermissionTemplate): readonly string[] {
  return template.Statement.flatMap((statement, i) => {
    const { tenant, sessionTags } = bindingOf(statement);
    if (statement.Effect === 'Deny' || tenant || sessionTags.length > 0) return [];
    return [
      `${calledTemplate(template)}, statement ${i + 1} names no tenant: it allows ${actionsOf(statement)} without \`{{tenant}}\` in its Resource or Condition, so every tenant could reach every tenant's data. ` +
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
