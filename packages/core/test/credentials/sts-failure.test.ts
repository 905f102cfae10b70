import { describe, expect, it } from 'vitest';
import { classifyStsFailure } from '../../src/credentials/sts-failure.ts';

/** An error response that the SDK could parse. */
function answered(name: string, status = 400, more: object = {}): Error {
  return Object.assign(new Error('message of STS'), {
    name,
    $fault: 'client',
    $metadata: { httpStatusCode: status, requestId: 'r-1' },
    ...more,
  });
}

describe('classifyStsFailure', () => {
  it.each([
    ['AccessDenied', 'deterministic', 'sts_rejected'],
    ['AccessDeniedException', 'deterministic', 'sts_rejected'],
    ['MalformedPolicyDocument', 'deterministic', 'sts_rejected'],
    ['MalformedPolicyDocumentException', 'deterministic', 'sts_rejected'],
    ['RegionDisabled', 'deterministic', 'sts_rejected'],
    ['RegionDisabledException', 'deterministic', 'sts_rejected'],
    ['ValidationError', 'deterministic', 'sts_rejected'],
    ['InvalidClientTokenId', 'deterministic', 'sts_rejected'],
    ['SignatureDoesNotMatch', 'deterministic', 'sts_rejected'],
    ['PackedPolicyTooLarge', 'deterministic', 'policy_too_large'],
    ['PackedPolicyTooLargeException', 'deterministic', 'policy_too_large'],
    ['SomethingNewException', 'deterministic', 'sts_rejected'],
    ['ExpiredToken', 'base-expired', 'sts_unavailable'],
    ['ExpiredTokenException', 'base-expired', 'sts_unavailable'],
    ['Throttling', 'throttled', 'sts_unavailable'],
    ['ThrottlingException', 'throttled', 'sts_unavailable'],
    ['RequestLimitExceeded', 'throttled', 'sts_unavailable'],
    ['TooManyRequestsException', 'throttled', 'sts_unavailable'],
  ])('classifies %s as %s: %s', (name, kind, code) => {
    expect(classifyStsFailure(answered(name))).toMatchObject({ kind, error: { code } });
  });

  it('compares the wire code if the name differs, and never the class', () => {
    const error = answered('STSServiceException', 400, { Code: 'PackedPolicyTooLarge' });

    expect(classifyStsFailure(error)).toMatchObject({ kind: 'deterministic', error: { code: 'policy_too_large' } });
    expect(classifyStsFailure({ name: 'AccessDenied' })).toMatchObject({ kind: 'deterministic' });
  });

  it('classifies clock errors as transient once the SDK has corrected its clock', () => {
    const corrected = { $metadata: { httpStatusCode: 403, clockSkewCorrected: true } };

    expect(classifyStsFailure(answered('SignatureDoesNotMatch', 403, corrected)).kind).toBe('transient');
    expect(classifyStsFailure(answered('AccessDenied', 403, corrected)).kind).toBe('deterministic');
  });

  it.each([
    ['a response with status 500', answered('InternalFailure', 500)],
    ['a refused connection', Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })],
    ['a thrown string', 'oops'],
    ['undefined', undefined],
  ])('classifies %s as transient', (_what, thrown) => {
    expect(classifyStsFailure(thrown)).toMatchObject({
      kind: 'transient',
      error: { code: 'sts_unavailable', headers: { 'Retry-After': '1' } },
    });
  });

  it('classifies missing base credentials as base-missing', () => {
    const error = Object.assign(new Error('Could not load credentials from any providers'), { name: 'CredentialsProviderError' });

    expect(classifyStsFailure(error)).toMatchObject({ kind: 'base-missing', error: { code: 'sts_unavailable' } });
  });

  it("puts STS's message into the detail, not into the message", () => {
    const { error } = classifyStsFailure(answered('AccessDenied', 403));

    expect(error.message).not.toContain('message of STS');
    expect(error.detail).toMatchObject({ sts: 'AccessDenied: message of STS', requestId: 'r-1' });
  });

  it('shows nothing of a response that the SDK could not parse, because it may contain keys', () => {
    const torn = Object.assign(new SyntaxError('unexpected end of <SecretAccessKey>s3cr3t'), { $response: { body: 's3cr3t' } });
    const { kind, error } = classifyStsFailure(torn);

    expect(kind).toBe('transient');
    expect(JSON.stringify([error, error.detail, String(error.cause), error.cause instanceof Error && error.cause.stack])).not.toContain(
      's3cr3t',
    );
  });

  it('has no reference to the failed request, whose headers contain the base session token', () => {
    const { error } = classifyStsFailure(
      answered('AccessDenied', 403, { $response: { body: { req: { _header: 'x-amz-security-token' } } } }),
    );

    expect(Object.getOwnPropertyNames(error.cause)).toEqual(['stack', 'message']);
  });
});
