import { StsRejectedError, TokenMissingError } from '@tenant-aws/core';
import type { ErrorRequestHandler, Express, RequestHandler } from 'express';
import request from 'supertest';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { problemDetails } from '../src/index.ts';
import { frameworks } from './frameworks.ts';

afterEach(() => vi.restoreAllMocks());

describe.each(frameworks)('problemDetails on %s', (_name, express) => {
  const others: ErrorRequestHandler = (error, _req, res, _next) => void res.status(418).end(error.message);

  function failsWith(error: unknown): Express {
    const fails: RequestHandler = (_req, _res, next) => next(error);
    return express().use(fails).use(problemDetails()).use(others);
  }

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
