import { isObject, type Json, type JsonObject } from '@tenant-aws/policy/json';
import { serializationError } from './json-protocol.ts';
import { AwsError, unsupported } from './service.ts';

/** The type of a parameter, and its limits. Lengths of strings are in characters, lengths of blobs in bytes. */
export type Shape =
  | {
      readonly kind: 'string';
      readonly min?: number;
      readonly max?: number;
      readonly pattern?: RegExp;
      readonly values?: readonly string[];
    }
  | { readonly kind: 'integer'; readonly min: number; readonly max: number }
  | { readonly kind: 'number' }
  | { readonly kind: 'boolean' }
  | { readonly kind: 'blob'; readonly min: number; readonly max: number }
  | { readonly kind: 'list'; readonly of: Shape; readonly min?: number; readonly max?: number }
  | { readonly kind: 'map'; readonly of: Shape; readonly max?: number }
  | { readonly kind: 'structure'; readonly members: Members };

/** Parameters by name. A name that ends with `?` is optional. */
export type Members = Readonly<Record<string, Shape>>;

/** The errors of a service for a parameter that is missing or out of its limits. */
export interface ShapeErrors {
  missing(path: string): AwsError;
  /** @param constraint `Must be between 0 and 900.` */
  outOfLimits(path: string, constraint: string): AwsError;
}

type StringShape = Extract<Shape, { kind: 'string' }>;

export const STRING: Shape = { kind: 'string' };
/** A date is a number: seconds since the epoch. */
export const NUMBER: Shape = { kind: 'number' };
export const BOOLEAN: Shape = { kind: 'boolean' };
export const string = (limits: Omit<StringShape, 'kind'>): Shape => ({ kind: 'string', ...limits });
export const oneOf = (...values: readonly string[]): Shape => ({ kind: 'string', values });
export const integer = (min: number, max: number): Shape => ({ kind: 'integer', min, max });
/** Bytes, in base64. */
export const blob = (min: number, max: number): Shape => ({ kind: 'blob', min, max });
/** Without limits, the list has any length: the engine limits it. */
export const list = (of: Shape, limits: { readonly min?: number; readonly max?: number } = {}): Shape => ({ kind: 'list', of, ...limits });
/** Values by names that the client chooses. */
export const map = (of: Shape, limits: { readonly max?: number } = {}): Shape => ({ kind: 'map', of, ...limits });
/** Values by names that AWS defines. */
export const structure = (members: Members): Shape => ({ kind: 'structure', members });

/** The errors of SQS and SNS. */
export const QUERY_ERRORS: ShapeErrors = {
  missing: (path) => new AwsError('MissingParameter', 400, `${path} is missing`),
  outOfLimits: (path, constraint) =>
    new AwsError('InvalidParameterValue', 400, `The value for parameter ${path} is invalid. Reason: ${constraint}`),
};

/** The errors of services that are described by a Smithy model. They do not contain the value: it can be a secret. */
export const VALIDATION_ERRORS: ShapeErrors = {
  missing: (path) => constraintError(`Value null at '${path}' failed to satisfy constraint: Member must not be null`),
  outOfLimits: (path, constraint) => constraintError(`Value at '${path}' failed to satisfy constraint: ${constraint}`),
};

function constraintError(message: string): AwsError {
  return new AwsError('ValidationException', 400, `1 validation error detected: ${message}`);
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

export function isBase64(value: Json | undefined): value is string {
  return typeof value === 'string' && BASE64.test(value);
}

/** The value of a parameter that is known to be a string; `''` if it is absent. */
export function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

/**
 * Checks the types and the limits of parameters: an engine does not check them.
 *
 * @throws {@link AwsError} 501 for an unknown parameter, 400 for a wrong type, a value out of its limits, or a missing parameter
 */
export function checkShape(given: JsonObject, members: Members, path: string, errors: ShapeErrors = QUERY_ERRORS): void {
  const names = new Map(Object.keys(members).map((name) => [name.replace(/\?$/, ''), name]));
  for (const [name, value] of Object.entries(given)) {
    const shape = members[names.get(name) ?? ''];
    if (shape === undefined) throw unsupported(`The parameter ${path}.${name}`);
    if (value !== null) checkValue(value, shape, `${path}.${name}`, errors);
  }
  for (const [name, key] of names) {
    if (key === name && (given[name] ?? null) === null) throw errors.missing(`${path}.${name}`);
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

function checkValue(value: Json, shape: Shape, path: string, errors: ShapeErrors): void {
  switch (shape.kind) {
    case 'string':
      if (typeof value !== 'string') throw wrongType(path, 'a string');
      return checkString(value, shape, path, errors);
    case 'integer':
      if (typeof value !== 'number' || !Number.isInteger(value)) throw wrongType(path, 'a whole number');
      if (value < shape.min || value > shape.max) throw errors.outOfLimits(path, `Must be between ${shape.min} and ${shape.max}.`);
      return;
    case 'number':
      if (typeof value !== 'number') throw wrongType(path, 'a number');
      return;
    case 'boolean':
      if (typeof value !== 'boolean') throw wrongType(path, 'a boolean');
      return;
    case 'blob':
      if (!isBase64(value)) throw wrongType(path, 'a base64 string');
      return checkLength(Buffer.byteLength(value, 'base64'), shape, path, errors);
    case 'list':
      if (!Array.isArray(value)) throw wrongType(path, 'a list');
      checkLength(value.length, shape, path, errors);
      for (const element of value) checkValue(element, shape.of, path, errors);
      return;
    case 'map':
      if (!isObject(value)) throw wrongType(path, 'a map');
      checkLength(Object.keys(value).length, shape, path, errors);
      for (const element of Object.values(value)) checkValue(element, shape.of, path, errors);
      return;
    case 'structure':
      if (!isObject(value)) throw wrongType(path, 'a structure');
      checkShape(value, shape.members, path, errors);
  }
}

function checkString(value: string, { pattern, values, ...limits }: StringShape, path: string, errors: ShapeErrors): void {
  checkLength(value.length, limits, path, errors);
  if (pattern && !pattern.test(value)) {
    throw errors.outOfLimits(path, `Member must satisfy regular expression pattern: ${pattern.source}`);
  }
  if (values && !values.includes(value)) throw errors.outOfLimits(path, `Member must satisfy enum value set: [${values.join(', ')}]`);
}

function checkLength(
  length: number,
  { min = 0, max = Number.POSITIVE_INFINITY }: { readonly min?: number; readonly max?: number },
  path: string,
  errors: ShapeErrors,
): void {
  if (length < min) throw errors.outOfLimits(path, `Member must have length greater than or equal to ${min}`);
  if (length > max) throw errors.outOfLimits(path, `Member must have length less than or equal to ${max}`);
}

function wrongType(path: string, type: string): AwsError {
  return serializationError(`${path} is not ${type}`);
}
