import { createHash } from 'node:crypto';
import { isObject, JsonError, type Json, type JsonObject } from '@tenant-aws/policy/json';
import { parseStrictJson } from '../../../strict-json.ts';
import type { Attributes } from '../dynalite.ts';
import { validationError } from '../errors.ts';
import type { StatementRequest } from './prepared-statement.ts';

/**
 * The token with which the same statement continues after a key. It is no proof: it can do only what `ExclusiveStartKey` of a
 * Query can do, and the engine checks that the key is in the partition that the statement names.
 */
export function nextToken(request: StatementRequest, key: Attributes): string {
  return Buffer.from(JSON.stringify({ request: digest(request), key })).toString('base64url');
}

/**
 * The key that a token contains.
 *
 * @throws {@link AwsError} 400 for a token that is malformed or that belongs to another statement
 */
export function keyOfToken(request: StatementRequest, token: string): JsonObject {
  const parsed = parseToken(token);
  if (!isObject(parsed) || !isObject(parsed['key'])) throw validationError('Invalid NextToken');
  if (parsed['request'] !== digest(request)) throw validationError('NextToken does not match request');
  return parsed['key'];
}

function parseToken(token: string): Json {
  try {
    return parseStrictJson(Buffer.from(token, 'base64url'));
  } catch (error) {
    if (error instanceof JsonError) throw validationError('Invalid NextToken');
    throw error;
  }
}

function digest({ Statement, Parameters = [] }: StatementRequest): string {
  return createHash('sha256')
    .update(JSON.stringify([Statement, Parameters]))
    .digest('base64url');
}
