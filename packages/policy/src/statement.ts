import type { Condition, OneOrMany, Statement } from './document.ts';
import type { Json } from './json/value.ts';
import { optional, readObject, readOneOf, readString, readText, refused, refuseOtherKeys } from './json-shape.ts';
import { parseTags } from './tags.ts';

const KEYS = ['Sid', 'Effect', 'Action', 'NotAction', 'Resource', 'NotResource', 'Condition'];

type ReadString = (json: Json, where: string) => string;

/**
 * Parses a statement of a session policy: the form that IAM requires, with tags only where values are allowed. The Sid is dropped.
 *
 * @param where what a fault calls the statement
 * @throws {@link TemplateSyntaxError}
 */
export function parseStatement(json: Json, where: string): Statement {
  const given = readObject(json, where);
  if (given.Principal !== undefined || given.NotPrincipal !== undefined)
    throw refused(where, 'has a Principal: remove it, because the principal of a session policy is the session itself');
  refuseOtherKeys(given, KEYS, where);
  if (given.Sid !== undefined) readPlain(given.Sid, `${where}, Sid`);
  if ((given.Action === undefined) === (given.NotAction === undefined)) throw refused(where, 'must have either Action or NotAction');
  if ((given.Resource === undefined) === (given.NotResource === undefined))
    throw refused(where, 'must have either Resource or NotResource');
  const oneOrMany = (key: string, read: ReadString) => (value: Json) => readOneOrMany(value, `${where}, ${key}`, read);
  return {
    Effect: readOneOf(['Allow', 'Deny'], given.Effect, `${where}, Effect`),
    ...optional(given, 'Action', oneOrMany('Action', readPlainString)),
    ...optional(given, 'NotAction', oneOrMany('NotAction', readPlainString)),
    ...optional(given, 'Resource', oneOrMany('Resource', readTagged)),
    ...optional(given, 'NotResource', oneOrMany('NotResource', readTagged)),
    ...optional(given, 'Condition', (value) => parseCondition(value, `${where}, Condition`)),
  };
}

function parseCondition(json: Json, where: string): Condition {
  return mapEntries(json, where, (keys, operator) =>
    mapEntries(keys, `${where}, ${operator}`, (values, key) => readOneOrMany(values, `${where}, ${operator}, ${key}`, readConditionValue)),
  );
}

function mapEntries<T>(json: Json, where: string, read: (value: Json, key: string) => T): Readonly<Record<string, T>> {
  const entries = Object.entries(readObject(json, where));
  if (entries.length === 0) throw refused(where, 'is empty');
  // IAM ignores case in these names and does not say which of the two counts: a reader might see only the narrower one.
  if (new Set(entries.map(([key]) => key.toLowerCase())).size < entries.length) throw refused(where, 'has a key twice, in different case');
  return Object.fromEntries(entries.map(([key, value]) => [readPlainString(key, `${where}, a key`), read(value, key)]));
}

function readOneOrMany(json: Json, where: string, read: ReadString): OneOrMany<string> {
  if (!Array.isArray(json)) return read(json, where);
  if (json.length === 0) throw refused(where, 'is an empty list');
  return json.map((item) => read(item, where));
}

/** A string without tags. */
function readPlain(json: Json, where: string): string {
  const text = readText(json, where);
  if (/\{\{|\}\}/.test(text))
    throw refused(where, 'has a tag: tags are allowed only in Resource, NotResource and the values of a Condition');
  parseTags(text, where);
  return text;
}

function readPlainString(json: Json, where: string): string {
  return readPlain(readString(json, where), where);
}

/** A string that may have tags. */
function readTagged(json: Json, where: string): string {
  const text = readString(json, where);
  parseTags(text, where);
  return text;
}

/** IAM reads `true` and `1` as `"true"` and `"1"`, and accepts an empty string. */
function readConditionValue(json: Json, where: string): string {
  if (typeof json === 'boolean' || (typeof json === 'number' && Number.isSafeInteger(json))) return String(json);
  return json === '' ? '' : readTagged(json, where);
}
