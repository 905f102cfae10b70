import { PolicyTooLargeError, type TenantAwsError } from '@tenant-aws/policy';
import { StsRejectedError, StsUnavailableError } from '../errors.ts';

/** The outcomes of AssumeRole, and when each is repeated. There are no other retries: those of the SDK are off. */
export const RETRY = {
  assumed: 'never',
  /** Another call gives the same answer. The cache remembers it for `errorTtlMs`, so that one faulty set does not use up the quota of all. */
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

export interface StsFailure {
  readonly kind: Exclude<OutcomeKind, 'assumed'>;
  readonly error: TenantAwsError;
}

const TOO_LARGE = ['PackedPolicyTooLarge'];
const BASE_EXPIRED = ['ExpiredToken'];
const BASE_MISSING = ['CredentialsProviderError', 'TokenProviderError'];
const THROTTLES = ['Throttling', 'Throttled', 'RequestThrottled', 'RequestLimitExceeded', 'TooManyRequests', 'SlowDown'];
const CLOCKS = ['InvalidSignature', 'RequestExpired', 'RequestTimeTooSkewed', 'SignatureDoesNotMatch'];
const REJECTIONS = [
  'AccessDenied',
  'InvalidClientTokenId',
  'MalformedPolicyDocument',
  'RegionDisabled',
  'SignatureDoesNotMatch',
  'ValidationError',
];

/**
 * Judges by name *or* wire code, with or without the suffix `Exception`, never by `instanceof`: the SDK's classes and
 * the wire do not agree on the suffix, and two copies of the SDK do not agree on the classes.
 */
export function classifyStsFailure(thrown: unknown): StsFailure {
  const { codes, words, status, requestId, isAnswer, skewCorrected, cause } = factsOf(thrown);
  const named = (names: readonly string[]): boolean => codes.some((code) => names.includes(code) || names.includes(withoutSuffix(code)));
  const detail = { sts: words, ...(requestId === undefined ? {} : { requestId }) };
  const unavailable = (reason: string): StsUnavailableError => new StsUnavailableError(reason, { cause, detail });

  if (named(BASE_EXPIRED)) return { kind: 'base-expired', error: unavailable('the base credentials have expired') };
  if (named(BASE_MISSING)) return { kind: 'base-missing', error: unavailable('there are no base credentials') };
  if (named(THROTTLES) || status === 429) return { kind: 'throttled', error: unavailable('STS throttles') };
  if (skewCorrected && named(CLOCKS)) return { kind: 'transient', error: unavailable('the clock of this host is wrong') };
  if (named(TOO_LARGE)) return { kind: 'deterministic', error: new PolicyTooLargeError(detail, { cause }) };
  if (named(REJECTIONS) || (isAnswer && status >= 400 && status < 500)) {
    return { kind: 'deterministic', error: new StsRejectedError(words, { cause, detail }) };
  }
  return { kind: 'transient', error: unavailable('STS failed or cannot be reached') };
}

interface FailureFacts {
  readonly codes: readonly string[];
  /** For the log: the code and STS's own message. */
  readonly words: string;
  readonly status: number;
  readonly requestId: string | undefined;
  /** STS answered, with an error that the SDK could read. */
  readonly isAnswer: boolean;
  /** The SDK has learnt the clock of STS from this answer: its next signature will be right. */
  readonly skewCorrected: boolean;
  readonly cause: Error;
}

function factsOf(thrown: unknown): FailureFacts {
  const error = recordOf(thrown);
  const metadata = recordOf(error['$metadata']);
  const codes = [error['name'], error['Code'], error['code']].filter((code) => typeof code === 'string');
  const isAnswer = error['$fault'] === 'client' || error['$fault'] === 'server';
  // An answer that the SDK could not read may be a torn *good* one, with keys in it: its words go nowhere.
  const isUnreadable = !isAnswer && '$response' in error;
  const message = typeof error['message'] === 'string' ? error['message'] : '';
  const words = `${codes[0] ?? 'Error'}: ${isUnreadable ? 'the answer cannot be read' : message}`;
  return {
    codes,
    words,
    status: typeof metadata['httpStatusCode'] === 'number' ? metadata['httpStatusCode'] : 0,
    requestId: typeof metadata['requestId'] === 'string' ? metadata['requestId'] : undefined,
    isAnswer,
    skewCorrected: metadata['clockSkewCorrected'] === true,
    cause: causeOf(words, error['stack']),
  };
}

/** The SDK's own error leads to the request and so to its headers: what a log may hold of it is where it was thrown. */
function causeOf(words: string, stack: unknown): Error {
  const cause = new Error(words);
  const frames = typeof stack === 'string' ? stack.split('\n').filter((line) => /^\s+at /.test(line)) : [];
  cause.stack = [`Error: ${words}`, ...frames].join('\n');
  return cause;
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function withoutSuffix(code: string): string {
  return code.endsWith('Exception') ? code.slice(0, -'Exception'.length) : code;
}
