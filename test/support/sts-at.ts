import { STSClient, type STSClientConfig } from '@aws-sdk/client-sts';
import type { LocalAws } from '@tenant-aws/local';

/** What a client needs of a local AWS, which may run in another process. */
export type Reachable = Pick<LocalAws, 'url' | 'env'>;

/** The base keys of a local AWS: they may call STS and nothing else. */
export function baseKeys(aws: Reachable): { accessKeyId: string; secretAccessKey: string } {
  return { accessKeyId: aws.env['AWS_ACCESS_KEY_ID'] ?? '', secretAccessKey: aws.env['AWS_SECRET_ACCESS_KEY'] ?? '' };
}

/** A real STS client with the base keys. What it keeps trying, and how long, is up to the machine: nothing of it is set here. */
export function stsAt(endpoint: string, aws: Reachable, config: STSClientConfig = {}): STSClient {
  return new STSClient({ endpoint, region: 'us-east-1', credentials: baseKeys(aws), ...config });
}
