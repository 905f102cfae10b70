import { ConfigurationError, problemOf, StsRejectedError } from '@tenant-aws/core';
import { describe, expect, it } from 'vitest';

describe('problemOf', () => {
  it('returns the members of RFC 9457 without the message of STS', () => {
    expect(problemOf(new StsRejectedError('AccessDenied: arn:aws:iam::123456789012:user/base may not'))).toEqual({
      type: 'urn:tenant-aws:error:sts_rejected',
      title: 'AWS refused to issue credentials for this request',
      status: 500,
      code: 'sts_rejected',
    });
  });

  it('leaves out the faults of a ConfigurationError, which only its message contains', () => {
    const error = new ConfigurationError(['`roleArn` must be the ARN of a role']);

    expect(error.message).toContain('roleArn');
    expect(problemOf(error)).toMatchObject({ title: 'Tenant AWS is not configured', code: 'configuration_invalid' });
  });
});
