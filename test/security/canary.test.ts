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

/** Records all text that leaves the process: output, log calls and events. */
class OutputRecorder {
  readonly texts: string[] = [];

  constructor() {
    for (const stream of [process.stdout, process.stderr]) {
      vi.spyOn(stream, 'write').mockImplementation((chunk) => {
        this.record(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString());
        return true;
      });
    }
    for (const method of ['debug', 'error', 'info', 'log', 'warn'] as const) {
      vi.spyOn(console, method).mockImplementation((...given) => given.forEach((value) => this.recordValue(value)));
    }
    for (const event of ['identity', 'vend', 'refresh', 'revoke', 'denied', 'warning']) {
      channel(`tenant-aws:${event}`).subscribe((message) => this.recordValue(message));
    }
  }

  record(text: string): void {
    this.texts.push(text);
  }

  /** Records a value in every form in which loggers write values. */
  recordValue(value: unknown): void {
    this.record(inspect(value));
    this.record(inspect(value, { depth: Number.POSITIVE_INFINITY, showHidden: true, maxArrayLength: null, maxStringLength: null }));
    this.record(String(value));
    try {
      this.record(JSON.stringify(value) ?? '');
    } catch {
      // circular: a logger fails, too
    }
    if (value instanceof Error)
      [value.stack, value.cause, Reflect.get(value, 'detail')].forEach((part) => this.record(inspect(part, { depth: 20 })));
  }
}

it('exposes no secret in output, errors, inspected values, responses or events', async () => {
  const output = new OutputRecorder();
  const secrets = new Set<string>([aws.env['AWS_SECRET_ACCESS_KEY'] ?? '', aws.admin.secretAccessKey]);
  const middleware = tenantCredentials({ cache: { errorTtlMs: 0 } });
  const refused = tenantCredentials({ roleArn: `${roleArn}Elsewhere` });

  const logsAll = async (req: Request): Promise<void> => {
    const { tenantAws } = req;
    const [s3, credentials] = [tenantAws.client(S3Client), await tenantAws.credentials()];
    for (const secret of [credentials.secretAccessKey, credentials.sessionToken ?? '']) secrets.add(secret);
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'acme/note', Body: 'text' }));
    for (const value of [tenantAws, s3, tenantAws.client(DynamoDBClient), credentials, tenantAws.identity, middleware.tvm, middleware])
      output.recordValue(value);
    output.recordValue({ deep: { credentials } });
  };
  const logsErrors: ErrorRequestHandler = (error, _req, _res, next) => {
    output.recordValue(error);
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
    .use(logsErrors)
    .use(problemDetails())
    .use(((error: Error, _req, res, _next) => void res.status(500).json(error)) satisfies ErrorRequestHandler);

  const codes: { path: string; code: unknown }[] = [];
  const send = async (path: string, token: string): Promise<void> => {
    secrets.add(token);
    const response = await request(app).get(path).auth(token, { type: 'bearer' });
    output.record(response.text);
    output.record(JSON.stringify(response.headers));
    codes.push({ path, code: response.body.code ?? response.status });
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
  output.record(JSON.stringify(aws.calls));
  await middleware.close();
  await refused.close();
  output.recordValue(middleware.tvm);
  vi.restoreAllMocks();

  // Each code path did run.
  expect(codes.map(({ code }) => code)).toEqual([
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
  expect(output.texts.join('\n')).toContain('acme');
  const leaks = [...secrets].flatMap((secret) => output.texts.filter((text) => text.includes(secret)).map((text) => around(text, secret)));
  expect(leaks).toEqual([]);
});

/** The text before the secret, to find the leak. */
function around(text: string, secret: string): string {
  const at = text.indexOf(secret);
  return `${text.slice(Math.max(0, at - 120), at)}<secret>`;
}
