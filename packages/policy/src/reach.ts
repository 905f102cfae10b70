import { many, type Statement } from './document.ts';
import { idPositions, type IdentifyingPart, identifyingParts } from './session-tag.ts';
import { conditionValues, describeTemplate, type PermissionTemplate, taggedStrings } from './template.ts';
import { DEFAULT_TENANT_ID, type TenantIdSet } from './tenant-id.ts';

/** Operators that take patterns and are not negated: `StringLike`, `ForAllValues:ArnLike`, and `ArnEquals`, which is the same as `ArnLike`. */
const TAKES_PATTERNS = /^(?!.*not).*(like|arnequals)/i;

/** Stands for a value that is not known yet. No id has this character. */
const UNKNOWN = '\0';

/** A text for each built-in variable with every kind of character that its values have: `us-east-1`, twelve digits, `aws`. */
const BUILT_IN_SHAPES: ReadonlyMap<string, string> = new Map([
  ['region', 'a-0'],
  ['account', '0'],
  ['partition', 'a'],
]);

type Values = ReadonlyMap<string, string>;

/** What surrounds the tenant's id in a string of a statement. */
interface Surroundings {
  /** What the template has in the place of the id: `{{tenant}}` or a session tag. */
  readonly written: string;
  /** The characters before the id, the nearest first. */
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/**
 * The faults of statements in which one tenant's id can reach into another tenant's data.
 *
 * - A wildcard of an Allow that an id can extend into: `{{tenant}}*` and `{{tenant}}-*` let `acme` reach the data of `acme-eu`, and
 *   `*-{{tenant}}` lets `eu` reach them. A character that no id has must be between, unless all ids have one length.
 * - A delimiter next to the id that ids may have, in a set wider than the default. With `/` in ids, the folder `acme/x/` would belong
 *   to the tenant `acme/x` and to `acme`.
 *
 * @param values the values of variables, as far as they are known
 */
export function reachFaults(template: PermissionTemplate, ids: TenantIdSet, values: Values = new Map()): readonly string[] {
  const surroundingsOf = (texts: readonly string[]): readonly Surroundings[] => texts.flatMap((text) => surroundingsIn(text, values));
  return template.Statement.flatMap((statement, i) => {
    const where = `${describeTemplate(template)}, statement ${i + 1}`;
    const wildcards = surroundingsOf(patternsOf(statement)).flatMap((found) => wildcardsNear(found, ids));
    const delimiters = surroundingsOf(taggedStrings(statement)).flatMap((found) => delimitersInIds(found, ids));
    return [...new Set([...wildcards, ...delimiters])].map((fault) => `${where} ${fault}`);
  });
}

function wildcardsNear({ written, before, after }: Surroundings, ids: TenantIdSet): readonly string[] {
  if (ids.min === ids.max) return [];
  const sides = [meetsWildcard(after, ids) ? ['after'] : [], meetsWildcard(before, ids) ? ['before'] : []].flat();
  return sides.map(
    (side) =>
      `has a wildcard ${side} \`${written}\`, and no character between them that tenant ids may not have: one tenant's id could reach into ` +
      "another's. Put such a character there, for example `/`, or exclude the characters between them from the ids by `variables.tenant`",
  );
}

function delimitersInIds({ written, before, after }: Surroundings, ids: TenantIdSet): readonly string[] {
  const delimiters = [before.slice(0, 1), after.slice(0, 1)].flat();
  return delimiters
    .filter((character) => ids.chars.has(character) && !DEFAULT_TENANT_ID.chars.has(character))
    .map(
      (character) =>
        `has \`${character}\` next to \`${written}\`, and \`tenantId\` allows it in ids: one tenant's id could reach into another's. ` +
        `Remove \`${character}\` from \`tenantId.chars\``,
    );
}

function patternsOf({ Effect, Resource, Condition = {} }: Statement): readonly string[] {
  if (Effect === 'Deny') return [];
  const taking = Object.entries(Condition).filter(([operator]) => TAKES_PATTERNS.test(operator));
  return [...many(Resource), ...conditionValues(Object.fromEntries(taking))];
}

function surroundingsIn(text: string, values: Values): readonly Surroundings[] {
  const parts = identifyingParts(text);
  return idPositions(parts).map(({ at, written }) => ({
    written,
    before: charactersOf(parts.slice(0, at), values).toReversed(),
    after: charactersOf(parts.slice(at + 1), values),
  }));
}

/** Further ids and session tags are left out: next to an id they extend it. */
function charactersOf(parts: readonly IdentifyingPart[], values: Values): readonly string[] {
  const textOf = ({ kind, value }: IdentifyingPart): string => {
    if (kind === 'text') return value;
    if (kind === 'session tag' || value === 'tenant') return '';
    return values.get(value) ?? BUILT_IN_SHAPES.get(value) ?? UNKNOWN;
  };
  return parts.map(textOf).join('').split('');
}

/**
 * Whether an id can extend into a wildcard. It cannot where a delimiter and a fixed number of `?` end the string, as for the suffix
 * that AWS Secrets Manager adds to a name: what ids of different lengths reach then differs in length too.
 */
function meetsWildcard(characters: readonly string[], ids: TenantIdSet): boolean {
  const at = characters.findIndex((character) => !ids.chars.has(character));
  if (characters[at] === '?') return at === 0 || characters.slice(at).some((character) => character !== '?');
  return characters[at] === '*';
}
