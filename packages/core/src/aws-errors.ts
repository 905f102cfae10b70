import { types } from 'node:util';
import { isDeniedError } from './clients/denials.ts';

/** The code of the response to an error of an AWS SDK client. */
export type AwsErrorCode = 'aws_access_denied' | 'aws_not_found' | 'aws_precondition_failed' | 'aws_conflict' | 'aws_unavailable';

/** The response to a call that AWS refused. Every part is a constant: nothing of AWS's error is sent. */
interface Refusal {
  readonly status: number;
  readonly title: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** By code. If an error reports several items, the first code in this order applies. */
const REFUSALS: Readonly<Record<AwsErrorCode, Refusal>> = {
  aws_access_denied: { status: 403, title: 'AWS denied access to the requested data', headers: {} },
  aws_not_found: { status: 404, title: 'The requested data does not exist', headers: {} },
  aws_precondition_failed: { status: 412, title: 'The data does not meet a precondition of this request', headers: {} },
  aws_conflict: { status: 409, title: 'The request conflicts with the current state of the data', headers: {} },
  aws_unavailable: { status: 503, title: 'AWS cannot serve this request at the moment', headers: { 'Retry-After': '1' } },
};

const CODES = Object.keys(REFUSALS) as AwsErrorCode[];

/**
 * By the name of an error, and by the code of a cancelled transaction's reason.
 * A missing bucket, table, queue or topic is not included: the application's configuration is wrong, not the request.
 */
const CODE_OF: ReadonlyMap<string, AwsErrorCode> = new Map<string, AwsErrorCode>([
  ...named('aws_not_found', ['NoSuchKey', 'NoSuchUpload', 'NoSuchVersion', 'NotFound', 'ParameterNotFound']),
  ...named('aws_precondition_failed', ['PreconditionFailed']),
  ...named('aws_conflict', [
    'ConditionalCheckFailed',
    'ConditionalCheckFailedException',
    'ConditionalRequestConflict',
    'TransactionConflict',
    'TransactionConflictException',
  ]),
  // The throttling errors of the SDK's own retries: `THROTTLING_ERROR_CODES` of @smithy/core, and the reasons of a transaction.
  ...named('aws_unavailable', [
    'BandwidthLimitExceeded',
    'EC2ThrottledException',
    'LimitExceededException',
    'PriorRequestNotComplete',
    'ProvisionedThroughputExceeded',
    'ProvisionedThroughputExceededException',
    'RequestLimitExceeded',
    'RequestThrottled',
    'RequestThrottledException',
    'SlowDown',
    'ThrottledException',
    'Throttling',
    'ThrottlingError',
    'ThrottlingException',
    'TooManyRequestsException',
    'TransactionInProgressException',
  ]),
]);

/** By the HTTP status: the response to a HEAD request has no body, and so its error has no name. */
const CODE_OF_STATUS: ReadonlyMap<unknown, AwsErrorCode> = new Map<unknown, AwsErrorCode>([
  [412, 'aws_precondition_failed'],
  [429, 'aws_unavailable'],
  [503, 'aws_unavailable'],
]);

/** How deep an error of the SDK may be in the `cause` of other errors. */
const MAX_CAUSES = 10;

/** An error that a client of the AWS SDK v3 makes of an error response of AWS. */
type SdkError = Error & { readonly $metadata: Readonly<Record<string, unknown>>; readonly $retryable?: unknown };

/**
 * Returns the code of the response to an error of an AWS SDK client, or to an error that has it as its `cause`; `undefined` for
 * every other error.
 */
export function awsErrorCodeOf(thrown: unknown): AwsErrorCode | undefined {
  const error = sdkErrorOf(thrown);
  if (error === undefined) return undefined;
  const found = new Set([error.name, ...reasonsOf(error)].map((name) => CODE_OF.get(name)));
  if (isDeniedError(error)) found.add('aws_access_denied');
  return CODES.find((code) => found.has(code)) ?? CODE_OF_STATUS.get(error.$metadata['httpStatusCode']) ?? throttledCodeOf(error);
}

/** The response for a code. */
export function awsRefusalOf(code: AwsErrorCode): Refusal {
  return REFUSALS[code];
}

function named(code: AwsErrorCode, names: readonly string[]): [string, AwsErrorCode][] {
  return names.map((name) => [name, code]);
}

/** An error with a status of its own, such as those of http-errors, of Nest and of this package, keeps it: its `cause` is not read. */
function sdkErrorOf(thrown: unknown): SdkError | undefined {
  let error = thrown;
  for (let depth = 0; depth <= MAX_CAUSES; depth += 1) {
    if (!types.isNativeError(error)) return undefined; // also not a proxy
    if (isSdkError(error)) return error;
    if ('status' in error || 'statusCode' in error) return undefined;
    error = error.cause;
  }
  return undefined;
}

/**
 * Compares the class, because an error may have parsed JSON as its properties. `isInstance` is a static method of
 * `ServiceException`, which all classes of the SDK's service errors inherit. A bundler may rename a class, but not this method.
 * `instanceof` would need the class, and each copy of the SDK has another one.
 */
function isSdkError(error: Error): error is SdkError {
  const prototype = Object.getPrototypeOf(error) as { readonly constructor?: { readonly isInstance?: unknown } } | null;
  if (typeof prototype?.constructor?.isInstance !== 'function' || !Object.hasOwn(error, '$fault')) return false;
  const { $fault, $metadata } = error as Error & { readonly $fault?: unknown; readonly $metadata?: unknown };
  return ($fault === 'client' || $fault === 'server') && typeof $metadata === 'object' && $metadata !== null;
}

/** The codes of the items that cancelled a DynamoDB transaction. */
function reasonsOf(error: SdkError): string[] {
  const reasons: unknown = 'CancellationReasons' in error ? error.CancellationReasons : undefined;
  return Array.isArray(reasons) ? reasons.map((reason: { readonly Code?: unknown } | null) => String(reason?.Code)) : [];
}

/** The SDK's model of a service marks errors by which the service throttles. */
function throttledCodeOf({ $retryable }: SdkError): AwsErrorCode | undefined {
  const isThrottled = typeof $retryable === 'object' && $retryable !== null && 'throttling' in $retryable && $retryable.throttling === true;
  return isThrottled ? 'aws_unavailable' : undefined;
}
