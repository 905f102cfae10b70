import { type Condition, many, type OneOrMany, type Statement } from './document.ts';
import { fillTags, parseTags, type TaggedText } from './tags.ts';

/** Values by the name of the variable, built-in variables included. */
export type Values = ReadonlyMap<string, string>;

/** Fills the tags of a statement, which were parsed once. */
export type Hydrate = (values: Values) => Statement;

/**
 * Prepares a parsed statement. Values are filled only into strings of the parsed JSON, so no value can change the structure of the document.
 */
export function hydratable(statement: Statement): Hydrate {
  const { Resource, NotResource, Condition, ...rest } = statement;
  const resource = Resource === undefined ? undefined : leaves(Resource);
  const notResource = NotResource === undefined ? undefined : leaves(NotResource);
  const condition = Condition === undefined ? undefined : conditionLeaves(Condition);
  return (values) => ({
    ...rest,
    ...(resource === undefined ? {} : { Resource: resource(values) }),
    ...(notResource === undefined ? {} : { NotResource: notResource(values) }),
    ...(condition === undefined ? {} : { Condition: condition(values) }),
  });
}

function leaves(strings: OneOrMany<string>): (values: Values) => readonly string[] {
  const tagged: readonly TaggedText[] = many(strings).map((text) => parseTags(text, 'a statement'));
  return (values) => tagged.map((text) => fillTags(text, values));
}

function conditionLeaves(condition: Condition): (values: Values) => Condition {
  const operators = Object.entries(condition).map(
    ([operator, keys]) => [operator, Object.entries(keys).map(([key, strings]) => [key, leaves(strings)] as const)] as const,
  );
  return (values) =>
    Object.fromEntries(operators.map(([operator, keys]) => [operator, Object.fromEntries(keys.map(([key, fill]) => [key, fill(values)]))]));
}
