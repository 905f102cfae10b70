import { isObject, type Json, JsonError } from '@tenant-aws/policy/json';
import { parseStrictJson } from '../../strict-json.ts';
import { strictInteger } from '../../strict-integer.ts';
import { AwsError } from '../service.ts';

/** A condition of a policy: the value that a field must have, or begin with. */
interface FieldCondition {
  readonly operator: 'eq' | 'starts-with';
  /** In lower case. Absent if the condition does not name a field, so that it is never met. */
  readonly field?: string;
  readonly value: string;
  /** As AWS's error shows the condition. */
  readonly text: string;
}

/** The size that the file may have, in bytes. Both limits are included. */
interface SizeCondition {
  readonly min: number;
  readonly max: number;
}

/** The policy of a posted form: it limits what a user may upload with the signature. */
export interface PostPolicy {
  readonly expiresAt: number;
  readonly conditions: readonly (FieldCondition | SizeCondition)[];
}

/** What a policy is checked against. `fields` has the bucket of the request as `bucket`. */
export interface Upload {
  readonly fields: ReadonlyMap<string, string>;
  readonly size: number;
  readonly now: number;
}

const EXPIRATION = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,3})?Z$/;
const MAX_BYTES = Number.MAX_SAFE_INTEGER;

/** Fields that need no condition, in addition to those with the prefix `x-ignore-`. */
const UNCOVERED: ReadonlySet<string> = new Set(['policy', 'x-amz-signature']);

/** Fields that a condition can compare by their beginning, in addition to user metadata. */
const PREFIX_FIELDS: ReadonlySet<string> = new Set([
  'acl',
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-type',
  'expires',
  'key',
  'redirect',
  'success_action_redirect',
]);

/**
 * Reads a policy: JSON in base64. Its signature is verified before.
 *
 * @throws {@link AwsError} InvalidPolicyDocument
 * @see Amazon S3 API Reference, "POST Policy"
 */
export function readPostPolicy(base64: string): PostPolicy {
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.toString('base64') !== base64) throw invalidPolicy('invalid Base64 encoding.');
  const document = parse(bytes);
  if (!isObject(document)) throw invalidPolicy('Invalid JSON.');
  const { expiration, conditions, ...unknown } = document;
  const [unexpected] = Object.keys(unknown);
  if (unexpected !== undefined) throw invalidPolicy(`Unexpected: '${unexpected.toLowerCase()}'`);
  if (expiration === undefined) throw invalidPolicy('Policy missing expiration.');
  if (conditions === undefined) throw invalidPolicy('Policy missing conditions.');
  if (!Array.isArray(conditions)) throw invalidPolicy("Invalid 'conditions' value: must be a List.");
  return { expiresAt: readExpiration(expiration), conditions: conditions.map(readCondition) };
}

/**
 * Checks that a policy is not expired, that the upload meets all its conditions, and that a condition covers each field.
 *
 * @throws {@link AwsError} AccessDenied; EntityTooLarge or EntityTooSmall for the size
 */
export function checkPostPolicy({ expiresAt, conditions }: PostPolicy, { fields, size, now }: Upload): void {
  if (now >= expiresAt) throw notAccording('Policy expired.');
  const covered = new Set<string | undefined>();
  for (const condition of conditions) {
    if ('min' in condition) {
      checkSize(condition, size);
      continue;
    }
    if (!isMet(condition, fields)) throw notAccording(`Policy Condition failed: ${condition.text}`);
    covered.add(condition.field);
  }
  for (const name of fields.keys()) {
    if (UNCOVERED.has(name) || name.startsWith('x-ignore-') || covered.has(name)) continue;
    throw notAccording(`Extra input fields: ${name}`);
  }
}

function isMet({ operator, field, value }: FieldCondition, fields: ReadonlyMap<string, string>): boolean {
  const given = field === undefined ? undefined : fields.get(field);
  // As on AWS, a field that is absent does not even begin with the empty string.
  if (field === undefined || given === undefined) return false;
  if (operator === 'eq') return given === value;
  if (!PREFIX_FIELDS.has(field) && !field.startsWith('x-amz-meta-')) return false;
  const values = field === 'content-type' ? given.split(',') : [given];
  return values.every((each) => each.startsWith(value));
}

