import type { Incoming } from './incoming.ts';
import { AwsError, type Service, unsupported } from './services/service.ts';
import { element } from './xml.ts';

/**
 * Guesses the service of a request from its headers.
 * The guess selects the error format until the credential scope names the service, and the service of an unsigned request.
 */
export function guessService({ headers }: Pick<Incoming, 'headers'>): string {
  const target = headers.get('x-amz-target') ?? '';
  if (target.startsWith('DynamoDB_')) return 'dynamodb';
  if (target.startsWith('AmazonSQS.')) return 'sqs';
  if (headers.get('content-type')?.startsWith('application/x-www-form-urlencoded')) return 'sts';
  return 's3';
}

/** Takes requests for a service that the local AWS does not have, and refuses them with 501, in S3's error format. */
export const unsupportedService: Service = {
  name: 'unknown',
  parse() {
    throw unsupported('This service');
  },
  error: ({ status, code, message }, { requestId }) => ({
    status,
    headers: { 'content-type': 'application/xml' },
    body:
      '<?xml version="1.0" encoding="UTF-8"?>\n' +
      `<Error>${element('Code', code)}${element('Message', message)}${element('RequestId', requestId)}</Error>`,
  }),
  denied: () => new AwsError('AccessDenied', 403, 'Access Denied'),
};
