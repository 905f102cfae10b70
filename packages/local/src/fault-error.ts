import type { ActiveFault } from './injected-faults.ts';
import { AwsError } from './services/service.ts';

/** The error code with which a service throttles, where it is not `Throttling`. */
const THROTTLING_CODES: ReadonlyMap<string, string> = new Map([
  ['s3', 'SlowDown'],
  ['dynamodb', 'ThrottlingException'],
  ['sqs', 'RequestThrottled'],
  ['kms', 'ThrottlingException'],
  ['secretsmanager', 'ThrottlingException'],
  ['ssm', 'ThrottlingException'],
  ['events', 'ThrottlingException'],
  ['logs', 'ThrottlingException'],
  ['lambda', 'TooManyRequestsException'],
  ['states', 'ThrottlingException'],
]);

/** The HTTP status of an error code, where it is not 400. A key with a service's name applies to that service only. */
const STATUS: ReadonlyMap<string, number> = new Map([
  ['AccessDenied', 403],
  ['ExpiredToken', 403],
  ['InternalError', 500],
  ['InternalFailure', 500],
  ['InternalServerError', 500],
  ['InvalidAccessKeyId', 403],
  ['InvalidClientTokenId', 403],
  ['RegionDisabledException', 403],
  ['RequestLimitExceeded', 503],
  ['RequestTimeTooSkewed', 403],
  ['ServiceUnavailable', 503],
  ['SignatureDoesNotMatch', 403],
  ['SlowDown', 503],
  ['TooManyRequestsException', 429],
  ['s3 ExpiredToken', 400],
]);

/** The error that a fault returns in place of the operation's response; undefined if the fault returns none. */
export function faultError(service: string, { code, throttled }: ActiveFault): AwsError | undefined {
  const returned = throttled ? (THROTTLING_CODES.get(service) ?? 'Throttling') : code;
  if (returned === undefined) return undefined;
  const status = STATUS.get(`${service} ${returned}`) ?? STATUS.get(returned) ?? 400;
  return new AwsError(returned, status, throttled ? 'Rate exceeded' : 'This error was injected by `aws.faults`.');
}
