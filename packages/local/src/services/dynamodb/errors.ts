// Not by name: an older Node.js has no `crc32`, and would report this line instead of its version.
import zlib from 'node:zlib';
import { deniedMessage } from '../denial.ts';
import { type JsonProtocol, jsonResponse } from '../json-protocol.ts';
import { AwsError, type Service, type ServiceResponse } from '../service.ts';

export const DYNAMODB_PROTOCOL: JsonProtocol = { version: '1.0', target: 'DynamoDB_20120810', maxBodyBytes: 16 * 1024 * 1024 };

/** Errors that every service of this protocol has. */
const COMMON = new Set([
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

/** A result in the format of DynamoDB. An operation without a result has an empty body. */
export function response(status: number, members: unknown, requestId: string): ServiceResponse {
  const body = members === undefined ? '' : JSON.stringify(members);
  return jsonResponse(DYNAMODB_PROTOCOL, status, body, requestId, { 'x-amz-crc32': String(zlib.crc32(body)) });
}

/** An error in the format of DynamoDB. */
export function errorResponse(error: AwsError, requestId: string): ServiceResponse {
  return response(error.status, { __type: `${namespace(error.code)}#${error.code}`, message: error.message, ...error.members }, requestId);
}

/** A denial in the words of DynamoDB. */
export const denied: Service['denied'] = (_operation, { action, resource }, caller, denial) =>
  new AwsError('AccessDeniedException', 400, deniedMessage(caller, action, resource, denial));

function namespace(code: string): string {
  if (COMMON.has(code)) return 'com.amazon.coral.service';
  return code === 'ValidationException' ? 'com.amazon.coral.validate' : 'com.amazonaws.dynamodb.v20120810';
}

export function validationError(message: string): AwsError {
  return new AwsError('ValidationException', 400, message);
}
