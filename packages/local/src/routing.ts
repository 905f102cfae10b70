import type { Incoming } from './incoming.ts';
import { AwsError, type Service, unsupported } from './services/service.ts';
import { element } from './xml.ts';

/** The prefixes of X-Amz-Target. */
const TARGETS: ReadonlyMap<string, string> = new Map([
  ['DynamoDB_20120810', 'dynamodb'],
  ['AmazonSQS', 'sqs'],
  ['AmazonSSM', 'ssm'],
  ['AWSEvents', 'events'],
  ['AWSStepFunctions', 'states'],
  ['Logs_20140328', 'logs'],
  ['secretsmanager', 'secretsmanager'],
  ['TrentService', 'kms'],
]);

/** The paths of Lambda's operations on functions, in each version of its API. */
const LAMBDA_PATH = /^\/20\d\d-\d\d-\d\d\/functions\//;

/**
 * Guesses the service of a request from its headers and its path.
 * The guess selects the error format until the credential scope names the service, and the service of an unsigned request.
 */
export function guessService({ headers, rawPath }: Pick<Incoming, 'headers' | 'rawPath'>): string {
  const [target = ''] = (headers.get('x-amz-target') ?? '').split('.');
  const service = TARGETS.get(target);
  if (service !== undefined) return service;
  if (headers.get('content-type')?.startsWith('application/x-www-form-urlencoded')) return 'sts';
  if (LAMBDA_PATH.test(rawPath)) return 'lambda';
  return 's3';
}

/** Services whose clients read errors as XML, and do not send forms. */
const XML_SERVICES: ReadonlySet<string> = new Set(['s3', 's3express', 's3-object-lambda', 's3-outposts', 'cloudfront', 'route53']);

/**
 * Takes requests for a service that the local AWS does not have, and refuses them with 501, in the format that its clients read.
 * A client that expects JSON would report a syntax error instead of an error in XML.
 *
 * @param name the service of the credential scope, which has letters, digits and hyphens, or the guess
 */
export function unsupportedService(name: string, { headers }: Pick<Incoming, 'headers'>): Service {
  const isForm = headers.get('content-type')?.startsWith('application/x-www-form-urlencoded');
  return {
    name: 'unknown',
    parse() {
      throw unsupported(`The service ${name}`);
    },
    error: isForm || XML_SERVICES.has(name) ? xmlError : jsonError,
    denied: () => new AwsError('AccessDenied', 403, 'Access Denied'),
  };
}

const xmlError: Service['error'] = ({ status, code, message }, { requestId }) => ({
  status,
  headers: { 'content-type': 'application/xml' },
  body:
    '<?xml version="1.0" encoding="UTF-8"?>\n' +
    `<Error>${element('Code', code)}${element('Message', message)}${element('RequestId', requestId)}</Error>`,
});

const jsonError: Service['error'] = ({ status, code, message }) => ({
  status,
  headers: { 'content-type': 'application/json', 'x-amzn-errortype': code },
  body: JSON.stringify({ __type: code, message }),
});
