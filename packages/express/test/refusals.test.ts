import { bearerToken } from '@tenant-aws/core';
import type { LocalAws } from '@tenant-aws/local';
import type { Express } from 'express';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { notesAws } from '../../../test/support/local-aws-per-file.ts';
import { NOBODY_LISTENS } from '../../../test/support/loopback.ts';
import { roleArn } from '../../../test/support/notes-aws.ts';
import { problemDetails, type TenantCredentialsOptions } from '../src/index.ts';
import { get, createMiddleware, writeNote } from './application.ts';
import { frameworks } from './frameworks.ts';

const aws = notesAws();
const issuer = () => ({ issuer: aws.issuer.url, audience: aws.issuer.audience });

const bearer = (token: Parameters<LocalAws['issuer']['token']>[0]) => async () => `Bearer ${await aws.issuer.token(token)}`;
const asAcme = bearer({ tenant: 'acme' });

interface Refusal {
  readonly when: string;
  readonly status: number;
  readonly code: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly authorization?: () => Promise<string>;
  readonly options?: () => TenantCredentialsOptions;
  readonly fault?: () => void;
}
const refusals: readonly Refusal[] = [
  { when: 'the request presents nothing', status: 401, code: 'token_missing', headers: { 'www-authenticate': 'Bearer' } },
  {
    when: 'the token is malformed',
    status: 401,
    code: 'token_invalid',
    headers: { 'www-authenticate': 'Bearer error="invalid_token"' },
    authorization: async () => 'Bearer not a token',
  },
  {
    when: 'the token has expired',
    status: 401,
    code: 'token_invalid',
    headers: { 'www-authenticate': 'Bearer error="invalid_token"' },
    authorization: bearer({ tenant: 'acme', expiresInSeconds: -60 }),
  },
  {
    when: 'the token names no tenant',
    status: 403,
    code: 'tenant_missing',
    authorization: bearer({ tenant: 'acme', claims: { 'custom:tenant_id': undefined } }),
  },
  { when: 'the tenant id is not accepted', status: 403, code: 'tenant_invalid', authorization: bearer({ tenant: '*' }) },
  {
    when: "the issuer's keys are unavailable",
    status: 503,
    code: 'keys_unavailable',
    headers: { 'retry-after': expect.stringMatching(/^[1-9]\d*$/) },
    authorization: asAcme,
    options: () => ({ identity: bearerToken({ ...issuer(), jwksUri: NOBODY_LISTENS }) }),
  },
  {
    when: 'STS is down',
    status: 503,
    code: 'sts_unavailable',
    headers: { 'retry-after': expect.stringMatching(/^[1-9]\d*$/) },
    authorization: asAcme,
    fault: () => aws.faults.sts({ down: true }),
  },
  {
    when: 'STS does not respond',
    status: 503,
    code: 'sts_unavailable',
    headers: { 'retry-after': expect.stringMatching(/^[1-9]\d*$/) },
    authorization: asAcme,
    options: () => ({ assumeTimeoutMs: 50 }),
    fault: () => aws.faults.sts({ hang: true }),
  },
  {
    when: 'the role does not exist',
    status: 500,
    code: 'sts_rejected',
    authorization: asAcme,
    options: () => ({ roleArn: `${roleArn}Elsewhere` }),
  },
];

describe.each(frameworks)('tenantCredentials on %s', (_name, express) => {
  const handler = vi.fn(writeNote);
  beforeEach(() => void handler.mockClear());
  const appWith = (options?: TenantCredentialsOptions): Express =>
    express().use(createMiddleware(options)).get('/', handler).use(problemDetails());

  it.each(refusals)('responds with $status $code when $when, and calls no handler', async ({ status, code, headers = {}, ...given }) => {
    const app = appWith(given.options?.());
    given.fault?.();

    const response = await get(app, given.authorization);

    expect(response).toMatchObject({ status, type: 'application/problem+json', headers });
    expect(response.body).toEqual({ type: `urn:tenant-aws:error:${code}`, title: expect.any(String), status, code });
    expect(handler).not.toHaveBeenCalled();
    expect(aws.calls.filter(({ service }) => service !== 'sts')).toEqual([]);
    if (status < 500) expect(aws.calls).toEqual([]);
  });

  it.each([
    ['a malformed token', async () => 'Bearer x', 'token_invalid'],
    ['an expired token', bearer({ tenant: 'acme', expiresInSeconds: -60 }), 'token_invalid'],
    ['a token without a tenant', bearer({ tenant: 'acme', claims: { 'custom:tenant_id': undefined } }), 'tenant_missing'],
    ['a hostile tenant', bearer({ tenant: '../globex' }), 'tenant_invalid'],
  ])('refuses %s even if it is optional', async (_what, authorization, code) => {
    const app = appWith({ optional: true });

    const response = await get(app, authorization);

    expect(response.body.code).toBe(code);
    expect(handler).not.toHaveBeenCalled();
  });
});
