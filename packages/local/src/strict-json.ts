import { type Json, JsonError, parseJson } from '@tenant-aws/policy/json';

const RULES = { maxDepth: 128, portable: true };

/**
 * Parses JSON strictly, so that the engine stores exactly the values on which the policy was evaluated.
 *
 * @param name what an error calls the text
 * @throws JsonError
 */
export function parseStrictJson(bytes: Uint8Array, name = 'the body'): Json {
  try {
    return parseJson(bytes, RULES);
  } catch (cause) {
    throw cause instanceof JsonError ? new JsonError(`${name} ${cause.message}`) : cause;
  }
}
