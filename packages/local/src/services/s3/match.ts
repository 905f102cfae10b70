import type { VerifiedRequest } from '../service.ts';
import { invalidRequest, notImplemented } from './errors.ts';
import type { Target } from './path.ts';
import type { S3Operation } from './operation.ts';

/** Headers of the signature and of the payload's encoding. They are processed before a service gets the request. */
const PROCESSED_HEADERS: ReadonlySet<string> = new Set([
  'x-amz-content-sha256',
  'x-amz-date',
  'x-amz-decoded-content-length',
  'x-amz-security-token',
  'x-amz-trailer',
  'x-amz-user-agent',
]);

/** HTTP headers that change the effect of an operation. An operation that does not support one refuses it. */
const MEANINGFUL_HEADERS: ReadonlySet<string> = new Set([
  'content-md5',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'if-unmodified-since',
  'range',
]);

/**
 * The first operation that matches the whole request: its method, target, query parameters and meaningful headers.
 *
 * @throws {@link AwsError} NotImplemented, 501, if none matches; InvalidRequest for a body that the operation does not read
 */
export function matchOperation(table: readonly S3Operation[], request: VerifiedRequest, target: Target): S3Operation {
  const candidates = table.filter(
    (operation) => operation.method === request.method && operation.target === target.kind && hasRequiredParts(operation, request),
  );
  const match = candidates.find((candidate) => unknownPart(candidate, request) === undefined);
  if (!match) throw notImplemented(candidates[0] && unknownPart(candidates[0], request));
  if (!match.body && request.body.length > 0) throw invalidRequest(`${match.operation} must not have a body.`);
  return match;
}

function hasRequiredParts(operation: S3Operation, request: VerifiedRequest): boolean {
  if ((operation.form === true) !== (request.form !== undefined)) return false;
  if (operation.requiresHeader !== undefined && !request.headers.has(operation.requiresHeader)) return false;
  return (operation.requires ?? []).every(([name, value]) =>
    value === undefined ? request.query.has(name) : request.query.get(name) === value,
  );
}

function unknownPart(operation: S3Operation, request: VerifiedRequest): string | undefined {
  for (const [name, value] of request.query) {
    // SDKs send the name of the operation. Another name means that the SDK and this table read the request differently.
    const known = name === 'x-id' ? value === operation.operation : isKnownParam(operation, name);
    if (!known) return name;
  }
  for (const name of request.headers.keys()) if (!isKnownHeader(operation, name)) return name;
  return undefined;
}

function isKnownParam(operation: S3Operation, name: string): boolean {
  return (operation.params ?? []).includes(name) || (operation.requires ?? []).some(([required]) => required === name);
}

function isKnownHeader(operation: S3Operation, name: string): boolean {
  if (!name.startsWith('x-amz-') && !MEANINGFUL_HEADERS.has(name)) return true;
  if (PROCESSED_HEADERS.has(name) || name === operation.requiresHeader) return true;
  return (operation.headers ?? []).some((known) => (known.endsWith('*') ? name.startsWith(known.slice(0, -1)) : name === known));
}
