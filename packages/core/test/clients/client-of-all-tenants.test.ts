import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, paginateListObjectsV2, S3, S3Client } from '@aws-sdk/client-s3';
import { DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { TokenVendingMachine } from '@tenant-aws/core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bucket, everyTemplate, identityOf, localAws, machineFor, table } from '../local-machine.ts';

const aws = localAws();
let tvm: TokenVendingMachine;
beforeAll(() => {
  tvm = machineFor(aws, everyTemplate);
});
afterAll(() => tvm.close());

type Respond = (request: IncomingMessage, response: ServerResponse, tenant: string) => void;
/** The test sets the response to each tenant. The tenant is the first part of the object's key. */
let respond: Respond;
const server = createServer((request, response) => respond(request, response, request.url?.split('/')[2] ?? '')).listen(0, '127.0.0.1');
let endpoint: string;
beforeAll(async () => {
  if (!server.listening) await once(server, 'listening');
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  return new Promise((closed) => server.close(closed));
});
beforeEach(() => void (respond = (_request, response) => void response.end('text')));

let clients = 0;
/** A new client for each call, because a client keeps its retry quota and clock offset. */
const currentS3 = (config: object = {}) => {
  clients += 1;
  return tvm.currentClient(S3Client, { endpoint, forcePathStyle: true, customUserAgent: `t${clients}`, ...config });
};
const as = <T>(tenantId: string, call: () => T): T => tvm.for(identityOf(tenantId)).run(call);
const get = (s3: S3Client, tenantId: string) =>
  as(tenantId, async () => (await s3.send(new GetObjectCommand({ Bucket: bucket, Key: `${tenantId}/note` }))).Body?.transformToString());

describe('the retries of a client of all tenants', () => {
  it.each([['standard'], ['adaptive']])('are not used up by the errors of another tenant: %s', async (retryMode) => {
    const s3 = await currentS3({ retryMode });
    const seen = new Map<string, number>();
    respond = (_request, response, tenant) => {
      seen.set(tenant, (seen.get(tenant) ?? 0) + 1);
      response.writeHead(tenant === 'acme' || seen.get(tenant) === 1 ? 503 : 200).end('text');
    };
    for (let round = 0; round < 3; round += 1) await Promise.allSettled(Array.from({ length: 40 }, () => get(s3, 'acme')));
    const spent = seen.get('acme') ?? 0;
    await get(s3, 'acme').catch(() => undefined);
    expect((seen.get('acme') ?? 0) - spent).toBe(1); // acme has no retries left

    expect(await get(s3, 'globex')).toBe('text');
    expect(seen.get('globex')).toBe(2);
  });

  it('are counted across all calls of one tenant', async () => {
    const s3 = await currentS3();
    const of = (tenantId: string) => as(tenantId, () => s3.config.retryStrategy());

    expect(await of('acme')).toBe(await of('acme'));
    expect(await of('acme')).not.toBe(await of('globex'));
  });
});

describe('the clock of a client of all tenants', () => {
  const hour = 3_600_000;

  it('is changed by a `Date` header only for the tenant of the response', async () => {
    const s3 = await currentS3();
    const signedAt = new Map<string, number>();
    respond = ({ headers }, response, tenant) => {
      const stamp = String(headers['x-amz-date']).replace(/(....)(..)(..T..)(..)(..Z)/, '$1-$2-$3:$4:$5');
      signedAt.set(tenant, Date.parse(stamp) - Date.now());
      response.setHeader('Date', new Date(Date.now() + (tenant === 'acme' ? hour : 0)).toUTCString());
      response.end('text');
    };

    for (const tenant of ['acme', 'globex', 'acme', 'globex']) await get(s3, tenant);

    expect(signedAt.get('acme')).toBeGreaterThan(hour / 2); // the SDK keeps the offset for this tenant
    expect(Math.abs(signedAt.get('globex') ?? hour)).toBeLessThan(hour / 2);
  });
});

const passThrough = ((next: unknown) => next) as never;

describe('a change by the code of one tenant', () => {
  it('does not reach the configuration of another', async () => {
    const s3 = await currentS3();
    const before = await s3.config.region();
    as('acme', () => {
      Object.assign(s3.config, {
        region: async () => 'evil',
        endpoint: async () => ({}),
        credentials: async () => ({}),
        requestHandler: {},
      });
      Reflect.set(s3, 'initConfig', {});
      ((Reflect.get(s3, 'initConfig') as Record<string, unknown> | undefined) ?? {})['region'] = async () => 'evil';
    });

    expect(await as('globex', () => s3.config.region())).toBe(before);
    expect(await get(s3, 'globex')).toBe('text');
    expect(() => {
      (s3 as { config: object }).config = {};
    }).toThrowError(TypeError);
  });

  it('does not reach nested parts of the configuration', async () => {
    const s3 = await currentS3();
    const schemes = as('acme', () => s3.config.httpAuthSchemes);

    expect(() => schemes.splice(0)).toThrowError(TypeError);
    expect(await get(s3, 'globex')).toBe('text');
  });

  it.each([
    ['add', (s3: S3Client) => s3.middlewareStack.add(passThrough)],
    ['addRelativeTo', (s3: S3Client) => s3.middlewareStack.addRelativeTo(passThrough, { relation: 'after', toMiddleware: 'x' })],
    ['use', (s3: S3Client) => s3.middlewareStack.use({ applyToStack: () => undefined })],
    ['remove', (s3: S3Client) => s3.middlewareStack.remove('tenantAwsSignatureGuard')],
    ['removeByTag', (s3: S3Client) => s3.middlewareStack.removeByTag('HTTP_SIGNING')],
  ])('is refused on the middleware stack, with the reason: %s', async (_how, change) => {
    const s3 = await currentS3();
    const before = s3.middlewareStack.identify();

    expect(() => as('acme', () => change(s3))).toThrowError(
      expect.objectContaining({ code: 'configuration_invalid', faults: [expect.stringContaining('cannot be changed')] }),
    );
    expect(s3.middlewareStack.identify()).toEqual(before);
  });

  it('does not reach the document clients that other tenants make from it', async () => {
    const db = await tvm.currentClient(DynamoDBClient, { endpoint: aws.url });
    const plain = as('globex', () => DynamoDBDocumentClient.from(db));
    const nulls = as('acme', () => DynamoDBDocumentClient.from(db, { marshallOptions: { convertEmptyValues: true } }));
    const kept = (documents: DynamoDBDocumentClient, customer: string) =>
      as(customer, async () => {
        await documents.send(new PutCommand({ TableName: table, Item: { customer, id: '1', text: '' } }));
        return (await documents.send(new GetCommand({ TableName: table, Key: { customer, id: '1' } }))).Item?.['text'];
      });

    expect(await kept(nulls, 'acme')).toBeNull();
    expect(await kept(plain, 'globex')).toBe('');
  });
});

describe('a client of all tenants', () => {
  it('works with presigned URLs, paginators, aggregated classes and callers that replace `send`', async () => {
    const toLocal = { endpoint: aws.url, forcePathStyle: true };
    const s3 = await tvm.currentClient(S3Client, toLocal);
    const aggregated = await tvm.currentClient(S3, toLocal);
    await as('acme', () => aggregated.putObject({ Bucket: bucket, Key: 'acme/one', Body: 'x' }));

    const url = await as('acme', () => getSignedUrl(s3, new GetObjectCommand({ Bucket: bucket, Key: 'acme/one' })));
    expect(await (await fetch(url)).text()).toBe('x');
    const keys: (string | undefined)[] = [];
    await as('acme', async () => {
      for await (const page of paginateListObjectsV2({ client: s3 }, { Bucket: bucket, Prefix: 'acme/' })) {
        keys.push(...(page.Contents ?? []).map(({ Key }) => Key));
      }
    });
    expect(keys).toContain('acme/one');

    s3.send = (async () => 'replaced') as never;
    expect(await s3.send(new GetObjectCommand({ Bucket: bucket, Key: 'x' }))).toBe('replaced');
  });
});
