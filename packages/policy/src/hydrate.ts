import type { Condition, OneOrMany, Statement } from './document.ts';
import { fillTags, parseTags } from './tags.ts';

/** Values by the name of the variable, built-in variables included. */
export type Values = ReadonlyMap<string, string>;

/**
 * Fills the tags of a statement. Values are filled only into strings of the parsed JSON, so no value can change the structure of the
 * document.
 *
 * @throws {@link TemplateVariableError} a tag has no value
 */
export function hydrate({ Resource, NotResource, Condition, ...rest }: Statement, values: Values): Statement {
  const fill = (strings: OneOrMany<string>): OneOrMany<string> =>
    typeof strings === 'string' ? fillText(strings, values) : strings.map((text) => fillText(text, values));
  return {
    ...rest,
    ...(Resource === undefined ? {} : { Resource: fill(Resource) }),
    ...(NotResource === undefined ? {} : { NotResource: fill(NotResource) }),
    ...(Condition === undefined ? {} : { Condition: mapValues(Condition, (keys) => mapValues(keys, fill)) satisfies Condition }),
  };
}

function fillText(text: string, values: Values): string {
  return fillTags(parseTags(text, 'a statement'), values);
}

function mapValues<T, U>(record: Readonly<Record<string, T>>, map: (value: T) => U): Readonly<Record<string, U>> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
