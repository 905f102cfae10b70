import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, HeadObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { NodeJsRuntimeStreamingBlobPayloadOutputTypes as Body } from '@smithy/types';
import type { TokenVendingMachine } from '@tenant-aws/core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bucket, everyTemplate, identityOf, localAws, machineFor, table } from '../local-machine.ts';
import { secretsIn } from './secrets-in.ts';

const aws = localAws();
let tvm: TokenVendingMachine;
beforeAll(() => {
  tvm = machineFor(aws, everyTemplate);
});
afterAll(() => tvm.close());

const note = { Bucket: bucket, Key: 'acme/note' };
const big = 'note '.repeat(100_000);
let ownHandler: NodeHttpHandler;
beforeEach(() => void (ownHandler = new NodeHttpHandler()));
afterEach(() => ownHandler.destroy());

const s3Of = (config: object = {}) =>
  tvm
    .for(identityOf('acme'))
    .client(S3Client, { endpoint: aws.url, forcePathStyle: true, requestChecksumCalculation: 'WHEN_REQUIRED', ...config });
const bodyOf = async (config?: object) => (await s3Of(config).send(new GetObjectCommand(note))).Body as Body;
/** Texts that no output may contain. */
async function secretsOf(): Promise<string[]> {
  const { secretAccessKey, sessionToken } = await tvm.vend(identityOf('acme'));
  return [secretAccessKey, sessionToken, 'Signature='];
}

/** Runs a server on loopback during `use`. */
async function served<T>(respond: RequestListener, use: (endpoint: string) => Promise<T>): Promise<T> {
  const server = createServer(respond).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    return await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  }
}

describe('an output', () => {
  beforeEach(() => s3Of().send(new PutObjectCommand({ ...note, Body: big })));

  it.each([
    ['a body without a checksum', () => s3Of().send(new GetObjectCommand(note))],
    ['a part of a body', () => s3Of().send(new GetObjectCommand({ ...note, Range: 'bytes=0-9' }))],
    [
      'a body with a checksum',
      async () => {
        await s3Of().send(new PutObjectCommand({ ...note, Body: big, ChecksumAlgorithm: 'CRC32' }));
        return s3Of().send(new GetObjectCommand({ ...note, ChecksumMode: 'ENABLED' }));
      },
    ],
    ["a body from the user's own handler", () => s3Of({ requestHandler: ownHandler }).send(new GetObjectCommand(note))],
    ['a head', () => s3Of().send(new HeadObjectCommand(note))],
    ['a list', () => s3Of().send(new ListObjectsV2Command({ Bucket: bucket, Prefix: 'acme/' }))],
    [
      'an item',
      () =>
        tvm
          .for(identityOf('acme'))
          .client(DynamoDBClient, { endpoint: aws.url })
          .send(new GetItemCommand({ TableName: table, Key: { customer: { S: 'acme' }, id: { S: '1' } } })),
    ],
    [
      'a body of the current tenant',
      async () => {
        const s3 = await tvm.currentClient(S3Client, { endpoint: aws.url, forcePathStyle: true });
        return tvm.for(identityOf('acme')).run(() => s3.send(new GetObjectCommand(note)));
      },
    ],
  ] satisfies [string, () => Promise<object>][])('shows no session token and no signature: %s', async (_what, send) => {
    const output = await send();

    expect(secretsIn(output, await secretsOf())).toEqual([]);
    if ('Body' in output) expect(secretsIn(await text(output.Body as Readable), await secretsOf())).toEqual([]);
  });
});

describe('the body of an output', () => {
  beforeEach(() => s3Of().send(new PutObjectCommand({ ...note, Body: big })));

  it.each([
    ['transformToString', (body) => body.transformToString()],
    ['transformToByteArray', async (body) => Buffer.from(await body.transformToByteArray()).toString()],
    ['transformToWebStream', (body) => text(body.transformToWebStream())],
    ['for await', (body) => text(body)],
    ['pipe', (body) => text(body.pipe(new PassThrough()))],
    [
      'pipeline',
      async (body) => {
        const through = new PassThrough();
        const [read] = await Promise.all([text(through), pipeline(body, through)]);
        return read;
      },
    ],
    [
      'data listeners',
      (body) =>
        new Promise((resolve) => {
          let read = '';
          body
            .setEncoding('utf8')
            .on('data', (chunk: string) => void (read += chunk))
            .once('end', () => resolve(read));
        }),
    ],
  ] satisfies [string, (body: Body) => Promise<string>][])('is read with %s', async (_how, read) => {
    expect(await read(await bodyOf())).toBe(big);
    expect(await bodyOf()).toBeInstanceOf(Readable);
  });

  it('can be uploaded again', async () => {
    const { Body: body, ContentLength } = await s3Of().send(new GetObjectCommand(note));
    await s3Of().send(new PutObjectCommand({ ...note, Key: 'acme/copy', Body: body as Body, ContentLength }));

    const copy = await s3Of().send(new GetObjectCommand({ ...note, Key: 'acme/copy' }));
    expect(await copy.Body?.transformToString()).toBe(big);
  });

  it('is destroyed without an error, and its socket is closed', async () => {
    const closed: Promise<unknown>[] = [];
    await served(
      (_request, response) => {
        closed.push(once(response, 'close'));
        response.write('x');
      },
      async (endpoint) => {
        const body = await bodyOf({ endpoint });
        body.destroy();
        await once(body, 'close');
        await Promise.all(closed);

        expect(body.destroyed).toBe(true);
        expect(closed).toHaveLength(1);
      },
    );
  });

  it('fails when the connection breaks while it is read', async () => {
    await served(
      (_request, response) => void response.writeHead(200, { 'content-length': '100' }).write('x', () => response.destroy()),
      async (endpoint) => {
        await expect(text(await bodyOf({ endpoint }))).rejects.toMatchObject({ code: 'ECONNRESET' });
      },
    );
  });

  it('emits no unhandled error when the connection breaks before it has a reader', async () => {
    await served(
      (_request, response) => void response.writeHead(200, { 'content-length': '100' }).write('x', () => response.destroy()),
      async (endpoint) => {
        const body = await bodyOf({ endpoint });
        await new Promise((closed) => body.once('close', closed)); // `once` of node:events would listen for errors

        await expect(text(body)).rejects.toMatchObject({ code: 'ECONNRESET' });
      },
    );
  });

  it('ends when its call is aborted', async () => {
    const call = new AbortController();
    await served(
      (_request, response) => void response.write('x'),
      async (endpoint) => {
        const output = await s3Of({ endpoint }).send(new GetObjectCommand(note), { abortSignal: call.signal });
        const reading = expect(text(output.Body as Body)).rejects.toMatchObject({ code: 'ECONNRESET' });
        call.abort();
        await reading;
      },
    );
  });

  it('applies back pressure while it is not read', async () => {
    let written = 0;
    await served(
      (_request, response) => void response.on('drain', () => (written += 1)).end('x'.repeat(50_000_000)),
      async (endpoint) => {
        const body = await bodyOf({ endpoint });
        await once(body, 'readable');

        expect(body.readableLength).toBeLessThan(1_000_000);
        body.destroy();
      },
    );
    expect(written).toBe(0);
  });
});

