import type { ServerResponse } from 'node:http';
import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, HeadObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { Upload } from '@aws-sdk/lib-storage';
import type { TenantAws } from '@tenant-aws/core';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { notesAws } from '../support/local-aws-per-file.ts';
import { bucket, seed, table } from '../support/notes-aws.ts';
import type { NotesApi } from './scenarios.ts';

/** The parts of a request that a handler uses. */
export interface Handled {
  readonly own: TenantAws;
  /** Node's own response. */
  readonly response: ServerResponse;
  /** Sets a header by the framework's own method. */
  readonly set: (name: string, value: string) => unknown;
}

/** Handles every request. The result is the body. */
export type Handle = (handled: Handled) => Promise<string>;

/** Starts an app with the tenant middleware and `awsErrors`, which calls `handle` for every request. */
export type StartAwsErrorsApp = (handle: Handle) => Promise<NotesApi>;

const SECRET = 'globex/secret';
const SENT_HEADERS = ['cache-control', 'content-disposition', 'content-encoding', 'etag', 'expires', 'last-modified'];

/** Checks the responses to errors of the AWS SDK over HTTP. The checks are the same for every framework. */
export function describeAwsErrors(framework: string, start: StartAwsErrorsApp): void {
  describe(`errors of AWS on ${framework}`, () => {
    const aws = notesAws();
    let api: NotesApi;
    let handle: Handle;
    beforeAll(async () => {
      vi.spyOn(console, 'error').mockReturnValue();
      await seed(aws, SECRET, 'secret');
      api = await start((handled) => handle(handled));
    });
    afterAll(async () => {
      await api.close();
      vi.restoreAllMocks();
    });

    const s3 = ({ own }: Handled) => own.client(S3Client, { maxAttempts: 1 });
    const db = ({ own }: Handled) => own.client(DynamoDBClient);
    const read = (handled: Handled) => s3(handled).send(new GetObjectCommand({ Bucket: bucket, Key: SECRET }));
    const send = async (signal?: AbortSignal) => {
      const headers = { authorization: `Bearer ${await aws.issuer.token({ tenant: 'acme' })}` };
      const response = await fetch(api.url, { headers, ...(signal && { signal }) });
      return { status: response.status, headers: Object.fromEntries(response.headers), text: await response.text() };
    };
    /** Sends a request whose handler makes this call. */
    const responseTo = (call: (handled: Handled) => Promise<unknown>) => {
      handle = async (handled) => {
        await call(handled);
        return 'the call succeeded';
      };
      return send();
    };
    const denial = {
      type: 'urn:tenant-aws:error:aws_access_denied',
      title: 'AWS denied access to the requested data',
      status: 403,
      code: 'aws_access_denied',
    };

    it.each<[string, (handled: Handled) => Promise<unknown>]>([
      ['S3 GetObject', read],
      ['S3 HeadObject', (handled) => s3(handled).send(new HeadObjectCommand({ Bucket: bucket, Key: SECRET }))],
      [
        'DynamoDB GetItem',
        (handled) => db(handled).send(new GetItemCommand({ TableName: table, Key: { customer: { S: 'globex' }, id: { S: '1' } } })),
      ],
      [
        'SQS SendMessage',
        ({ own }) => own.client(SQSClient).send(new SendMessageCommand({ QueueUrl: `${aws.url}/000000000000/jobs`, MessageBody: 'job' })),
      ],
      [
        'an upload of several parts',
        (handled) => new Upload({ client: s3(handled), params: { Bucket: bucket, Key: SECRET, Body: Buffer.alloc(6_000_000) } }).done(),
      ],
      [
        'a call whose error is the `cause` of another one',
        (handled) => read(handled).catch((cause: unknown) => Promise.reject(new Error(`cannot read ${SECRET}`, { cause }))),
      ],
    ])('responds with 403 and without the text of AWS to %s of another tenant', async (_title, call) => {
      const { status, headers, text } = await responseTo(call);

      expect([status, headers['content-type']]).toEqual([403, expect.stringMatching(/^application\/problem\+json/)]);
      expect(JSON.parse(text)).toEqual(denial);
      for (const secret of ['globex', 'arn:', bucket, 'TenantAccess']) expect(JSON.stringify({ headers, text })).not.toContain(secret);
    });

    it('responds with 404, 409, 412 and 503 to a missing object, failed conditions and throttling', async () => {
      const admin = new S3Client({ endpoint: aws.url, region: 'us-east-1', credentials: aws.admin });
      const put = (handled: Handled) =>
        s3(handled).send(new PutObjectCommand({ Bucket: bucket, Key: 'acme/once', Body: 'text', IfNoneMatch: '*' }));
      const Item = { customer: { S: 'acme' }, id: { S: '1' } };
      const update = (handled: Handled) =>
        db(handled).send(new PutItemCommand({ TableName: table, Item, ConditionExpression: 'attribute_exists(nothing)' }));
      expect((await responseTo(put)).status).toBe(200);

      const missing = await responseTo(() => admin.send(new GetObjectCommand({ Bucket: bucket, Key: 'missing' })));
      const [exists, conflict] = [await responseTo(put), await responseTo(update)];
      aws.faults.s3({ code: 'SlowDown' });
      const throttled = await responseTo(read);
      admin.destroy();

      const seen = [missing, exists, conflict, throttled].map(({ status, text }) => [status, JSON.parse(text).code]);
      expect(seen).toEqual([
        [404, 'aws_not_found'],
        [412, 'aws_precondition_failed'],
        [409, 'aws_conflict'],
        [503, 'aws_unavailable'],
      ]);
      expect([throttled.headers['retry-after'], missing.headers['retry-after']]).toEqual(['1', undefined]);
    });

    it('removes headers that the handler has set for its own body', async () => {
      const { status, headers, text } = await responseTo((handled) => {
        handled.set('Cache-Control', 'public, max-age=31536000');
        handled.set('Content-Disposition', 'attachment; filename="secret"');
        handled.set('Content-Encoding', 'gzip');
        handled.set('Content-Length', '1000');
        handled.set('ETag', '"secret"');
        handled.set('Expires', 'Fri, 01 Jan 2100 00:00:00 GMT');
        handled.set('Last-Modified', 'Fri, 01 Jan 2010 00:00:00 GMT');
        return read(handled);
      });

      expect([status, JSON.parse(text)]).toEqual([403, denial]);
      expect(SENT_HEADERS.filter((name) => headers[name]?.match(/public|secret|gzip|2100|2010/))).toEqual([]);
    });

    it.each<[string, () => unknown]>([
      ['of the application', () => new Error('of the application')],
      ['of another HTTP client', () => Object.assign(new Error('denied'), { name: 'AccessDenied', code: 'AccessDenied' })],
      [
        'with the properties of parsed JSON',
        () => Object.assign(new Error('denied'), { name: 'AccessDenied', $fault: 'client', $metadata: { httpStatusCode: 403 } }),
      ],
    ])('leaves an error %s to the framework', async (_title, error) => {
      const { status, text } = await responseTo(() => Promise.reject(error()));

      expect(status).toBe(500);
      expect(text).not.toContain('urn:tenant-aws');
    });

    it('does not write into a response that has started', async () => {
      handle = async (handled) => {
        handled.response.statusCode = 200;
        handled.response.write('started');
        const reading = read(handled);
        // Koa leaves such a response open, and Express closes its connection.
        reading.catch(() => setImmediate(() => handled.response.end()));
        await reading;
        return '';
      };
      const response = await fetch(api.url, { headers: { authorization: `Bearer ${await aws.issuer.token({ tenant: 'acme' })}` } });
      const received: string[] = [];
      const collect = async () => {
        for await (const chunk of response.body ?? []) received.push(Buffer.from(chunk).toString());
      };
      await collect().catch(() => undefined); // the connection was closed

      expect([response.status, received.join('')]).toEqual([200, 'started']);
    });

    it('handles the error of a call that ends after the client has closed its connection', async () => {
      const [client, called, failed] = [new AbortController(), Promise.withResolvers<void>(), Promise.withResolvers<unknown>()];
      handle = async (handled) => {
        aws.faults.s3({ hang: true, times: 1 });
        const reading = read(handled);
        reading.catch(failed.resolve);
        handled.response.once('close', () => aws.faults.clear());
        called.resolve();
        await reading;
        return '';
      };
      const sent = send(client.signal);
      await called.promise;
      client.abort();

      await expect(sent).rejects.toMatchObject({ name: 'AbortError' });
      expect(await failed.promise).toMatchObject({ name: 'AccessDenied' });
      expect((await responseTo(read)).status).toBe(403);
    });

    beforeEach(() => {
      handle = async () => 'no handler';
    });
  });
}
