import { isJsonObject, type Json, type JsonObject } from '../strict-json.ts';
import { AwsError, unsupported } from './service.ts';

/** What a parameter must look like. */
export type Shape =
  | { readonly kind: 'string' }
  | { readonly kind: 'integer'; readonly min: number; readonly max: number }
  | { readonly kind: 'list'; readonly of: Shape }
  | { readonly kind: 'map'; readonly of: Shape }
  | { readonly kind: 'structure'; readonly members: Members };

/** Parameters by name; those whose name ends with `?` may be left out. */
export type Members = Readonly<Record<string, Shape>>;

/** Any text. */
export const STRING: Shape = { kind: 'string' };
/** A whole number. */
export const integer = (min: number, max: number): Shape => ({ kind: 'integer', min, max });
/** Any number of elements: how many are too many, the engine knows. */
export const list = (of: Shape): Shape => ({ kind: 'list', of });
/** Values by names of the client's choice. */
export const map = (of: Shape): Shape => ({ kind: 'map', of });
/** Values by names of ours. */
export const structure = (members: Members): Shape => ({ kind: 'structure', members });

/** A parameter that has the shape of a text. */
export function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

/**
 * Refuses what does not have the shape: the engine behind takes any value for what it hopes to get.
 *
 * @throws {@link AwsError} 501 for a parameter that is not in the table, 400 for a wrong type, a number out of range, or a missing one
 */
export function demandShape(given: JsonObject, members: Members, path: string): void {
  const names = new Map(Object.keys(members).map((name) => [name.replace(/\?$/, ''), name]));
  for (const [name, value] of Object.entries(given)) {
    const shape = members[names.get(name) ?? ''];
    if (shape === undefined) throw unsupported(`The parameter ${path}.${name}`);
    if (value !== null) demand(value, shape, `${path}.${name}`);
  }
  for (const [name, key] of names) {
    if (key === name && (given[name] ?? null) === null) throw new AwsError('MissingParameter', 400, `${path}.${name} is missing`);
  }
}

/** The same without the members that are null, at every level: to AWS they were not sent. */
export function withoutNulls(given: JsonObject): JsonObject {
  const present: JsonObject = Object.create(null);
  for (const [name, value] of Object.entries(given)) if (value !== null) present[name] = withoutNullsInside(value);
  return present;
}

function withoutNullsInside(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutNullsInside);
  return isJsonObject(value) ? withoutNulls(value) : value;
}

function demand(value: Json, shape: Shape, path: string): void {
  switch (shape.kind) {
    case 'string':
      if (typeof value !== 'string') throw wrongType(path, 'a string');
      return;
    case 'integer':
      if (typeof value !== 'number' || !Number.isInteger(value)) throw wrongType(path, 'a whole number');
      if (value < shape.min || value > shape.max) {
        const reason = `Reason: Must be between ${shape.min} and ${shape.max}.`;
        throw new AwsError('InvalidParameterValue', 400, `Value ${value} for parameter ${path} is invalid. ${reason}`);
      }
      return;
    case 'list':
      if (!Array.isArray(value)) throw wrongType(path, 'a list');
      for (const element of value) demand(element, shape.of, path);
      return;
    case 'map':
      if (!isJsonObject(value)) throw wrongType(path, 'a map');
      for (const element of Object.values(value)) demand(element, shape.of, path);
      return;
    case 'structure':
      if (!isJsonObject(value)) throw wrongType(path, 'a structure');
      demandShape(value, shape.members, path);
  }
}

function wrongType(path: string, type: string): AwsError {
  return new AwsError('SerializationException', 400, `${path} is not ${type}`);
}
