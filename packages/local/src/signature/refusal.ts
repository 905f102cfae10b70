import { AwsError } from '../services/service.ts';

/** The reason for which a signature is refused. */
export type Refusal =
  | 'missing'
  | 'malformed'
  | 'scope'
  | 'unknown-key'
  | 'signature'
  | 'token'
  | 'expired-token'
  | 'skew'
  | 'expired-url'
  | 'unsigned-header'
  | 'sigv2';

type ErrorTable = Readonly<Record<Refusal, readonly [code: string, status: number, message: string]>>;

const UNKNOWN_TOKEN = 'The security token included in the request is invalid.';
const EXPIRED_TOKEN = 'The security token included in the request is expired';
const MISMATCH =
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method.';
const UNSUPPORTED =
  "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256. (boto3: Config(signature_version='s3v4'))";

const S3: ErrorTable = {
  missing: ['AccessDenied', 403, 'Access Denied'],
  malformed: ['AuthorizationHeaderMalformed', 400, 'The authorization header or query that you provided is not valid.'],
  scope: ['AuthorizationHeaderMalformed', 400, 'The credential scope does not match the region, service or date of the request.'],
  'unknown-key': ['InvalidAccessKeyId', 403, 'The AWS Access Key Id you provided does not exist in our records.'],
  signature: ['SignatureDoesNotMatch', 403, MISMATCH],
  token: ['InvalidToken', 400, 'The provided token is malformed or otherwise invalid.'],
  'expired-token': ['ExpiredToken', 400, 'The provided token has expired.'],
  skew: ['RequestTimeTooSkewed', 403, 'The difference between the request time and the current time is too large.'],
  'expired-url': ['AccessDenied', 403, 'Request has expired'],
  'unsigned-header': ['AccessDenied', 403, 'There were headers present in the request which were not signed'],
  sigv2: ['InvalidRequest', 400, UNSUPPORTED],
};

const JSON_PROTOCOL: ErrorTable = {
  missing: ['MissingAuthenticationTokenException', 400, 'Request is missing Authentication Token'],
  malformed: ['IncompleteSignatureException', 400, 'The authorization header or query that you provided is not valid.'],
  scope: ['InvalidSignatureException', 400, 'Credential should be scoped to a valid region, service and date.'],
  'unknown-key': ['UnrecognizedClientException', 400, UNKNOWN_TOKEN],
  signature: ['InvalidSignatureException', 400, MISMATCH],
  token: ['UnrecognizedClientException', 400, UNKNOWN_TOKEN],
  'expired-token': ['ExpiredTokenException', 400, EXPIRED_TOKEN],
  skew: [
    'InvalidSignatureException',
    400,
    'Signature expired or not yet current: the request time differs from the current time by more than 15 minutes.',
  ],
  'expired-url': ['InvalidSignatureException', 400, 'Signature expired.'],
  'unsigned-header': ['InvalidSignatureException', 400, 'Headers that begin with x-amz- must be signed.'],
  sigv2: ['IncompleteSignatureException', 400, UNSUPPORTED],
};

const QUERY: ErrorTable = {
  missing: ['MissingAuthenticationToken', 403, 'Request is missing Authentication Token'],
  malformed: ['IncompleteSignature', 400, 'The authorization header or query that you provided is not valid.'],
  scope: ['SignatureDoesNotMatch', 403, 'Credential should be scoped to a valid region, service and date.'],
  'unknown-key': ['InvalidClientTokenId', 403, UNKNOWN_TOKEN],
  signature: ['SignatureDoesNotMatch', 403, MISMATCH],
  token: ['InvalidClientTokenId', 403, UNKNOWN_TOKEN],
  'expired-token': ['ExpiredToken', 403, EXPIRED_TOKEN],
  skew: [
    'SignatureDoesNotMatch',
    403,
    'Signature expired or not yet current: the request time differs from the current time by more than 15 minutes.',
  ],
  'expired-url': ['SignatureDoesNotMatch', 403, 'Signature expired.'],
  'unsigned-header': ['SignatureDoesNotMatch', 403, 'Headers that begin with x-amz- must be signed.'],
  sigv2: ['IncompleteSignature', 400, UNSUPPORTED],
};

/** The protocol restJson has the codes of awsJson, with the status 403. */
const REST_JSON: ErrorTable = withStatus(JSON_PROTOCOL, 403);

const JSON_SERVICES = ['dynamodb', 'events', 'kms', 'logs', 'secretsmanager', 'ssm', 'states'];
const ERRORS: ReadonlyMap<string, ErrorTable> = new Map([
  ['s3', S3],
  ['lambda', REST_JSON],
  ...JSON_SERVICES.map((service) => [service, JSON_PROTOCOL] as const),
]);

/** The error for a refused signature, with the code of the requested service: SDKs act on the code. */
export function refusal(reason: Refusal, service: string): AwsError {
  const [code, status, message] = (ERRORS.get(service) ?? QUERY)[reason];
  return new AwsError(code, status, message);
}

function withStatus(table: ErrorTable, status: number): ErrorTable {
  const entries = Object.entries(table).map(([reason, [code, , message]]) => [reason, [code, status, message]] as const);
  return { ...table, ...Object.fromEntries(entries) };
}
