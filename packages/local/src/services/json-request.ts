import { isJsonObject, JsonFault, type JsonObject, parseStrictJson } from '../strict-json.ts';
import { AwsError, unsupported, type VerifiedRequest } from './service.ts';

/** Every other `x-amz-*` header might mean something that was neither decided nor done. */
const AMZ_HEADERS: ReadonlySet<string> = new Set(['x-amz-target', 'x-amz-content-sha256']);

/** A request of the protocol awsJson1.0: which operation, and its parameters. */
export interface JsonRequest {
  readonly operation: string;
  readonly parameters: JsonObject;
}

/**
 * Reads a request of the protocol awsJson1.0.
 *
 * @param target What X-Amz-Target begins with: `DynamoDB_20120810`
 * @throws {@link AwsError} 400 for what is malformed or of another protocol, 501 for an unknown `x-amz-*` header
 */
export function readJsonRequest(request: VerifiedRequest, target: string, maxBytes: number): JsonRequest {
  const { method, rawPath, query, headers, body } = request;
  if (method !== 'POST' || rawPath !== '/' || query.size > 0) {
    throw new AwsError('UnknownOperationException', 400, 'Only requests that are posted to / without a query are understood');
  }
  if (headers.get('content-type') !== 'application/x-amz-json-1.0') {
    throw new AwsError('SerializationException', 400, 'The content type must be application/x-amz-json-1.0');
  }
  const unknown = [...headers.keys()].find((name) => name.startsWith('x-amz-') && !AMZ_HEADERS.has(name));
  if (unknown !== undefined) throw unsupported(`The header ${unknown}`);
  const [prefix, operation, ...more] = (headers.get('x-amz-target') ?? '').split('.');
  if (prefix !== target || operation === undefined || more.length > 0 || !/^[A-Za-z]+$/.test(operation)) {
    throw new AwsError('UnknownOperationException', 400, `X-Amz-Target must be an operation of ${target}`);
  }
  if (body.length > maxBytes) throw new AwsError('SerializationException', 400, 'The body is too large');
  return { operation, parameters: readObject(body) };
}

function readObject(body: Buffer): JsonObject {
  try {
    const value = parseStrictJson(body);
    if (isJsonObject(value)) return value;
  } catch (error) {
    if (error instanceof JsonFault) throw new AwsError('SerializationException', 400, error.message);
    throw error;
  }
  throw new AwsError('SerializationException', 400, 'the body is not a JSON object');
}
