import { describe, expect, it } from 'vitest';
import { certificateInvalid, nothingPresented } from '../../src/identity/source-errors.ts';
import { adviceFor } from '../../src/refusal-advice.ts';

describe('the error of a request that presents nothing', () => {
  it.each([
    ['header', 'This request needs a tenant from a trusted proxy', '`TENANT_AWS_TENANT_HEADER`'],
    ['certificate', 'This request needs a client certificate', 'requestCert'],
    ['claims', 'This request needs the claims of an authorizer', 'authorizer'],
  ] as const)('does not ask for a bearer token if the source is %s', (source, message, advice) => {
    const error = nothingPresented(source);

    expect(error).toMatchObject({ code: 'token_missing', status: 401, message, headers: {} });
    expect(error.headers).not.toHaveProperty('WWW-Authenticate');
    expect(adviceFor('token_missing', '', source)).toContain(advice);
  });

  it.each(['bearer', 'user', undefined] as const)('asks for a bearer token if the source is %s', (source) => {
    expect(nothingPresented(source)).toMatchObject({ status: 401, headers: { 'WWW-Authenticate': 'Bearer' } });
  });
});

it('names the certificate, and no bearer token, if a certificate is refused', () => {
  const error = certificateInvalid('expired');

  expect(error).toMatchObject({
    code: 'token_invalid',
    status: 401,
    message: 'The client certificate is not valid',
    detail: { reason: 'expired' },
  });
  expect(error.headers).toEqual({});
});
