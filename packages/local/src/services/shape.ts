import { isObject, type Json, type JsonObject } from '@tenant-aws/policy/json';
import { serializationError } from './json-protocol.ts';
import { AwsError, unsupported } from './service.ts';

/** The type of a parameter. */
export type Shape =
  | { readonly kind: 'string' }
  | { readonly kind: 'integer'; readonly min: number; readonly max: number }
  | { readonly kind: 'list'; readonly of: Shape }
  | { readonly kind: 'map'; readonly of: Shape }
  | { readonly kind: 'structure'; readonly members: Members };

/** Parameters by name. A name that ends with `?` is optional. */
export type Members = Readonly<Record<string, Shape>>;

export const STRING: Shape = { kind: 'string' };
export const integer = (min: number, max: number): Shape => ({ kind: 'integer', min, max });
/** A list of any length: the engine limits it. */
export const list = (of: Shape): Shape => ({ kind: 'list', of });
/** Values by names that the client chooses. */
export const map = (of: Shape): Shape => ({ kind: 'map', of });
/** Values by names that AWS defines. */
export const structure = (members: Members): Shape => ({ kind: 'structure', members });

/** The value of a parameter that is known to be a string; `''` if it is absent. */
export function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

/**
 * Checks the types of parameters: the engine does not check them.
 *
 * @throws {@link AwsError} 501 for an unknown parameter, 400 for a wrong type, a number out of range, or a missing parameter
 */
export function checkShape(given: JsonObject, members: Members, path: string): void {
  const names = new Map(Object.keys(members).map((name) => [name.replace(/\?$/, ''), name]));
  for (const [name, value] of Object.entries(given)) {
    const shape = members[names.get(name) ?? ''];
    if (shape === undefined) throw unsupported(`The parameter ${path}.${name}`);
    if (value !== null) checkValue(value, shape, `${path}.${name}`);
  }
  for (const [name, key] of names) {
    if (key === name && (given[name] ?? null) === null) throw new AwsError('MissingParameter', 400, `${path}.${name} is missing`);
  }
}

/** Removes the members that are null, at every level: AWS treats them as absent. */
export function withoutNulls(given: JsonObject): JsonObject {
  const present: JsonObject = Object.create(null);
  for (const [name, value] of Object.entries(given)) if (value !== null) present[name] = withoutNullsInside(value);
  return present;
}

function withoutNullsInside(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutNullsInside);
  return isObject(value) ? withoutNulls(value) : value;
}

function checkValue(value: Json, shape: Shape, path: string): void {
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
      for (const element of value) checkValue(element, shape.of, path);
      return;
    case 'map':
      if (!isObject(value)) throw wrongType(path, 'a map');
      for (const element of Object.values(value)) checkValue(element, shape.of, path);
      return;
    case 'structure':
      if (!isObject(value)) throw wrongType(path, 'a structure');
      checkShape(value, shape.members, path);
  }
}

function wrongType(path: string, type: string): AwsError {
  return serializationError(`${path} is not ${type}`);
}
