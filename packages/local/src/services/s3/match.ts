import { AwsError, type VerifiedRequest } from '../service.ts';
import type { Target } from './path.ts';
import type { S3Operation } from './operation.ts';

/** What belongs to the signature or to the payload's framing, and is settled before a service sees the request. */
const SETTLED_HEADERS: ReadonlySet<string> = new Set([
  'x-amz-content-sha256',
  'x-amz-date',
  'x-amz-decoded-content-length',
  'x-amz-security-token',
  'x-amz-trailer',
  'x-amz-user-agent',
]);

/** Plain HTTP headers that change what an operation does: understood, or refused. */
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
 * The first row that fits the whole request: method, target, every query parameter, every header that means something.
 *
 * @throws {@link AwsError} NotImplemented, 501: nothing that is not in the table is passed on to anything
 */
export function matchOperation(table: readonly S3Operation[], request: VerifiedRequest, target: Target): S3Operation {
  const same = table.filter((row) => row.method === request.method && row.target === target.kind && hasWhatItRequires(row, request));
  const row = same.find((candidate) => unknownPart(candidate, request) === undefined);
  if (!row) throw notImplemented(same[0] ? unknownPart(same[0], request) : undefined);
  if (!row.body && request.body.length > 0) throw new AwsError('InvalidRequest', 400, `${row.operation} takes no body.`);
  return row;
}

/** 501, naming the part that is not understood. */
export function notImplemented(part: string | undefined): AwsError {
  const what = part ? `\`${part}\` is not implemented here for this operation.` : 'This operation is not implemented here.';
  return new AwsError('NotImplemented', 501, `A header or a query parameter implies functionality that is not implemented. ${what}`);
}

function hasWhatItRequires(row: S3Operation, request: VerifiedRequest): boolean {
  if (row.requiresHeader !== undefined && !request.headers.has(row.requiresHeader)) return false;
  return (row.requires ?? []).every(([name, value]) => (value === undefined ? request.query.has(name) : request.query.get(name) === value));
}

function unknownPart(row: S3Operation, request: VerifiedRequest): string | undefined {
  for (const [name, value] of request.query) {
    // The SDK names the operation it means, for logs. Where it is another than ours, the two of us read the request differently.
    const known = name === 'x-id' ? value === row.operation : isKnownParam(row, name);
    if (!known) return name;
  }
  for (const name of request.headers.keys()) if (!isKnownHeader(row, name)) return name;
  return undefined;
}

function isKnownParam(row: S3Operation, name: string): boolean {
  return (row.params ?? []).includes(name) || (row.requires ?? []).some(([required]) => required === name);
}

function isKnownHeader(row: S3Operation, name: string): boolean {
  if (!name.startsWith('x-amz-') && !MEANINGFUL_HEADERS.has(name)) return true;
  if (SETTLED_HEADERS.has(name) || name === row.requiresHeader) return true;
  return (row.headers ?? []).some((known) => (known.endsWith('*') ? name.startsWith(known.slice(0, -1)) : name === known));
}
