import { AwsError, type ResourceScope } from '../service.ts';

const NAME = /^(?:[A-Za-z0-9_-]{1,80}|[A-Za-z0-9_-]{1,75}\.fifo)$/;
/** The engine has one account, and finds a queue by the region and the last segment of its URL. */
const ENGINE_ACCOUNT = '000000000000';

/** The ARN of a queue. */
export function queueArn({ account, region }: ResourceScope, name: string): string {
  return `arn:aws:sqs:${region}:${account}:${name}`;
}

/** The ARN by which the engine knows a queue. */
export function engineArn({ region }: ResourceScope, name: string): string {
  return queueArn({ account: ENGINE_ACCOUNT, region }, name);
}

/** The URL by which the engine knows a queue. */
export function engineUrl({ region }: ResourceScope, name: string): string {
  return `http://sqs.${region}.localhost/${ENGINE_ACCOUNT}/${name}`;
}

/** The URL of a queue, on the origin that was asked: SDKs send to the host of a QueueUrl. */
export function queueUrl({ account }: ResourceScope, host: string, name: string): string {
  return `http://${host}/${account}/${name}`;
}

/**
 * The name of the queue that a URL is of: one that was handed out here, or the one that the queue would have on AWS.
 *
 * @throws {@link AwsError} 400 for any other
 */
export function queueNameOf(scope: ResourceScope, host: string, url: string): string {
  const prefixes = [queueUrl(scope, host, ''), `https://sqs.${scope.region}.amazonaws.com/${scope.account}/`];
  const prefix = prefixes.find((each) => url.startsWith(each));
  const name = prefix === undefined ? '' : url.slice(prefix.length);
  if (NAME.test(name)) return name;
  throw new AwsError('InvalidAddress', 400, 'QueueUrl is the URL of no queue of this account and region');
}

/** The name of the queue that an ARN is of, if it is one of ours. */
export function queueNameOfArn(scope: ResourceScope, arn: string): string | undefined {
  const prefix = queueArn(scope, '');
  const name = arn.slice(prefix.length);
  return arn.startsWith(prefix) && NAME.test(name) ? name : undefined;
}

/** @throws {@link AwsError} 400 */
export function demandQueueName(name: string): void {
  if (!NAME.test(name))
    throw new AwsError('InvalidParameterValue', 400, 'QueueName can only have letters, digits, `-` and `_`, and `.fifo` at its end');
}
