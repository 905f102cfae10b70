/** What AWS's services call a denial, as the name of an error or as the code of an item. */
const DENIED = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'AuthorizationError',
  'AuthorizationErrorException',
  'KMSAccessDeniedException',
  'KMS.AccessDeniedException',
  'NotAuthorized',
  'UnauthorizedOperation',
]);

/** What the SDK calls an error that no body names, as in the answer to a HEAD: there its status has to do. */
const NAMELESS = new Set(['Unknown', 'UnknownError', '403', 'Forbidden']);

/** Lists in which answers report item by item. Others, such as `Items`, hold the application's own data. */
const REPORTS = /^(?:errors|fail\w*|records|requestresponses|entries|responses|cancellationreasons|unprocessed\w*)$/i;

type Members = Readonly<Record<string, unknown>>;

/** Whether an error, or one of the items that it reports, is a denial. */
export function isDeniedError(error: unknown): error is object {
  if (!isObject(error)) return false;
  const { name, $metadata } = error;
  const isNameless = isObject($metadata) && $metadata['httpStatusCode'] === 403 && NAMELESS.has(String(name));
  return DENIED.has(String(name)) || isNameless || reportsDenial(error);
}

/**
 * Whether an answer reports a denial of one of its items: S3 `DeleteObjects` (`Errors`), the batches of SQS and SNS
 * (`Failed`), Kinesis (`Records`), Firehose (`RequestResponses`), EventBridge (`Entries`, `FailedEntries`), DynamoDB
 * PartiQL (`Responses`) and its cancelled transactions (`CancellationReasons`), Secrets Manager, Glue and Athena.
 */
export function reportsDenial(answer: unknown): boolean {
  if (!isObject(answer)) return false;
  return Object.entries(answer).some(([name, list]) => Array.isArray(list) && REPORTS.test(name) && list.some(isDeniedItem));
}

function isDeniedItem(item: unknown): boolean {
  if (!isObject(item)) return false;
  const holders = [item, item['Error'], item['error'], item['ErrorDetail']].filter(isObject);
  return holders.some(({ ErrorCode, errorCode, Code, code }) => [ErrorCode, errorCode, Code, code].some(isDeniedCode));
}

function isDeniedCode(code: unknown): boolean {
  return typeof code === 'string' && DENIED.has(code);
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null;
}
