import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { TokenVendingMachine } from '@tenant-aws/core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { baseKeys, bucket, everyTemplate, identityOf, localAws, machineFor, optionsFor, table } from '../local-machine.ts';
import { startHoldingServer } from './holding-server.ts';

const aws = localAws();
let tvm: TokenVendingMachine;
beforeAll(() => {
  tvm = machineFor(aws, everyTemplate);
});
afterAll(() => tvm.close());

const mismatch = { code: 'tenant_mismatch', status: 500 };
const get = (tenant: string) => new GetObjectCommand({ Bucket: bucket, Key: `${tenant}/note` });
const sent = () => aws.calls.filter(({ service }) => service !== 'sts');
let built = 0;
/** A new client for each call, because the tests change it. */
const s3Of = (config: object = {}) => {
  built += 1;
  return tvm.for(identityOf('acme')).client(S3Client, { endpoint: aws.url, forcePathStyle: true, customUserAgent: `t${built}`, ...config });
};

type Stack = S3Client['middlewareStack'];
interface Request {
  headers: Record<string, string>;
  query: Record<string, unknown>;
}
/** Replaces the signature by one with another access key. */
const forge = (next: (args: never) => Promise<never>) => async (args: { request: Request }) => {
  args.request.headers['authorization'] =
    `AWS4-HMAC-SHA256 Credential=${baseKeys(aws).accessKeyId}/20260101/us-east-1/s3/aws4_request, Signature=0`;
  return next(args as never);
};
const forging = forge as never;
const passThrough = ((next: unknown) => next) as never;

const additions: [string, (stack: Stack) => void][] = [
  ['after the guard', (stack) => stack.addRelativeTo(forging, { name: 'own', relation: 'after', toMiddleware: 'tenantAwsSignatureGuard' })],
  ['as the last middleware', (stack) => stack.add(forging, { name: 'own', step: 'deserialize', priority: 'low' })],
  [
    "under the guard's name",
    (stack) =>
      stack.addRelativeTo(forging, {
        name: 'tenantAwsSignatureGuard',
        relation: 'after',
        toMiddleware: 'httpSigningMiddleware',
        override: true,
      }),
  ],
  [
    'with the guard removed',
    (stack) => {
      stack.remove('tenantAwsSignatureGuard');
      stack.add(forging, { name: 'own', step: 'finalizeRequest', priority: 'low' });
    },
  ],
  [
    'with the signing replaced',
    (stack) => {
      stack.remove('tenantAwsSignatureGuard');
      stack.remove('httpSigningMiddleware');
      stack.add(passThrough, { name: 'httpSigningMiddleware', step: 'finalizeRequest' });
    },
  ],
];

describe.each(additions)('middleware that the application adds %s', (_where, add) => {
  it("sends nothing that is unsigned or signed with another tenant's key", async () => {
    const s3 = s3Of();
    add(s3.middlewareStack);

    await expect(s3.send(get('acme'))).rejects.toMatchObject(mismatch);
    expect(sent()).toEqual([]);
  });

  it("sends nothing over the user's own handler", async () => {
    const requestHandler = new NodeHttpHandler();
    const s3 = s3Of({ requestHandler });
    add(s3.middlewareStack);

    await expect(s3.send(get('acme'))).rejects.toMatchObject(mismatch);
    expect(sent()).toEqual([]);
    requestHandler.destroy();
  });

  it('sends nothing through the client of the current tenant when it is added to a command', async () => {
    const s3 = await tvm.currentClient(S3Client, { endpoint: aws.url, forcePathStyle: true });
    const command = get('acme');
    command.middlewareStack.add(forging, { name: 'own', step: 'deserialize', priority: 'low' });

    await expect(tvm.for(identityOf('acme')).run(() => s3.send(command))).rejects.toMatchObject(mismatch);
    expect(sent()).toEqual([]);
  });
});

describe('the request handler of a vended client', () => {
  it.each([
    ['replaced', (s3: S3Client) => Object.assign(s3.config, { requestHandler: new NodeHttpHandler() })],
    ['redefined', (s3: S3Client) => Object.defineProperty(s3.config, 'requestHandler', { value: new NodeHttpHandler() })],
    ['changed', (s3: S3Client) => Object.assign(s3.config.requestHandler, { handle: () => undefined })],
  ])('cannot be %s', (_how, change) => {
    expect(() => change(s3Of())).toThrowError(TypeError);
  });

  it('checks document clients, too', async () => {
    const db = tvm.for(identityOf('acme')).client(DynamoDBClient, { endpoint: aws.url, customUserAgent: 'db' });
    const documents = tvm.for(identityOf('acme')).client(DynamoDBDocumentClient, { endpoint: aws.url, customUserAgent: 'documents' });
    for (const client of [db, documents]) client.middlewareStack.add(forging, { name: 'own', step: 'deserialize', priority: 'low' });

    await expect(db.send(new GetItemCommand({ TableName: table, Key: { customer: { S: 'acme' }, id: { S: '1' } } }))).rejects.toMatchObject(
      mismatch,
    );
    await expect(documents.send(new GetCommand({ TableName: table, Key: { customer: 'acme', id: '1' } }))).rejects.toMatchObject(mismatch);
    expect(sent()).toEqual([]);
  });

  it('sends nothing for a tenant that was revoked while the request waited for a socket', async () => {
    await using server = await startHoldingServer('text');
    await using own = machineFor(aws, { clients: { maxSockets: 1 } });
    const s3 = own.for(identityOf('acme')).client(S3Client, { endpoint: server.url, forcePathStyle: true });
    const first = s3.send(get('acme'));
    await server.arrived(1);
    let atHandler = (): void => undefined;
    const waits = new Promise<void>((resolve) => (atHandler = resolve));
    s3.middlewareStack.add(
      ((next: (args: never) => Promise<never>) => async (args: never) => {
        const output = next(args);
        atHandler();
        return output;
      }) as never,
      { name: 'own', step: 'deserialize', priority: 'low' },
    );
    const second = expect(s3.send(get('acme'))).rejects.toMatchObject({ code: 'tenant_revoked' });
    await waits;

    own.revoke('acme');
    server.release();

    await (await first).Body?.transformToString();
    await second;
    expect(server.count).toBe(1);
  });
});

describe('one of the two checks', () => {
  beforeEach(() => void vi.resetModules());
  afterEach(() => {
    vi.doUnmock('../../src/clients/tenant-handler.ts');
    vi.resetModules(); // the next file of this worker must not use the modules that were loaded without the check
  });

  const sendWithBaseKeys = (client: S3Client) =>
    Object.assign(client.config, { credentials: async () => baseKeys(aws) }) &&
    client.send(new PutObjectCommand({ Bucket: bucket, Key: 'x' }));

  it('stops a request in the handler, without the middleware', async () => {
    const s3 = s3Of();
    s3.middlewareStack.remove('tenantAwsSignatureGuard');

    await expect(sendWithBaseKeys(s3)).rejects.toMatchObject(mismatch);
    expect(sent()).toEqual([]);
  });

  it('stops a request in the middleware, without the handler', async () => {
    vi.doMock('../../src/clients/tenant-handler.ts', () => ({ installTenantHandler: () => undefined }));
    const { TokenVendingMachine } = await import('../../src/index.ts');
    await using own = new TokenVendingMachine(optionsFor(aws));

    await expect(sendWithBaseKeys(own.for(identityOf('acme')).client(S3Client, { endpoint: aws.url }))).rejects.toMatchObject(mismatch);
    expect(sent()).toEqual([]);
  });
});
