import { serializationError } from '../json-protocol.ts';
import { unsupported } from '../service.ts';
import { isObject, type Json, type JsonObject } from '@tenant-aws/policy/json';
import type { ParameterType, ParameterTypes } from './dynalite.ts';
import { validationError } from './errors.ts';
import { MAX_DEPTH, TOO_DEEP } from './stored-item.ts';

const VALUE_TYPES = new Set(['S', 'N', 'B', 'BOOL', 'NULL', 'SS', 'NS', 'BS', 'L', 'M']);

const PROTOTYPE = /\b__proto__\b/;

/**
 * Refuses unknown parameters at every level: dynalite would ignore them, and the result would be wrong.
 *
 * @throws {@link AwsError} 501 for an unknown parameter, 400 for a null in place of a value and for the name `__proto__`
 */
export function refuseUnknownParameters(operation: string, given: JsonObject, types: ParameterTypes): void {
  checkMembers(given, types, operation);
}

function checkMembers(given: JsonObject, types: ParameterTypes, path: string): void {
  for (const [name, value] of Object.entries(given)) {
    const type = Object.hasOwn(types, name) ? types[name] : undefined;
    if (type === undefined) throw unsupported(`The parameter ${path}.${name}`);
    // A null member counts as absent, as on AWS.
    if (value !== null) check(value, type, `${path}.${name}`);
  }
}

function check(value: Json, type: ParameterType, path: string): void {
  if (value === null) throw serializationError(`${path} has a null element`);
  // The JSON parser refuses `__proto__` as a member's name. Here it would be a string, or a name in an expression.
  if (typeof value === 'string' && PROTOTYPE.test(value)) throw serializationError(`The name \`__proto__\` is not accepted in ${path}`);
  const name = typeof type === 'string' ? type : type.type;
  if (name.startsWith('AttrStruct<')) return checkValue(value, path, 1);
  const children = typeof type === 'string' ? undefined : type.children;
  if (children === undefined) return;
  if (name.includes('Struct<')) {
    if (isObject(value)) checkMembers(value, children as ParameterTypes, path);
  } else if (name.endsWith('List')) {
    if (Array.isArray(value)) for (const element of value) check(element, children as ParameterType, path);
  } else if (isObject(value)) {
    for (const element of Object.values(value)) check(element, children as ParameterType, path);
  }
}

function checkValue(value: Json, path: string, depth: number): void {
  if (!isObject(value)) return;
  if (depth > MAX_DEPTH) throw validationError(TOO_DEEP);
  for (const [type, inner] of Object.entries(value)) {
    if (!VALUE_TYPES.has(type)) throw unsupported(`The attribute type ${type} in ${path}`);
    if (inner === null) throw serializationError(`${path}.${type} is null`);
    if (typeof inner === 'object' && (type === 'L' || type === 'M'))
      for (const element of Object.values(inner)) checkElement(element, path, depth + 1);
  }
}

function checkElement(value: Json, path: string, depth: number): void {
  check(value, 'String', path);
  checkValue(value, path, depth);
}
