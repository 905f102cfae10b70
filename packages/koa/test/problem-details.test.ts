import { S3ServiceException } from '@aws-sdk/client-s3';
import { ConfigurationError, type ProblemDetailsOptions } from '@tenant-aws/core';
import type { Middleware } from 'koa';
import { describe, expect, it } from 'vitest';
import { notesAws } from '../../../test/support/local-aws-per-file.ts';
import { problemDetails } from '../src/index.ts';
import { sendTenant, applicationsOn, errorsOf, createMiddleware } from './application.ts';
import { frameworks } from './frameworks.ts';

const aws = notesAws();

describe.each(frameworks)('problemDetails on %s', (_name, Framework) => {
  const { appOf, send } = applicationsOn(Framework, aws);

  it('responds in the format of RFC 9457, emits errors with a status of 500 or more, and passes on other errors', async () => {
    const app = appOf(problemDetails(), createMiddleware(), sendTenant);
    const emitted: unknown[] = [];
    app.on('error', (error: { code?: string }) => emitted.push(error.code));

    const refused = await send(app);
    aws.faults.sts({ down: true });
    const failed = await send(app, 'acme');

    expect(refused).toMatchObject({ status: 401, type: 'application/problem+json', headers: { 'www-authenticate': 'Bearer' } });
    expect(refused.body).toEqual({
      type: 'urn:tenant-aws:error:token_missing',
      title: 'This request needs a bearer token',
      status: 401,
      code: 'token_missing',
    });
    expect(failed.status).toBe(503);
    expect(failed.headers['retry-after']).toMatch(/^[1-9]\d*$/);
    expect(emitted).toEqual(['sts_unavailable']);

    const failing = appOf(problemDetails(), () => {
      throw Object.assign(new Error('of the application'), { status: 418, expose: true });
    });
    expect(await send(failing)).toMatchObject({ status: 418, text: 'of the application' });
  });

  it.each([
    ['AccessDenied', 403, 'aws_access_denied', 1],
    ['SlowDown', 503, 'aws_unavailable', 1],
    ['NoSuchKey', 404, 'aws_not_found', 0],
  ])(
    'responds to %s of AWS with %i and %s only with awsErrors, and emits it this number of times: %i',
    async (name, status, code, times) => {
      const error = new S3ServiceException({ name, $fault: 'client', $metadata: { httpStatusCode: status }, message: 'globex/plan' });
      const fails = () => Promise.reject(error);
      const app = appOf(problemDetails({ awsErrors: true }), fails);
      const errors = errorsOf(app);

      const response = await send(app);

      expect([response.status, response.body.code]).toEqual([status, code]);
      expect(response.text).not.toContain('globex');
      expect(errors).toEqual(Array.from({ length: times }, () => error));
      expect(await send(appOf(problemDetails(), fails))).toMatchObject({ status: 500, text: 'Internal Server Error' });
    },
  );

  it('rejects an unknown option', () => {
    expect(() => problemDetails({ awsError: true } as ProblemDetailsOptions)).toThrow(/did you mean `awsErrors`/);
  });

  it('explains the mistake if it is mounted without a call', async () => {
    const app = appOf(problemDetails as unknown as Middleware);
    const errors = errorsOf(app);

    expect((await send(app)).status).toBe(500);
    expect(errors).toEqual([expect.any(ConfigurationError)]);
    expect(errors[0]?.message).toContain('problemDetails(');
  });
});
