import { AwsError, type ResourceScope } from '../service.ts';

const NAME = /^(?:[A-Za-z0-9_-]{1,80}|[A-Za-z0-9_-]{1,75}\.fifo)$/;
/** The engine's only account. It finds a queue by the region and the last segment of its URL. */
const ENGINE_ACCOUNT = '000000000000';

export function queueArn({ account, region }: ResourceScope, name: string): string {
  return `arn:aws:sqs:${region}:${account}:${name}`;
}

/** The ARN of a queue in the engine. */
export function engineArn({ region }: ResourceScope, name: string): string {
  return queueArn({ account: ENGINE_ACCOUNT, region }, name);
}

/** The URL of a queue in the engine. */
export function engineUrl({ region }: ResourceScope, name: string): string {
  return `http://sqs.${region}.localhost/${ENGINE_ACCOUNT}/${name}`;
}

/** The URL of a queue. It has the host of the request: SDKs send to the host of a QueueUrl. */
export function queueUrl({ account }: ResourceScope, host: string, name: string): string {
  return `http://${host}/${account}/${name}`;
}

/**
 * The name in the URL of a queue. Both the URL that `queueUrl` returns and the queue's URL on AWS are accepted.
 *
 * @throws {@link AwsError} 400 for another URL
 */
export function queueNameOf(scope: ResourceScope, host: string, url: string): string {
  const prefixes = [queueUrl(scope, host, ''), `https://sqs.${scope.region}.amazonaws.com/${scope.account}/`];
  const prefix = prefixes.find((each) => url.startsWith(each));
  const name = prefix === undefined ? '' : url.slice(prefix.length);
  if (NAME.test(name)) return name;
  throw new AwsError('InvalidAddress', 400, 'QueueUrl must be the URL of a queue of this account and region');
}

/** The name in the ARN of a queue; undefined for another account or region. */
export function queueNameOfArn(scope: ResourceScope, arn: string): string | undefined {
  const prefix = queueArn(scope, '');
  const name = arn.slice(prefix.length);
  return arn.startsWith(prefix) && NAME.test(name) ? name : undefined;
}

/** @throws {@link AwsError} 400 */
export function checkQueueName(name: string): void {
  if (!NAME.test(name))
    throw new AwsError('InvalidParameterValue', 400, 'QueueName must have 1 to 80 letters, digits, `-` or `_`, and may end with `.fifo`');
}
