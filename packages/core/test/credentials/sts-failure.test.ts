import { describe, expect, it } from 'vitest';
import { classifyStsFailure } from '../../src/credentials/sts-failure.ts';

/** As the SDK throws what it could read. */
function answered(name: string, status = 400, more: object = {}): Error {
  return Object.assign(new Error('words of STS'), {
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
  ])('takes %s for %s: %s', (name, kind, code) => {
    expect(classifyStsFailure(answered(name))).toMatchObject({ kind, error: { code } });
  });

  it('goes by the wire code where the class has another name, and by no class', () => {
    const error = answered('STSServiceException', 400, { Code: 'PackedPolicyTooLarge' });

    expect(classifyStsFailure(error)).toMatchObject({ kind: 'deterministic', error: { code: 'policy_too_large' } });
    expect(classifyStsFailure({ name: 'AccessDenied' })).toMatchObject({ kind: 'deterministic' });
  });

  it('tries again what a clock was to blame for, once the SDK knows the time', () => {
    const corrected = { $metadata: { httpStatusCode: 403, clockSkewCorrected: true } };

    expect(classifyStsFailure(answered('SignatureDoesNotMatch', 403, corrected)).kind).toBe('transient');
    expect(classifyStsFailure(answered('AccessDenied', 403, corrected)).kind).toBe('deterministic');
  });

  it.each([
    ['an answer of 500', answered('InternalFailure', 500)],
    ['a connection refused', Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })],
    ['something that is no error', 'oops'],
    ['nothing', undefined],
  ])('takes %s for transient', (_what, thrown) => {
    expect(classifyStsFailure(thrown)).toMatchObject({
      kind: 'transient',
      error: { code: 'sts_unavailable', headers: { 'Retry-After': '1' } },
    });
  });

  it('takes a lack of base credentials for what waiting may mend and trying again does not', () => {
    const error = Object.assign(new Error('Could not load credentials from any providers'), { name: 'CredentialsProviderError' });

    expect(classifyStsFailure(error)).toMatchObject({ kind: 'base-missing', error: { code: 'sts_unavailable' } });
  });

  it("keeps STS's words for the log and out of the message", () => {
    const { error } = classifyStsFailure(answered('AccessDenied', 403));

    expect(error.message).not.toContain('words of STS');
    expect(error.detail).toMatchObject({ sts: 'AccessDenied: words of STS', requestId: 'r-1' });
  });

  it('repeats nothing of an answer that the SDK could not read, for it may have keys in it', () => {
    const torn = Object.assign(new SyntaxError('unexpected end of <SecretAccessKey>s3cr3t'), { $response: { body: 's3cr3t' } });
    const { kind, error } = classifyStsFailure(torn);

    expect(kind).toBe('transient');
    expect(JSON.stringify([error, error.detail, String(error.cause), error.cause instanceof Error && error.cause.stack])).not.toContain(
      's3cr3t',
    );
  });

  it('leads nowhere near the request that failed, whose headers hold the base session token', () => {
    const { error } = classifyStsFailure(
      answered('AccessDenied', 403, { $response: { body: { req: { _header: 'x-amz-security-token' } } } }),
    );

    expect(Object.getOwnPropertyNames(error.cause)).toEqual(['stack', 'message']);
  });
});
