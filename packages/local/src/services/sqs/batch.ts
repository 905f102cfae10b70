import { isObject, type JsonObject } from '@tenant-aws/policy/json';
import { AwsError } from '../service.ts';
import { textOf } from '../shape.ts';
import { isReceiptHandle } from './checked-message.ts';

const ID = /^[\w-]{1,80}$/;

/** The entries of a batch; the request itself for an operation on a single message. */
export function entriesOf({ Entries, ...single }: JsonObject): readonly JsonObject[] {
  return Array.isArray(Entries) ? Entries.filter((entry) => isObject(entry)) : [single];
}

/**
 * Checks the ids of a batch: the engine accepts ids of any length.
 *
 * @throws {@link AwsError} 400
 */
export function checkedBatch(given: JsonObject): JsonObject {
  if (entriesOf(given).every(({ Id }) => ID.test(textOf(Id)))) return given;
  throw new AwsError(
    'InvalidBatchEntryId',
    400,
    'A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.',
  );
}

/** The result of a batch, in which an entry with a text that is not a receipt handle has failed: the engine ignores it. */
export function withFailedHandles(result: JsonObject, given: JsonObject): JsonObject {
  const invalid = new Set(entriesOf(given).flatMap(({ Id, ReceiptHandle }) => (isReceiptHandle(ReceiptHandle) ? [] : [textOf(Id)])));
  const { Successful, Failed } = result;
  if (invalid.size === 0 || !Array.isArray(Successful) || !Array.isArray(Failed)) return result;
  const isValid = (entry: unknown): boolean => !isObject(entry) || !invalid.has(String(entry['Id']));
  const failed = [...invalid].map((Id) => ({
    Id,
    SenderFault: true,
    Code: 'ReceiptHandleIsInvalid',
    Message: 'The input receipt handle is invalid.',
  }));
  return { ...result, Successful: Successful.filter(isValid), Failed: [...Failed.filter(isValid), ...failed] };
}
