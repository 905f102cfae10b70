import { jsonResponse } from '../json-protocol.ts';
import type { AwsError, ServiceResponse } from '../service.ts';

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

/** An error in the format of SQS. */
export function errorResponse({ code, status, message, members }: AwsError, requestId: string): ServiceResponse {
  const body = JSON.stringify({ __type: `com.amazonaws.sqs#${code}`, message, ...members });
  return jsonResponse(status, body, requestId, { 'x-amzn-query-error': `${queryCode(code)};${status < 500 ? 'Sender' : 'Receiver'}` });
}

function queryCode(code: string): string {
  return RENAMED.get(code) ?? (PREFIXED.has(code) ? `AWS.SimpleQueueService.${code}` : code);
}
