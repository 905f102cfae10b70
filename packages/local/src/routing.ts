import { plainError } from './aws-error.ts';
import type { Incoming } from './incoming.ts';
import { AwsError, type Service } from './services/service.ts';

/** Whose words an error is written in while no credential scope says which service is meant. Nothing else depends on it. */
export function guessService({ headers }: Pick<Incoming, 'headers'>): string {
  const target = headers.get('x-amz-target') ?? '';
  if (target.startsWith('DynamoDB_')) return 'dynamodb';
  if (target.startsWith('AmazonSQS.')) return 'sqs';
  if (headers.get('content-type')?.startsWith('application/x-www-form-urlencoded')) return 'sts';
  return 's3';
}

/** What answers for a service that there is none of. */
export const noService: Service = {
  name: 'unknown',
  parse() {
    throw new AwsError('NotImplemented', 501, 'This service is not implemented here.');
  },
  error: (error, { requestId }) => plainError(error, requestId),
  denied: () => new AwsError('AccessDenied', 403, 'Access Denied'),
};
