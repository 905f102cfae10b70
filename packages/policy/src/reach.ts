import { many, type Statement } from './document.ts';
import { type IdentifyingPart, identifyingParts, idPlaces } from './session-tag.ts';
import { calledTemplate, conditionValues, type PermissionTemplate } from './template.ts';
import type { TenantIdSet } from './tenant-id.ts';

/** Operators that take patterns, and are not negated: `StringLike`, `ForAllValues:ArnLike`, `ArnEquals`, which is the same. */
const TAKES_PATTERNS = /^(?!.*not).*(like|arnequals)/i;

const UNKNOWN = '\0';

/** The kinds of characters that every value of a built-in variable has, and no others: `us-east-1`, twelve digits, `aws`. */
const BUILT_IN_SHAPES: ReadonlyMap<string, string> = new Map([
  ['region', 'a-0'],
  ['account', '0'],
  ['partition', 'a'],
]);

/**
 * The faults of Allow statements in which an id can grow into a wildcard: `{{tenant}}*` and `{{tenant}}-*` let `acme` reach
 * what is `acme-eu`'s, and `*-{{tenant}}` the reverse. A character that no id may have must stand between, unless all ids
 * are of one length.
 *
 * @param values the variables' values where they are known: what stands between may be theirs
 */
export function reachFaults(
  template: PermissionTemplate,
  set: TenantIdSet,
  values: ReadonlyMap<string, string> = new Map(),
): readonly string[] {
  if (set.min === set.max) return [];
  return template.Statement.flatMap((statement, i) => {
    const grown = patternsOf(statement).flatMap((pattern) => grownInto(identifyingParts(pattern), set, values));
    return [...new Set(grown)].map(
      (place) =>
        `${calledTemplate(template)}, statement ${i + 1} has a wildcard ${place}, with nothing between that ids may not have: ` +
        `one tenant's id could reach into another's. Put such a character there, as \`/\` is; or take what stands there out of the ids by \`variables.tenant\``,
    );
  });
}

function patternsOf({ Effect, Resource, Condition = {} }: Statement): readonly string[] {
  if (Effect === 'Deny') return [];
  const taking = Object.entries(Condition).filter(([operator]) => TAKES_PATTERNS.test(operator));
  return [...many(Resource), ...conditionValues(Object.fromEntries(taking))];
}

/** Where an id can grow into a wildcard of this string. A session tag stands for an id. */
function grownInto(parts: readonly IdentifyingPart[], set: TenantIdSet, values: ReadonlyMap<string, string>): readonly string[] {
  return idPlaces(parts).flatMap(({ at, written }) => {
    const after = charactersOf(parts.slice(at + 1), values);
    const before = charactersOf(parts.slice(0, at), values).toReversed();
    return [
      ...(meetsWildcard(after, set) ? [`behind \`${written}\``] : []),
      ...(meetsWildcard(before, set) ? [`in front of \`${written}\``] : []),
    ];
  });
}

/** One by one. What nobody knows yet stops the search, and no id has it; ids next to each other only make more of the same. */
function charactersOf(parts: readonly IdentifyingPart[], values: ReadonlyMap<string, string>): readonly string[] {
  const textOf = ({ kind, value }: IdentifyingPart): string => {
    if (kind === 'text') return value;
    if (kind === 'session tag' || value === 'tenant') return '';
    return values.get(value) ?? BUILT_IN_SHAPES.get(value) ?? UNKNOWN;
  };
  return parts.map(textOf).join('').split('');
}

/**
 * A delimiter and a fixed number of characters to the end, as AWS Secrets Manager puts behind a name, are none to grow into:
 * what ids of different lengths reach then differs in length, too.
 */
function meetsWildcard(characters: readonly string[], set: TenantIdSet): boolean {
  const at = characters.findIndex((character) => !set.chars.has(character));
  if (characters[at] === '?') return at === 0 || characters.slice(at).some((character) => character !== '?');
  return characters[at] === '*';
}
