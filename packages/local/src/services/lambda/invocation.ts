import { isObject, type Json, JsonError } from '@tenant-aws/policy/json';
import { percentDecode } from '../../percent.ts';
import { parseStrictJson } from '../../strict-json.ts';
import { AwsError, type ResourceScope, unsupported, type VerifiedRequest } from '../service.ts';
import { isBase64 } from '../shape.ts';
import { type FunctionReference, parseFunctionReference } from './function-name.ts';

export type InvocationType = 'RequestResponse' | 'Event' | 'DryRun';

/** A parsed Invoke request. */
export interface Invocation {
  readonly reference: FunctionReference;
  readonly type: InvocationType;
  readonly tail: boolean;
  /** The payload. Its objects are new in every request: a callback can change them. */
  readonly event: unknown;
  readonly clientContext?: unknown;
}

const INVOKE_PATH = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/;
/** Other operations that run a function. */
const OTHER_PATHS: readonly (readonly [path: RegExp, operation: string])[] = [
  [/^\/2021-11-15\/functions\/[^/]+\/response-streaming-invocations$/, 'InvokeWithResponseStream'],
  [/^\/2014-11-13\/functions\/[^/]+\/invoke-async\/?$/, 'InvokeAsync'],
];
const TYPES: readonly string[] = ['RequestResponse', 'Event', 'DryRun'] satisfies readonly InvocationType[];
/** Another `x-amz-*` header may have a meaning that is neither authorised nor executed here: it is refused. */
const AMZ_HEADERS: ReadonlySet<string> = new Set([
  'x-amz-invocation-type',
  'x-amz-log-type',
  'x-amz-client-context',
  'x-amz-content-sha256',
]);
const MAX_CLIENT_CONTEXT = 3583;
export const MAX_SYNC_BYTES: number = 6 * 1024 * 1024;
const MAX_ASYNC_BYTES = 1024 * 1024;

/**
 * Reads an Invoke request.
 *
 * @throws {@link AwsError} 501 for another operation, header or parameter
 */
export function readInvocation(request: VerifiedRequest, scope: ResourceScope): Invocation {
  const { method, rawPath, query, headers, body, caller } = request;
  const [, segment] = INVOKE_PATH.exec(rawPath) ?? [];
  if (method !== 'POST' || segment === undefined) throw unsupported(`The operation ${operationName(method, rawPath)}`);
  const header = [...headers.keys()].find((name) => name.startsWith('x-amz-') && !AMZ_HEADERS.has(name));
  if (header !== undefined) throw unsupported(`The header ${header}`);
  const parameter = [...query.keys()].find((name) => name !== 'Qualifier');
  if (parameter !== undefined) throw unsupported(`The query parameter ${parameter}`);
  const type = readType(headers.get('x-amz-invocation-type') ?? 'RequestResponse');
  const clientContext = readClientContext(headers.get('x-amz-client-context'));
  return {
    reference: parseFunctionReference(percentDecode(segment), query.get('Qualifier'), scope, caller),
    type,
    tail: readLogType(headers.get('x-amz-log-type') ?? 'None') === 'Tail',
    event: readPayload(body, type),
    // As on AWS: for synchronous invocations only.
    ...(clientContext !== undefined && type === 'RequestResponse' && { clientContext }),
  };
}

function operationName(method: string, rawPath: string): string {
  return OTHER_PATHS.find(([path]) => method === 'POST' && path.test(rawPath))?.[1] ?? `${method} ${rawPath.slice(0, 200)}`;
}

function readType(text: string): InvocationType {
  if (isType(text)) return text;
  throw new AwsError('ValidationException', 400, `The invocation type must be one of ${TYPES.join(', ')}.`);
}

function isType(text: string): text is InvocationType {
  return TYPES.includes(text);
}

function readLogType(text: string): string {
  if (text === 'None' || text === 'Tail') return text;
  throw new AwsError('ValidationException', 400, 'The log type must be None or Tail.');
}

function readPayload(body: Buffer, type: InvocationType): unknown {
  const max = type === 'Event' ? MAX_ASYNC_BYTES : MAX_SYNC_BYTES;
  if (body.length > max) {
    throw new AwsError('RequestTooLargeException', 413, `Request must be smaller than ${max} bytes for the InvokeFunction operation`);
  }
  return body.length === 0 ? {} : withPrototypes(parseOrRefuse(body, 'Could not parse request body into json: the body'));
}

function readClientContext(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  if (text.length > MAX_CLIENT_CONTEXT) {
    throw new AwsError('ValidationException', 400, `The client context must have at most ${MAX_CLIENT_CONTEXT} bytes.`);
  }
  const context = isBase64(text) ? parseOrRefuse(Buffer.from(text, 'base64'), 'The client context') : undefined;
  if (isObject(context)) return withPrototypes(context);
  throw invalidContent('The client context must be a valid Base64-encoded JSON object.');
}

function parseOrRefuse(bytes: Buffer, name: string): Json {
  try {
    return parseStrictJson(bytes, name);
  } catch (error) {
    if (error instanceof JsonError) throw invalidContent(error.message);
    throw error;
  }
}

/** The strict parser returns objects without a prototype. A callback expects those of `JSON.parse`. */
function withPrototypes(value: Json): unknown {
  return structuredClone(value);
}

function invalidContent(message: string): AwsError {
  return new AwsError('InvalidRequestContentException', 400, message);
}
