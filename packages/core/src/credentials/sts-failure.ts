import { PolicyTooLargeError, type TenantAwsError } from '@tenant-aws/policy';
import { StsRejectedError, StsUnavailableError } from '../errors.ts';
import { operatorText, withoutSecrets } from '../operator-text.ts';
import { type AdvisedRequest, adviceOn } from './sts-advice.ts';

/** The outcomes of AssumeRole, and when each is repeated. There are no other retries: those of the SDK are off. */
export const RETRY = {
  assumed: 'never',
  /** Another call would fail again. The cache remembers it for `errorTtlMs`, so that one faulty set does not use up the quota of all. */
  deterministic: 'never',
  /** Another call may succeed: three attempts in one turn, after random waits. The cache never remembers it. */
  transient: 'after-backoff',
  /** STS accepts fewer calls than it gets: three turns of the queue, which slows down. */
  throttled: 'in-a-new-turn',
  /** Our own base credentials have expired: they are renewed once in a turn. */
  'base-expired': 'with-new-base-credentials',
  /** There are no base credentials. Their own provider has already retried. */
  'base-missing': 'never',
} as const;

export type OutcomeKind = keyof typeof RETRY;

/** What is known of a call that failed. */
export interface FailedCall {
  /** Absent if only base credentials were requested. */
  readonly request?: AdvisedRequest | undefined;
  /** The value of `AWS_PROFILE`. */
  readonly profile?: string | undefined;
}

export interface StsFailure {
  readonly kind: Exclude<OutcomeKind, 'assumed'>;
  readonly error: TenantAwsError;
}

const TOO_LARGE = ['PackedPolicyTooLarge'];
const BASE_EXPIRED = ['ExpiredToken'];
const BASE_MISSING = ['CredentialsProviderError', 'TokenProviderError'];
const THROTTLES = ['Throttling', 'Throttled', 'RequestThrottled', 'RequestLimitExceeded', 'TooManyRequests', 'SlowDown'];
const CLOCK_ERRORS = ['InvalidSignature', 'RequestExpired', 'RequestTimeTooSkewed', 'SignatureDoesNotMatch'];
const REJECTIONS = [
  'AccessDenied',
  'InvalidClientTokenId',
  'MalformedPolicyDocument',
  'RegionDisabled',
  'SignatureDoesNotMatch',
  'ValidationError',
];

/**
 * Compares the name *or* the wire code, with or without the suffix `Exception`, and never uses `instanceof`: the SDK's
 * classes and the wire differ in the suffix, and two copies of the SDK have different classes.
 */
export function classifyStsFailure(thrown: unknown, { request, profile }: FailedCall = {}): StsFailure {
  const { codes, message, status, requestId, isAnswer, skewCorrected, stack } = factsOf(thrown);
  const named = (names: readonly string[]): boolean => codes.some((code) => names.includes(code));
  const check = request === undefined ? undefined : adviceOn(codes, request);
  const detail = { sts: message, ...(requestId === undefined ? {} : { requestId }), ...(check === undefined ? {} : { check }) };
  const cause = causeOf(check === undefined ? message : `${message} (${check})`, stack);
  const unavailable = (reason: string): StsUnavailableError => new StsUnavailableError(reason, { cause, detail });

  if (named(BASE_EXPIRED)) return { kind: 'base-expired', error: unavailable('the base credentials have expired') };
  if (named(BASE_MISSING)) {
    const reason = `there are no base credentials${profileText(profile)}: the AWS SDK reports ${message}`;
    return { kind: 'base-missing', error: new StsUnavailableError(reason, { cause: causeOf(reason, stack), detail }) };
  }
  if (named(THROTTLES) || status === 429) return { kind: 'throttled', error: unavailable('STS throttled the call') };
  if (skewCorrected && named(CLOCK_ERRORS)) return { kind: 'transient', error: unavailable('the clock of this host is wrong') };
  if (named(TOO_LARGE)) return { kind: 'deterministic', error: new PolicyTooLargeError(detail, { cause }) };
  if (named(REJECTIONS) || (isAnswer && status >= 400 && status < 500)) {
    return { kind: 'deterministic', error: new StsRejectedError(message, { cause, detail }) };
  }
  return { kind: 'transient', error: unavailable('STS failed or cannot be reached') };
}

/** @param profile the value of `AWS_PROFILE` */
function profileText(profile: string | undefined): string {
  if (profile === undefined) return '';
  return `; \`AWS_PROFILE\` is set to \`${operatorText(profile, 64)}\`, so that the AWS SDK uses this profile in place of \`AWS_ACCESS_KEY_ID\``;
}

interface FailureFacts {
  /** Without the suffix `Exception`. */
  readonly codes: readonly string[];
  /** For the log: the code and STS's own message. */
  readonly message: string;
  readonly status: number;
  readonly requestId: string | undefined;
  /** STS answered with an error that the SDK could parse. */
  readonly isAnswer: boolean;
  /** The SDK has corrected its clock by this response: its next signature will be valid. */
  readonly skewCorrected: boolean;
  readonly stack: unknown;
}

function factsOf(thrown: unknown): FailureFacts {
  const error = recordOf(thrown);
  const metadata = recordOf(error['$metadata']);
  const codes = [error['name'], error['Code'], error['code']].filter((code) => typeof code === 'string').map(withoutSuffix);
  const isAnswer = error['$fault'] === 'client' || error['$fault'] === 'server';
  // A response that the SDK could not parse may be a truncated *successful* one with keys in it: its text is not used.
  const isUnreadable = !isAnswer && '$response' in error;
  const text = typeof error['message'] === 'string' ? error['message'] : '';
  const name = typeof error['name'] === 'string' ? error['name'] : (codes[0] ?? 'Error');
  const message = withoutSecrets(`${name}: ${isUnreadable ? 'the response cannot be parsed' : text}`);
  return {
    codes,
    message,
    status: typeof metadata['httpStatusCode'] === 'number' ? metadata['httpStatusCode'] : 0,
    requestId: typeof metadata['requestId'] === 'string' ? metadata['requestId'] : undefined,
    isAnswer,
    skewCorrected: metadata['clockSkewCorrected'] === true,
    stack: error['stack'],
  };
}

/** The SDK's own error refers to the request and so to its headers. Only its stack is kept, for the log. */
function causeOf(message: string, stack: unknown): Error {
  const cause = new Error(message);
  const frames = typeof stack === 'string' ? stack.split('\n').filter((line) => /^\s+at /.test(line)) : [];
  cause.stack = [`Error: ${message}`, ...frames].join('\n');
  return cause;
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function withoutSuffix(code: string): string {
  return code.endsWith('Exception') ? code.slice(0, -'Exception'.length) : code;
}