function checkSize({ min, max }: SizeCondition, size: number): void {
  const ProposedSize = String(size);
  if (size > max) {
    const members = { ProposedSize, MaxSizeAllowed: String(max) };
    throw new AwsError('EntityTooLarge', 400, 'Your proposed upload exceeds the maximum allowed size', members);
  }
  if (size < min) {
    const members = { ProposedSize, MinSizeAllowed: String(min) };
    throw new AwsError('EntityTooSmall', 400, 'Your proposed upload is smaller than the minimum allowed size', members);
  }
}

function parse(bytes: Buffer): Json {
  try {
    return parseStrictJson(bytes);
  } catch (error) {
    throw error instanceof JsonError ? invalidPolicy('Invalid JSON.') : error;
  }
}

function readExpiration(expiration: Json): number {
  const text = typeof expiration === 'string' ? expiration : '';
  const time = EXPIRATION.test(text) ? Date.parse(text) : Number.NaN;
  // `Date` moves the 31st of February to another day.
  const isExact = !Number.isNaN(time) && new Date(time).toISOString().slice(0, 19) === text.slice(0, 19);
  if (!isExact) throw invalidPolicy(`Invalid 'expiration' value: '${text.slice(0, 64)}'`);
  return time;
}

function readCondition(condition: Json): FieldCondition | SizeCondition {
  if (Array.isArray(condition)) return readList(condition);
  if (!isObject(condition)) throw invalidPolicy('Invalid condition test: must be a List or Object.');
  const [member, second] = Object.entries(condition);
  if (!member || second) throw invalidPolicy('Invalid Simple-Condition: Simple-Conditions must have exactly one property specified.');
  const [name, value] = member;
  if (typeof value !== 'string') throw invalidPolicy('Invalid Simple-Condition: value must be a string.');
  return { operator: 'eq', field: name.toLowerCase(), value, text: textOf(['eq', `$${name}`, value]) };
}

function readList(condition: readonly Json[]): FieldCondition | SizeCondition {
  const [name, first, second] = condition;
  if (name === undefined) throw invalidPolicy('Invalid Condition: missing operation identifier.');
  if (typeof name !== 'string') throw invalidPolicy('Invalid JSON.');
  const operator = name.toLowerCase();
  if (operator !== 'eq' && operator !== 'starts-with' && operator !== 'content-length-range')
    throw invalidPolicy(`Invalid Condition: unknown operation '${name.slice(0, 64)}'.`);
  if (first === undefined || second === undefined || condition.length !== 3)
    throw invalidPolicy(`Invalid ${operator}: wrong number of arguments.`);
  const text = textOf([name, first, second]);
  if (operator === 'content-length-range') {
    const [min, max] = [readSize(first, text), readSize(second, text)];
    return { min, max };
  }
  if (typeof first !== 'string' || typeof second !== 'string') throw invalidPolicy('Invalid JSON.');
  return { operator, ...(first.startsWith('$') && { field: first.slice(1).toLowerCase() }), value: second, text };
}

/** A number or its decimal digits, as AWS accepts it. */
function readSize(size: Json, text: string): number {
  if (typeof size === 'number') {
    if (Number.isSafeInteger(size) && size >= 0) return size;
    throw invalidPolicy('Invalid JSON.');
  }
  const value = typeof size === 'string' ? strictInteger(size, { min: 0, max: MAX_BYTES }) : undefined;
  if (value === undefined) throw notAccording(`Policy Condition failed: ${text}`);
  return value;
}

/** The condition as JSON with a space after each comma. It shows no session token. */
function textOf([operator, name, value]: readonly [string, Json, Json]): string {
  const isSecret = typeof name === 'string' && name.toLowerCase().includes('x-amz-security-token');
  return `[${[operator, name, isSecret ? '***' : value].map((item) => JSON.stringify(item)).join(', ')}]`;
}

function invalidPolicy(fault: string): AwsError {
  return new AwsError('InvalidPolicyDocument', 400, `Invalid Policy: ${fault}`);
}

function notAccording(fault: string): AwsError {
  return new AwsError('AccessDenied', 403, `Invalid according to Policy: ${fault}`);
}
