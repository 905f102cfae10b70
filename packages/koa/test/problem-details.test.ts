import { ConfigurationError } from '@tenant-aws/core';
import { describe, expect, it } from 'vitest';
import { notesAws } from '../../../test/support/local-aws-per-file.ts';
import { problemDetails } from '../src/index.ts';
import { answersTenant, applicationsOn, heardBy, made } from './application.ts';
import { frameworks } from './frameworks.ts';

const aws = notesAws();

describe.each(frameworks)('problemDetails on %s', (_name, Framework) => {
  const { appOf, send } = applicationsOn(Framework, aws);

  it('answers as RFC 9457 under problemDetails, tells the app of faults, and passes on what is not ours', async () => {
    const app = appOf(problemDetails(), made(), answersTenant);
    const heard: unknown[] = [];
    app.on('error', (error: { code?: string }) => heard.push(error.code));

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
    expect(heard).toEqual(['sts_unavailable']);

    const theirs = appOf(problemDetails(), () => {
      throw Object.assign(new Error('theirs'), { status: 418, expose: true });
    });
    expect(await send(theirs)).toMatchObject({ status: 418, text: 'theirs' });
  });

  it('explains what is wrong where it is mounted without the call', async () => {
    const app = appOf(problemDetails);
    const heard = heardBy(app);

    expect((await send(app)).status).toBe(500);
    expect(heard).toEqual([expect.any(ConfigurationError)]);
    expect(heard[0]?.message).toContain('problemDetails(');
  });
});
