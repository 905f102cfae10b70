import { isObject, type Json, type JsonObject } from '@tenant-aws/policy/json';
import { parseFormTree } from '../../form-tree.ts';
import { readForm } from '../../query-protocol.ts';
import type { JsonRequest } from '../json-protocol.ts';
import { AwsError, unsupported, type VerifiedRequest } from '../service.ts';
import { type Members, type Shape, STRING, textOf } from '../shape.ts';
import type { SqsOperation } from './operation.ts';
import { keyName, wireName } from './query-names.ts';

const VERSION = '2012-11-05';
const INTEGER = /^(?:0|-?[1-9]\d{0,14})$/;

/**
 * Reads a request of the query protocol, which SDKs used before awsJson1.0. A form that is posted to a queue's own path is for this
 * queue.
 *
 * @throws {@link AwsError} as `readForm` does, and 400 for a path and a QueueUrl of two queues
 */
export function readQueryForm(request: VerifiedRequest, maxBytes: number): JsonRequest {
  const { rawPath, headers } = request;
  const form = new Map(readForm({ ...request, rawPath: '/' }, { version: VERSION, maxBytes }));
  const operation = form.get('Action') ?? '';
  form.delete('Action');
  form.delete('Version');
  if (rawPath !== '/') {
    const url = `http://${headers.get('host') ?? ''}${rawPath}`;
    // Two URLs would be two queues: one that is authorised, and one that is used.
    if ((form.get('QueueUrl') ?? url) !== url) throw new AwsError('InvalidAddress', 400, 'The path and QueueUrl must name the same queue');
    form.set('QueueUrl', url);
  }
  return { operation, parameters: parseFormTree(form) };
}

/**
 * Decodes the parameters of a form to those of awsJson1.0: `Attribute.1.Name=DelaySeconds&Attribute.1.Value=5` is
 * `{ Attributes: { DelaySeconds: '5' } }`.
 *
 * @throws {@link AwsError} 501 for an unknown parameter, 400 for a value of another type
 */
export function decodeForm(given: JsonObject, { operation, members }: SqsOperation): JsonObject {
  return decodeStructure(given, members, operation, operation);
}

function decodeStructure(given: JsonObject, members: Members, operation: string, path: string): JsonObject {
  const all = Object.entries(members).map(([key, shape]) => ({ name: key.replace(/\?$/, ''), shape }));
  const decoded: JsonObject = Object.create(null);
  for (const [wire, value] of Object.entries(given)) {
    // boto3 writes an empty list under its name in the model, such as `Entries=`.
    const member = all.find(({ name }) => wireName(operation, name) === wire || (value === '' && name === wire));
    if (member === undefined) throw unsupported(`The parameter ${path}.${wire}`);
    const { name, shape } = member;
    if (name in decoded) throw malformed(`${path}.${wire}`, 'given once');
    decoded[name] = decode(value, shape, operation, `${path}.${wire}`);
  }
  return decoded;
}

function decode(value: Json, shape: Shape, operation: string, path: string): Json {
  switch (shape.kind) {
    case 'string':
    case 'blob': // in base64, as in JSON
      if (typeof value !== 'string') throw malformed(path, 'a value');
      return value;
    case 'integer':
      if (typeof value !== 'string' || !INTEGER.test(value)) throw malformed(path, 'an integer');
      return Number(value);
    case 'list':
      return numbered(value, path).map((element) => decode(element, shape.of, operation, path));
    case 'map':
      return decodeMap(numbered(value, path), shape.of, operation, path);
    case 'structure':
      if (!isObject(value)) throw malformed(path, 'a structure');
      return decodeStructure(value, shape.members, operation, path);
    default: // no operation of SQS has a parameter of another kind
      throw unsupported(`The parameter ${path}`);
  }
}

function decodeMap(entries: readonly Json[], of: Shape, operation: string, path: string): JsonObject {
  const decoded: JsonObject = Object.create(null);
  const keyed = keyName(path.slice(path.lastIndexOf('.') + 1));
  for (const entry of entries) {
    if (!isObject(entry)) throw malformed(path, 'a list of names and values');
    const { [keyed]: key, Value, ...unknown } = entry;
    const [unknownName] = Object.keys(unknown);
    if (unknownName !== undefined) throw unsupported(`The parameter ${path}.${unknownName}`);
    const name = decode(key ?? null, STRING, operation, path);
    if (textOf(name) in decoded) throw malformed(path, 'a list of different names');
    decoded[textOf(name)] = decode(Value ?? null, of, operation, path);
  }
  return decoded;
}

/** The elements of a list, which are numbered from 1 without gaps. SDKs write an empty list as an empty value. */
function numbered(value: Json, path: string): Json[] {
  if (value === '') return [];
  if (!isObject(value)) throw malformed(path, 'a list');
  return Object.keys(value).map((_, at) => {
    const element = value[String(at + 1)];
    if (element === undefined) throw malformed(path, 'a list that is numbered from 1 without gaps');
    return element;
  });
}

function malformed(path: string, expected: string): AwsError {
  return new AwsError('InvalidParameterValue', 400, `The parameter ${path} must be ${expected}`);
}
