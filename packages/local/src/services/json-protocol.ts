import { isObject, JsonError, type JsonObject } from '@tenant-aws/policy/json';
import { parseStrictJson } from '../strict-json.ts';
import { AwsError, type ServiceResponse, unsupported, type VerifiedRequest } from './service.ts';

/** How a service uses the protocol. */
export interface JsonProtocol {
  readonly version: '1.0' | '1.1';
  /** The prefix of X-Amz-Target: `DynamoDB_20120810`. */
  readonly target: string;
  readonly maxBodyBytes: number;
}

/** Another `x-amz-*` header may have a meaning that is neither authorised nor executed here: it is refused. */
const AMZ_HEADERS: ReadonlySet<string> = new Set(['x-amz-target', 'x-amz-content-sha256']);

/** A request of the protocol awsJson. */
export interface JsonRequest {
  readonly operation: string;
  readonly parameters: JsonObject;
}

/**
 * Reads a request of the protocol awsJson.
 *
 * @throws {@link AwsError} 400 for a malformed request or another protocol, 501 for an unknown `x-amz-*` header
 */
export function readJsonRequest(request: VerifiedRequest, { version, target, maxBodyBytes }: JsonProtocol): JsonRequest {
  const { method, rawPath, query, headers, body } = request;
  if (method !== 'POST' || rawPath !== '/' || query.size > 0) {
    throw new AwsError('UnknownOperationException', 400, 'A request must be a POST to / without a query');
  }
  const contentType = contentTypeOf(version);
  if (headers.get('content-type') !== contentType) throw serializationError(`The content type must be ${contentType}`);
  const unknown = [...headers.keys()].find((name) => name.startsWith('x-amz-') && !AMZ_HEADERS.has(name));
  if (unknown !== undefined) throw unsupported(`The header ${unknown}`);
  const [prefix, operation, ...more] = (headers.get('x-amz-target') ?? '').split('.');
  if (prefix !== target || operation === undefined || more.length > 0 || !/^[A-Za-z][A-Za-z0-9]*$/.test(operation)) {
    throw new AwsError('UnknownOperationException', 400, `X-Amz-Target must name an operation of ${target}`);
  }
  if (body.length > maxBodyBytes) throw serializationError(`The body is larger than ${maxBodyBytes} bytes`);
  return { operation, parameters: readObject(body) };
}

/** A response of the protocol awsJson. */
export function jsonResponse(
  { version }: Pick<JsonProtocol, 'version'>,
  status: number,
  body: string,
  requestId: string,
  headers: Readonly<Record<string, string>> = {},
): ServiceResponse {
  return { status, headers: { 'content-type': contentTypeOf(version), 'x-amzn-requestid': requestId, ...headers }, body };
}

function contentTypeOf(version: JsonProtocol['version']): string {
  return `application/x-amz-json-${version}`;
}

function readObject(body: Buffer): JsonObject {
  try {
    const value = parseStrictJson(body);
    if (isObject(value)) return value;
  } catch (error) {
    if (error instanceof JsonError) throw serializationError(error.message);
    throw error;
  }
  throw serializationError('The body must be a JSON object');
}

export function serializationError(message: string): AwsError {
  return new AwsError('SerializationException', 400, message);
}
