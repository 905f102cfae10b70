import { STSClient, type STSClientConfig } from '@aws-sdk/client-sts';
import type { LocalAws } from '@tenant-aws/local';

/** The members of a local AWS that a client needs. The local AWS may run in another process. */
export type Reachable = Pick<LocalAws, 'url' | 'env'>;

/** The base credentials of a local AWS: they may call only STS. */
export function baseKeys(aws: Reachable): { accessKeyId: string; secretAccessKey: string } {
  return { accessKeyId: aws.env['AWS_ACCESS_KEY_ID'] ?? '', secretAccessKey: aws.env['AWS_SECRET_ACCESS_KEY'] ?? '' };
}

/** An STS client with the base credentials. Retries and time limits are not set: the token vending machine sets them. */
export function stsAt(endpoint: string, aws: Reachable, config: STSClientConfig = {}): STSClient {
  return new STSClient({ endpoint, region: 'us-east-1', credentials: baseKeys(aws), ...config });
}