describe('an error', () => {
  /** Responds as AWS does to a wrong signature: with the request that it received. */
  const echo =
    (write: (canonical: string, signature: string) => string): RequestListener =>
    ({ headers }, response) => {
      const { authorization = '' } = headers;
      const signature = /Signature=(\w+)/.exec(authorization)?.[1] ?? '';
      const canonical = `GET\n/notes/acme/note\n\nhost:127.0.0.1\nx-amz-security-token:${String(headers['x-amz-security-token'])}\n\nhost`;
      response.writeHead(403).end(write(canonical, signature));
    };
  const hex = (given: string) => Buffer.from(given).toString('hex').replaceAll(/(..)/g, '$1 ').trim();

  it('does not repeat the session token or the signature of the request in its parts', async () => {
    const seen: string[] = [];
    const xml = echo((canonical, signature) => {
      seen.push(signature, hex(canonical));
      return `<Error><Code>SignatureDoesNotMatch</Code><Message>No match</Message><StringToSign>AWS4-HMAC-SHA256</StringToSign><SignatureProvided>${signature}</SignatureProvided><CanonicalRequest>${canonical}</CanonicalRequest><CanonicalRequestBytes>${hex(canonical)}</CanonicalRequestBytes></Error>`;
    });
    await served(xml, async (endpoint) => {
      const error = await s3Of({ endpoint })
        .send(new GetObjectCommand(note))
        .catch((thrown: unknown) => thrown);

      expect(error).toMatchObject({ name: 'SignatureDoesNotMatch', message: 'No match', StringToSign: 'AWS4-HMAC-SHA256' });
      expect(secretsIn(error, [...(await secretsOf()), ...seen])).toEqual([]);
    });
  });

  it('does not repeat the session token or the signature of the request in its message', async () => {
    const json = echo((canonical, signature) =>
      JSON.stringify({
        __type: 'InvalidSignatureException',
        message: `The Canonical String should have been '${canonical}' Signature=${signature}`,
      }),
    );
    await served(json, async (endpoint) => {
      const db = tvm.for(identityOf('acme')).client(DynamoDBClient, { endpoint });
      const error = await db
        .send(new GetItemCommand({ TableName: table, Key: { customer: { S: 'acme' }, id: { S: '1' } } }))
        .catch((thrown: unknown) => thrown);

      expect(error).toMatchObject({
        name: 'InvalidSignatureException',
        message: expect.stringContaining('x-amz-security-token:[redacted]'),
      });
      const { sessionToken } = await tvm.vend(identityOf('acme'));
      expect(secretsIn(error, [sessionToken])).toEqual([]);
    });
  });

  it.each([
    [
      'access denied',
      () => s3Of().send(new GetObjectCommand({ ...note, Key: 'globex/note' })),
      { name: 'AccessDenied', $response: { statusCode: 403 } },
    ],
    [
      'a response that cannot be parsed',
      () =>
        served(
          (_request, response) => void response.end('<no'),
          (endpoint) => s3Of({ endpoint }).send(new ListObjectsV2Command({ Bucket: bucket })),
        ),
      {},
    ],
    [
      'a broken connection',
      () =>
        served(
          (request) => void request.destroy(),
          (endpoint) => s3Of({ endpoint, maxAttempts: 1 }).send(new GetObjectCommand(note)),
        ),
      { code: 'ECONNRESET' },
    ],
  ])('shows no session token and no signature: %s', async (_what, send, expected) => {
    const error = await send().then(
      () => undefined,
      (thrown: unknown) => thrown,
    );

    expect(error).toMatchObject(expected);
    expect(secretsIn(error, await secretsOf())).toEqual([]);
  });
});
