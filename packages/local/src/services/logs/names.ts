import type { JsonObject } from '@tenant-aws/policy/json';
import { foreignResource } from '../denial.ts';
import { AwsError, type Caller, type ResourceScope } from '../service.ts';
import { type Members, type Shape, string } from '../shape.ts';

const GROUP = /^[.\-_/#A-Za-z0-9]{1,512}$/;
const ARN = /^arn:aws[a-z-]*:logs:[a-z0-9-]+:\d{12}:log-group:[.\-_/#A-Za-z0-9]{1,512}$/;

export const GROUP_NAME: Shape = string({ min: 1, max: 512, pattern: /^[.\-_/#A-Za-z0-9]+$/ });
export const STREAM_NAME: Shape = string({ min: 1, max: 512, pattern: /^[^:*]*$/ });

/** The parameters that name a log group: one of the two. */
export const GROUP_REFERENCE: Members = {
  'logGroupName?': GROUP_NAME,
  'logGroupIdentifier?': string({ min: 1, max: 2048 }),
};

export function groupArn({ account, region }: ResourceScope, name: string): string {
  return `arn:aws:logs:${region}:${account}:log-group:${name}`;
}

/**
 * The ARN of a log stream. With an empty stream name, it is the resource of an action on a log group: AWS decides such an action on
 * `log-group:NAME:log-stream:`, which the pattern `log-group:NAME:*` matches, and `log-group:NAME` does not.
 *
 * @see Amazon CloudWatch Logs User Guide, "Overview of managing access permissions to your CloudWatch Logs resources"
 */
export function streamArn(scope: ResourceScope, group: string, stream = ''): string {
  return `${groupArn(scope, group)}:log-stream:${stream}`;
}

/**
 * The name of the log group that a request names by name or ARN.
 *
 * @param action the action to deny on a log group of another account or region
 * @throws {@link AwsError} 400
 */
export function groupNameOf(
  { logGroupName, logGroupIdentifier }: JsonObject,
  scope: ResourceScope,
  caller: Caller,
  action: string,
): string {
  if (typeof logGroupName === 'string' && logGroupIdentifier === undefined) return logGroupName;
  if (logGroupName !== undefined || typeof logGroupIdentifier !== 'string') {
    throw invalidParameter('Exactly one of logGroupName and logGroupIdentifier is required.');
  }
  const prefix = groupArn(scope, '');
  const name = logGroupIdentifier.startsWith(prefix) ? logGroupIdentifier.slice(prefix.length) : logGroupIdentifier;
  if (GROUP.test(name)) return name;
  if (ARN.test(logGroupIdentifier)) throw foreignResource(caller, action, logGroupIdentifier);
  throw invalidParameter('logGroupIdentifier must be the name or the ARN of a log group.');
}

/** @throws Error for a name that a log group cannot have */
export function checkGroupName(name: unknown): asserts name is string {
  if (typeof name === 'string' && GROUP.test(name)) return;
  throw new Error('a name has 1 to 512 letters, digits, `.`, `-`, `_`, `/` or `#`');
}

export function invalidParameter(message: string): AwsError {
  return new AwsError('InvalidParameterException', 400, message);
}
