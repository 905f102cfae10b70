import { TemplateSyntaxError } from './errors.ts';
import { nearest } from './faults.ts';
import { isObject, type Json, type JsonObject } from './json/value.ts';

// Each reader returns the value with its type, or throws a TemplateSyntaxError whose text begins with `where`.

export function readObject(json: Json | undefined, where: string): JsonObject {
  if (!isObject(json)) throw refused(where, 'is not an object');
  return json;
}

export function readArray(json: Json | undefined, where: string): readonly Json[] {
  if (!Array.isArray(json)) throw refused(where, 'is not a list');
  return json;
}

export function readText(json: Json | undefined, where: string): string {
  if (typeof json !== 'string') throw refused(where, 'is not a string');
  return json;
}

/** A string that is not empty. */
export function readString(json: Json | undefined, where: string): string {
  if (json === '') throw refused(where, 'is empty');
  return readText(json, where);
}

export function readTexts(json: Json | undefined, where: string): readonly string[] {
  return readArray(json, where).map((item, i) => readText(item, `${where}[${i}]`));
}

export function readOneOf<const T extends string>(known: readonly T[], json: Json | undefined, where: string): T {
  const found = known.find((item) => item === json);
  if (found === undefined) throw refused(where, `is not one of ${known.join(', ')}`);
  return found;
}

/** Refuses unknown keys: a misspelt key would be a rule that is not applied. */
export function refuseOtherKeys(json: JsonObject, known: readonly string[], where: string): void {
  for (const key of Object.keys(json)) {
    if (known.includes(key)) continue;
    if (/\{\{|\}\}/.test(key)) throw refused(where, 'has a tag in a key');
    const near = nearest(key, known);
    throw refused(
      where,
      `has the key ${JSON.stringify(key)}, which is not known here${near === undefined ? '' : `: did you mean ${JSON.stringify(near)}?`}`,
    );
  }
}

/** `{ [key]: read(value) }` if the key is present, otherwise an empty object. */
export function optional<K extends string, T>(json: JsonObject, key: K, read: (value: Json) => T): { readonly [P in K]?: T } {
  const value = json[key];
  return value === undefined ? {} : ({ [key]: read(value) } as { readonly [P in K]?: T });
}

export function refused(where: string, fault: string): TemplateSyntaxError {
  return new TemplateSyntaxError([`${where} ${fault}`]);
}
