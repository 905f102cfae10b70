import { parseTags, type Part } from './tags.ts';
import { calledTemplate, type PermissionTemplate, taggedStrings } from './template.ts';
import { DEFAULT_TENANT_ID, type TenantIdSet } from './tenant-id.ts';

/**
 * The faults of a set wider than the default that has a character which the template sets next to `{{tenant}}`.
 * With `/` in ids, the folder `acme/x/` would be the tenant `acme/x`'s and acme's at once.
 *
 * @param values the variables' values where they are known: their edges may be what stands next to the tenant
 */
export function delimiterFaults(
  template: PermissionTemplate,
  set: TenantIdSet,
  values: ReadonlyMap<string, string> = new Map(),
): readonly string[] {
  const wider = new Set([...set.chars].filter((character) => !DEFAULT_TENANT_ID.chars.has(character)));
  if (wider.size === 0) return [];
  return template.Statement.flatMap((statement, i) => {
    const neighbours = taggedStrings(statement).flatMap((text) => neighboursOfTenant(parseTags(text, 'a statement').parts, values));
    return [...new Set(neighbours.filter((character) => wider.has(character)))].map(
      (character) =>
        `${calledTemplate(template)}, statement ${i + 1} sets \`${character}\` next to \`{{tenant}}\`, and \`tenantId\` lets ids have it: ` +
        `one tenant's id could reach into another's. Take \`${character}\` out of \`tenantId.chars\``,
    );
  });
}

function neighboursOfTenant(parts: readonly Part[], values: ReadonlyMap<string, string>): readonly string[] {
  const textOf = ({ kind, value }: Part): string => (kind === 'text' ? value : (values.get(value) ?? ''));
  return parts.flatMap((part, i) => {
    if (part.kind !== 'name' || part.value !== 'tenant') return [];
    const [before, after] = [parts[i - 1], parts[i + 1]];
    return [before ? textOf(before).slice(-1) : '', after ? textOf(after).slice(0, 1) : ''];
  });
}
