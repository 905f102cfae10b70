import { type IdentifyingPart, identifyingParts, idPlaces } from './session-tag.ts';
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
    const neighbours = taggedStrings(statement).flatMap((text) => neighboursOfId(identifyingParts(text), values));
    const refused = neighbours.filter(({ character }) => wider.has(character));
    return [...new Map(refused.map((neighbour) => [neighbour.character, neighbour])).values()].map(
      ({ character, written }) =>
        `${calledTemplate(template)}, statement ${i + 1} sets \`${character}\` next to \`${written}\`, and \`tenantId\` lets ids have it: ` +
        `one tenant's id could reach into another's. Take \`${character}\` out of \`tenantId.chars\``,
    );
  });
}

interface Neighbour {
  readonly character: string;
  /** What stands for the id. */
  readonly written: string;
}

function neighboursOfId(parts: readonly IdentifyingPart[], values: ReadonlyMap<string, string>): readonly Neighbour[] {
  const textOf = ({ kind, value }: IdentifyingPart): string => (kind === 'name' ? (values.get(value) ?? '') : value);
  return idPlaces(parts).flatMap(({ at, written }) => {
    const [before, after] = [parts[at - 1], parts[at + 1]];
    const characters = [before ? textOf(before).slice(-1) : '', after ? textOf(after).slice(0, 1) : ''];
    return characters.map((character) => ({ character, written }));
  });
}
