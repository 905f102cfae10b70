/* oxlint-disable oxc/no-async-endpoint-handlers -- Express 5 hands the rejection of a handler to its error middleware */
import { channel } from 'node:diagnostics_channel';
import { inspect } from 'node:util';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { problemDetails, scoped, tenantCredentials } from '@tenant-aws/express';
import express, { type ErrorRequestHandler, type Request } from 'express';
import request from 'supertest';
import { afterEach, expect, it, vi } from 'vitest';
import { notesAws } from '../support/local-aws-per-file.ts';
import { bucket, roleArn } from '../support/notes-aws.ts';

const aws = notesAws();
afterEach(() => vi.restoreAllMocks());

/** Every word of ours that comes out of the process, by whatever way. */
class Ears {
  readonly heard: string[] = [];

  constructor() {
    for (const stream of [process.stdout, process.stderr]) {
      vi.spyOn(stream, 'write').mockImplementation((chunk) => {
        this.hear(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString());
        return true;
      });
    }
    for (const method of ['debug', 'error', 'info', 'log', 'warn'] as const) {
      vi.spyOn(console, method).mockImplementation((...given) => given.forEach((value) => this.hearAll(value)));
    }
    for (const event of ['identity', 'vend', 'refresh', 'revoke', 'denied', 'warning']) {
      channel(`tenant-aws:${event}`).subscribe((message) => this.hearAll(message));
    }
  }

  hear(text: string): void {
    this.heard.push(text);
  }

  /** A value in every form in which loggers write values. */
  hearAll(value: unknown): void {
    this.hear(inspect(value));
    this.hear(inspect(value, { depth: Number.POSITIVE_INFINITY, showHidden: true, maxArrayLength: null, maxStringLength: null }));
    this.hear(String(value));
    try {
      this.hear(JSON.stringify(value) ?? '');
    } catch {
      // a circle: no logger gets further with it
    }
    if (value instanceof Error)
      [value.stack, value.cause, Reflect.get(value, 'detail')].forEach((part) => this.hear(inspect(part, { depth: 20 })));
  }
}

it('lets no secret out: not by output, errors, inspections, answers, events', async () => {
  const ears = new Ears();
  const secrets = new Set<string>([aws.env['AWS_SECRET_ACCESS_KEY'] ?? '', aws.admin.secretAccessKey]);
  const middleware = tenantCredentials({ cache: { errorTtlMs: 0 } });
  const refused = tenantCredentials({ roleArn: `${roleArn}Elsewhere` });

  const logsAll = async (req: Request): Promise<void> => {
    const { tenantAws } = req;
    const [s3, credentials] = [tenantAws.client(S3Client), await tenantAws.credentials()];
    for (const secret of [credentials.secretAccessKey, credentials.sessionToken ?? '']) secrets.add(secret);
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'acme/note', Body: 'text' }));
    for (const value of [tenantAws, s3, tenantAws.client(DynamoDBClient), credentials, tenantAws.identity, middleware.tvm, middleware])
      ears.hearAll(value);
    ears.hearAll({ deep: { credentials } });
  };
  const hearsErrors: ErrorRequestHandler = (error, _req, _res, next) => {
    ears.hearAll(error);
    console.error(error);
    next(error);
  };
  const app = express()
    .use('/refused', refused)
    .use('/own', middleware, async (req, res) => {
      await logsAll(req);
      res.json({ tenantAws: req.tenantAws, machine: middleware.tvm });
    })
    .use('/foreign', middleware, async (req) => {
      await req.tenantAws.client(S3Client).send(new GetObjectCommand({ Bucket: bucket, Key: 'globex/note' }));
    })
    .use('/scoped', middleware, scoped(['no-such-template']))
    .use(hearsErrors)
    .use(problemDetails())
    .use(((error: Error, _req, res, _next) => void res.status(500).json(error)) satisfies ErrorRequestHandler);

  const answers: { path: string; code: unknown }[] = [];
  const send = async (path: string, token: string): Promise<void> => {
    secrets.add(token);
    const response = await request(app).get(path).auth(token, { type: 'bearer' });
    ears.hear(response.text);
    ears.hear(JSON.stringify(response.headers));
    answers.push({ path, code: response.body.code ?? response.status });
  };
  const token = await aws.issuer.token({ tenant: 'acme' });
  await send('/own', token);
  await send('/foreign', token);
  await send('/scoped', token);
  await send('/refused', token);
  await send('/own', `${token.slice(0, -8)}AAAAAAAA`);
  await send('/own', await aws.issuer.token({ tenant: 'acme', expiresInSeconds: -60 }));
  await send('/own', await aws.issuer.token({ tenant: '../acme' }));
  aws.faults.sts({ down: true });
  await send('/own', await aws.issuer.token({ tenant: 'globex' }));
  aws.faults.sts({ code: 'Throttling' });
  await send('/own', await aws.issuer.token({ tenant: 'initech' }));
  ears.hear(JSON.stringify(aws.calls));
  await middleware.close();
  await refused.close();
  ears.hearAll(middleware.tvm);
  vi.restoreAllMocks();

  // Each way was really gone.
  expect(answers.map(({ code }) => code)).toEqual([
    200,
    500,
    'template_not_found',
    'sts_rejected',
    'token_invalid',
    'token_invalid',
    'tenant_invalid',
    'sts_unavailable',
    'sts_unavailable',
  ]);
  expect(secrets.size).toBeGreaterThanOrEqual(9);
  expect([...secrets].every((secret) => secret.length >= 30)).toBe(true);
  expect(ears.heard.join('\n')).toContain('acme');
  const leaks = [...secrets].flatMap((secret) => ears.heard.filter((text) => text.includes(secret)).map((text) => around(text, secret)));
  expect(leaks).toEqual([]);
});

/** Enough of the text to find the leak by, without the secret. */
function around(text: string, secret: string): string {
  const at = text.indexOf(secret);
  return `${text.slice(Math.max(0, at - 120), at)}<secret>`;
}
