import { crc32 } from 'node:zlib';
import type { AwsError, ServiceResponse } from '../service.ts';

const CONTENT_TYPE = 'application/x-amz-json-1.0';
const VALIDATE = new Set(['ValidationException']);
/** Errors of the front door, which every service of this protocol has. */
const CORAL = new Set([
  'AccessDeniedException',
  'ExpiredTokenException',
  'IncompleteSignatureException',
  'InvalidSignatureException',
  'MissingAuthenticationTokenException',
  'NotImplemented',
  'SerializationException',
  'UnknownOperationException',
  'UnrecognizedClientException',
]);

/** A result, or an error, as DynamoDB sends it. */
export function response(status: number, members: unknown, requestId: string): ServiceResponse {
  const body = Buffer.from(JSON.stringify(members));
  return {
    status,
    headers: { 'content-type': CONTENT_TYPE, 'x-amzn-requestid': requestId, 'x-amz-crc32': String(crc32(body)) },
    body,
  };
}

/** An error as DynamoDB sends it. */
export function errorResponse(error: AwsError, requestId: string): ServiceResponse {
  return response(error.status, { __type: `${namespace(error.code)}#${error.code}`, message: error.message, ...error.members }, requestId);
}

function namespace(code: string): string {
  if (CORAL.has(code)) return 'com.amazon.coral.service';
  return VALIDATE.has(code) ? 'com.amazon.coral.validate' : 'com.amazonaws.dynamodb.v20120810';
}
