/** The names of errors, and the codes of items, that mean a denial in AWS's services. */
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

/** The names that the SDK gives to an error whose response has no body, as for a HEAD request. Then the status decides. */
const NAMELESS = new Set(['Unknown', 'UnknownError', '403', 'Forbidden']);

/** The lists in which outputs report failed items. Other lists, such as `Items`, contain data of the application. */
const REPORTS = /^(?:errors|fail\w*|records|requestresponses|entries|responses|cancellationreasons|unprocessed\w*)$/i;

/** Whether an error, or one of the items that it reports, is a denial. */
export function isDeniedError(error: unknown): error is object {
  if (!isObject(error)) return false;
  const { name, $metadata } = error;
  const isNameless = isObject($metadata) && $metadata['httpStatusCode'] === 403 && NAMELESS.has(String(name));
  return DENIED.has(String(name)) || isNameless || reportsDenial(error);
}

/**
 * Whether an output reports that one of its items was denied: S3 `DeleteObjects` (`Errors`), the batches of SQS and SNS
 * (`Failed`), Kinesis (`Records`), Firehose (`RequestResponses`), EventBridge (`Entries`, `FailedEntries`), DynamoDB
 * PartiQL (`Responses`) and its cancelled transactions (`CancellationReasons`), Secrets Manager, Glue and Athena.
 */
export function reportsDenial(output: unknown): boolean {
  if (!isObject(output)) return false;
  return Object.entries(output).some(([name, list]) => Array.isArray(list) && REPORTS.test(name) && list.some(isDeniedItem));
}

function isDeniedItem(item: unknown): boolean {
  if (!isObject(item)) return false;
  const parts = [item, item['Error'], item['error'], item['ErrorDetail']].filter(isObject);
  return parts.some(({ ErrorCode, errorCode, Code, code }) => [ErrorCode, errorCode, Code, code].some(isDeniedCode));
}

function isDeniedCode(code: unknown): boolean {
  return typeof code === 'string' && DENIED.has(code);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
