import { isForm, queryError } from '../../query-protocol.ts';
import { type JsonProtocol, jsonResponse } from '../json-protocol.ts';
import { AwsError, type ServiceResponse } from '../service.ts';
import { NAMESPACE } from './query-response.ts';

/** The size is enough for a message of 1 MB in which every character is escaped. */
export const SQS_PROTOCOL: JsonProtocol = { version: '1.0', target: 'AmazonSQS', maxBodyBytes: 8 * 1024 * 1024 };

/** Errors whose code in the old query protocol has a prefix. SDKs still report the old code to their users. */
const PREFIXED: ReadonlySet<string> = new Set([
  'BatchEntryIdsNotDistinct',
  'BatchRequestTooLong',
  'EmptyBatchRequest',
  'InvalidBatchEntryId',
  'MessageNotInflight',
  'PurgeQueueInProgress',
  'QueueDeletedRecently',
  'TooManyEntriesInBatchRequest',
  'UnsupportedOperation',
]);
const RENAMED: ReadonlyMap<string, string> = new Map([
  ['QueueDoesNotExist', 'AWS.SimpleQueueService.NonExistentQueue'],
  ['QueueNameExists', 'QueueAlreadyExists'],
]);

/** An error in the format of SQS: XML for a form, otherwise JSON. */
export function errorResponse(error: AwsError, requestId: string, contentType: string | undefined): ServiceResponse {
  const { code, status, message, members } = error;
  if (isForm(contentType)) return queryError(new AwsError(queryCode(code), status, message), NAMESPACE, requestId);
  const body = JSON.stringify({ __type: `com.amazonaws.sqs#${code}`, message, ...members });
  return jsonResponse(SQS_PROTOCOL, status, body, requestId, {
    'x-amzn-query-error': `${queryCode(code)};${status < 500 ? 'Sender' : 'Receiver'}`,
  });
}

function queryCode(code: string): string {
  return RENAMED.get(code) ?? (PREFIXED.has(code) ? `AWS.SimpleQueueService.${code}` : code);
}
