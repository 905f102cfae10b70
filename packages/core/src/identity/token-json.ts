import { isObject, type Json, JsonError, type JsonObject, parseJson } from '@tenant-aws/policy/json';
import { TokenInvalidError } from '../errors.ts';

/** Tokens of well-known providers have about six levels. */
const RULES = { maxDepth: 16, maxMembers: 1_000, frozen: true };

/**
 * Parses the header or the payload of a token, which must be a JSON object. Refuses more than 16 levels, more than 1,000
 * members, and what `parseJson` refuses, such as a key that is twice in one object. The value is frozen at every depth.
 * Read only own properties of it: its objects have `Object.prototype`.
 *
 * @param name for the error's `detail`
 * @throws {@link TokenInvalidError}
 */
export function parseTokenObject(name: 'header' | 'payload', bytes: Buffer): Readonly<JsonObject> {
  const value = parse(name, bytes);
  if (!isObject(value)) throw new TokenInvalidError(`the ${name} is not an object`);
  return value;
}

function parse(name: string, bytes: Buffer): Json {
  try {
    return parseJson(bytes, RULES);
  } catch (error) {
    throw error instanceof JsonError ? new TokenInvalidError(`the ${name} ${error.message}`) : error;
  }
}
