import type { AwsError, ServiceResponse } from '../service.ts';

/** Errors whose code of the old query protocol has a prefix; SDKs give the old code to their users still. */
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

/** A result, or an error, as SQS sends it. */
export function response(status: number, members: object, requestId: string): ServiceResponse {
  return {
    status,
    headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-requestid': requestId },
    body: JSON.stringify(members),
  };
}

/** An error as SQS sends it. */
export function errorResponse({ code, status, message, members }: AwsError, requestId: string): ServiceResponse {
  const { headers, ...rest } = response(status, { __type: `com.amazonaws.sqs#${code}`, message, ...members }, requestId);
  return { ...rest, headers: { ...headers, 'x-amzn-query-error': `${queryCode(code)};${status < 500 ? 'Sender' : 'Receiver'}` } };
}

function queryCode(code: string): string {
  return RENAMED.get(code) ?? (PREFIXED.has(code) ? `AWS.SimpleQueueService.${code}` : code);
}
