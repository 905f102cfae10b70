import { S3ServiceException } from '@aws-sdk/client-s3';
import { type ProblemDetailsOptions, StsRejectedError, TokenMissingError } from '@tenant-aws/core';
import type { ErrorRequestHandler, Express, RequestHandler } from 'express';
import request from 'supertest';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { problemDetails } from '../src/index.ts';
import { frameworks } from './frameworks.ts';

afterEach(() => vi.restoreAllMocks());

describe.each(frameworks)('problemDetails on %s', (_name, express) => {
  const others: ErrorRequestHandler = (error, _req, res, _next) => void res.status(418).end(error.message);

  function failsWith(error: unknown, options?: ProblemDetailsOptions): Express {
    const fails: RequestHandler = (_req, _res, next) => next(error);
    return express().use(fails).use(problemDetails(options)).use(others);
  }
  const awsError = (name: string, httpStatusCode: number) =>
    new S3ServiceException({ name, $fault: 'client', $metadata: { httpStatusCode }, message: 'arn:aws:s3:::notes/globex/plan' });

  it('responds to a TenantAwsError with its status, headers and code', async () => {
    const response = await request(failsWith(new TokenMissingError())).get('/');

    expect(response).toMatchObject({ status: 401, type: 'application/problem+json', headers: { 'www-authenticate': 'Bearer' } });
    expect(response.body).toEqual({
      type: 'urn:tenant-aws:error:token_missing',
      title: 'This request needs a bearer token',
      status: 401,
      code: 'token_missing',
    });
  });

  it('does not respond with `detail` or `cause`', async () => {
    const error = new StsRejectedError('arn:aws:iam::000000000000:role/TenantAccess is not assumable', { cause: new Error('cause') });

    const response = await request(failsWith(error)).get('/');

    expect(response.status).toBe(500);
    expect(response.text).not.toMatch(/arn:|cause|assumable/);
    expect(Object.keys(response.body)).toEqual(['type', 'title', 'status', 'code']);
  });

  it.each([
    ['production', new StsRejectedError('not assumable'), 1],
    ['production', new TokenMissingError(), 0],
    ['test', new StsRejectedError('not assumable'), 0],
  ])('prints, with the env %s, %s this number of times: %i', async (env, error, times) => {
    const printed = vi.spyOn(console, 'error').mockImplementation(() => undefined);

    await request(failsWith(error).set('env', env)).get('/');

    expect(printed.mock.calls).toEqual(Array.from({ length: times }, () => [error]));
  });

  it.each([
    ['AccessDenied', 403, 'aws_access_denied', 1],
    ['SlowDown', 503, 'aws_unavailable', 1],
    ['NoSuchKey', 404, 'aws_not_found', 0],
    ['PreconditionFailed', 412, 'aws_precondition_failed', 0],
  ])(
    'responds to %s of AWS with %i and %s only with awsErrors, and prints it this number of times: %i',
    async (name, status, code, times) => {
      const printed = vi.spyOn(console, 'error').mockImplementation(() => undefined);
      const error = awsError(name, status);

      const response = await request(failsWith(error, { awsErrors: true }).set('env', 'production')).get('/');

      expect([response.status, response.body.code]).toEqual([status, code]);
      expect(response.text).not.toContain('arn:');
      expect(printed.mock.calls).toEqual(Array.from({ length: times }, () => [error]));
      expect((await request(failsWith(error)).get('/')).status).toBe(418);
      expect((await request(failsWith(error, { awsErrors: false })).get('/')).status).toBe(418);
    },
  );

  it.each([
    [{ awsError: true }, /did you mean `awsErrors`/],
    [{ awsErrors: 'true' }, /`awsErrors` must be true or false/],
    [null, /the options of `problemDetails\(\)` must be an object/],
  ])('rejects the options %j', (options, text) => {
    expect(() => problemDetails(options as ProblemDetailsOptions)).toThrow(text);
  });

  it.each([
    [new Error('of the application')],
    ['a string'],
    [{ status: 401, code: 'token_missing', message: 'looks like a TenantAwsError' }],
  ])('passes on other errors: %s', async (error) => {
    expect((await request(failsWith(error)).get('/')).status).toBe(418);
  });

  it('passes on an error after the response has started', async () => {
    const startsResponse: RequestHandler = (_req, res, next) => {
      res.write('started');
      next(new TokenMissingError());
    };
    const seen: unknown[] = [];
    const ends: ErrorRequestHandler = (error, _req, res, _next) => {
      seen.push(error);
      res.end();
    };

    const response = await request(express().use(startsResponse).use(problemDetails()).use(ends)).get('/');

    expect(response.text).toBe('started');
    expect(seen).toEqual([expect.any(TokenMissingError)]);
  });

  it('explains the mistake if it is mounted without a call', async () => {
    const app = express()
      .use(problemDetails as unknown as RequestHandler)
      .use(others);

    expect((await request(app).get('/')).text).toContain('`problemDetails()`');
  });
});
