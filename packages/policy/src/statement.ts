import type { Condition, OneOrMany, Statement } from './document.ts';
import { TemplateSyntaxError } from './errors.ts';
import type { Json } from './json.ts';
import { parseTags } from './tags.ts';

const KEYS: ReadonlySet<string> = new Set(['Sid', 'Effect', 'Action', 'NotAction', 'Resource', 'NotResource', 'Condition']);

/**
 * A statement of a session policy, judged: its shape as IAM wants it, tags only where a value may stand.
 *
 * @param where what to call the statement in a fault
 * @throws {@link TemplateSyntaxError}
 */
export function parseStatement(json: Json, where: string): Statement {
  if (!isObject(json)) throw refused(where, 'is not an object');
  for (const key of Object.keys(json)) if (!KEYS.has(key)) throw refused(where, unknownKey(key));
  const { Sid, Effect, Action, NotAction, Resource, NotResource, Condition } = json;
  if (Sid !== undefined) plain(Sid, `${where}, Sid`);
  if (Effect !== 'Allow' && Effect !== 'Deny') throw refused(where, 'must have the Effect "Allow" or "Deny"');
  if ((Action === undefined) === (NotAction === undefined)) throw refused(where, 'must have either Action or NotAction');
  if ((Resource === undefined) === (NotResource === undefined)) throw refused(where, 'must have either Resource or NotResource');
  return {
    Effect,
    ...(Action === undefined ? {} : { Action: oneOrMany(Action, `${where}, Action`, plain) }),
    ...(NotAction === undefined ? {} : { NotAction: oneOrMany(NotAction, `${where}, NotAction`, plain) }),
    ...(Resource === undefined ? {} : { Resource: oneOrMany(Resource, `${where}, Resource`, tagged) }),
    ...(NotResource === undefined ? {} : { NotResource: oneOrMany(NotResource, `${where}, NotResource`, tagged) }),
    ...(Condition === undefined ? {} : { Condition: parseCondition(Condition, `${where}, Condition`) }),
  };
}

function parseCondition(json: Json, where: string): Condition {
  return mapEntries(json, where, (keys, operator) =>
    mapEntries(keys, `${where}, ${operator}`, (values, key) => oneOrMany(values, `${where}, ${operator}, ${key}`, conditionValue)),
  );
}

function mapEntries<T>(json: Json, where: string, read: (value: Json, key: string) => T): Readonly<Record<string, T>> {
  if (!isObject(json)) throw refused(where, 'is not an object');
  if (Object.keys(json).length === 0) throw refused(where, 'is empty');
  return Object.fromEntries(Object.entries(json).map(([key, value]) => [plain(key, `${where}, a key`), read(value, key)]));
}

function oneOrMany(json: Json, where: string, read: (json: Json, where: string) => string): OneOrMany<string> {
  if (!isArray(json)) return read(json, where);
  if (json.length === 0) throw refused(where, 'is an empty list');
  return json.map((item) => read(item, where));
}

/** A string that no value may reach. */
function plain(json: Json, where: string): string {
  const text = string(json, where);
  if (/\{\{|\}\}/.test(text))
    throw refused(where, 'has a tag: values may stand in Resource, NotResource and the values of a Condition only');
  parseTags(text, where);
  return text;
}

/** A string whose tags are filled. */
function tagged(json: Json, where: string): string {
  const text = string(json, where);
  parseTags(text, where);
  return text;
}

/** IAM takes `true` and `1` for `"true"` and `"1"`. */
function conditionValue(json: Json, where: string): string {
  if (typeof json === 'boolean' || (typeof json === 'number' && Number.isSafeInteger(json))) return String(json);
  if (json === '') return '';
  return tagged(json, where);
}

function string(json: Json, where: string): string {
  if (typeof json !== 'string') throw refused(where, 'is not a string');
  if (json === '') throw refused(where, 'is empty');
  return json;
}

function unknownKey(key: string): string {
  if (key === 'Principal' || key === 'NotPrincipal') return `has a ${key}: the principal of a session policy is the session`;
  if (/\{\{|\}\}/.test(key)) return 'has a tag in a key';
  return `has the key ${JSON.stringify(key)}, which no statement has`;
}

function refused(where: string, what: string): TemplateSyntaxError {
  return new TemplateSyntaxError([`${where} ${what}`]);
}

export function isObject(json: Json | undefined): json is { readonly [key: string]: Json } {
  return typeof json === 'object' && json !== null && !isArray(json);
}

export function isArray(json: Json | undefined): json is readonly Json[] {
  return Array.isArray(json);
}
