import { setImmediate as aTurn } from 'node:timers/promises';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { NodeJsRuntimeStreamingBlobPayloadOutputTypes as Body } from '@smithy/types';
import { ConnectionUnavailableError, type TokenVendingMachine } from '@tenant-aws/core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { seed } from '../../../../test/support/notes-aws.ts';
import { SocketShares } from '../../src/clients/socket-shares.ts';
import { bucket, identityOf, localAws, machineFor } from '../local-machine.ts';
import { startHoldingServer } from './holding-server.ts';

const aws = localAws();
const tenants = ['acme', 'globex', 'initech'];
/** Larger than all buffers of the connection, so that a reader that does not read keeps its socket. */
const big = 'x'.repeat(1_000_000);

beforeEach(async () => {
  for (const tenant of tenants) await seed(aws, `${tenant}/big`, big);
});
afterEach(() => void vi.useRealTimers());

type Output = { readonly Body?: Body };
type ClientOf = (tenantId: string) => { get(options?: { abortSignal?: AbortSignal }): Promise<Output> };
const command = (tenantId: string) => new GetObjectCommand({ Bucket: bucket, Key: `${tenantId}/big` });
const toLocal = () => ({ endpoint: aws.url, forcePathStyle: true });

/** Both kinds of client: of one tenant, and of the current tenant. */
const kinds: [string, (tvm: TokenVendingMachine, config?: object) => Promise<ClientOf>][] = [
  [
    "a tenant's own client",
    async (tvm, config = toLocal()) =>
      (tenantId) => ({
        get: (options) => tvm.for(identityOf(tenantId)).client(S3Client, config).send(command(tenantId), options) as Promise<Output>,
      }),
  ],
  [
    'the client of the current tenant',
    async (tvm, config = toLocal()) => {
      const s3 = await tvm.currentClient(S3Client, config);
      return (tenantId) => ({
        get: (options) => tvm.for(identityOf(tenantId)).run(() => s3.send(command(tenantId), options) as Promise<Output>),
      });
    },
  ],
];

/** This number of responses that are not read. */
const slowReaders = (of: ReturnType<ClientOf>, count: number) =>
  Promise.all(Array.from({ length: count }, async () => (await of.get()).Body));

/** Resolves when this number of calls wait for a socket: each has a timer, and nothing else has one. */
async function untilWaiting(count: number): Promise<void> {
  while (vi.getTimerCount() < count) await aTurn();
}

describe.each(kinds)('%s', (_kind, start) => {
  it('is served while another tenant has more slow readers than there are sockets', async () => {
    await using tvm = machineFor(aws, { clients: { maxSockets: 4 } });
    const clientOf = await start(tvm);
    const readers = Array.from({ length: 6 }, () => clientOf('acme').get());
    await Promise.all(readers.slice(0, 2));

    for (let times = 0; times < 3; times += 1) {
      expect(await (await clientOf('globex').get()).Body?.transformToString()).toBe(big);
    }

    await Promise.all(readers.map(async (reader) => (await reader).Body?.destroy()));
  });

  it('waits for its share, and continues when a body was read or destroyed', async () => {
    await using tvm = machineFor(aws, { clients: { maxSockets: 4 } });
    const clientOf = await start(tvm);
    const [first, second] = await slowReaders(clientOf('acme'), 2);
    const [third, fourth] = [clientOf('acme').get(), clientOf('acme').get()];

    first?.destroy();
    const after = await third;
    await second?.transformToString();

    expect(await (await fourth).Body?.transformToString()).toBe(big);
    expect(await after.Body?.transformToString()).toBe(big);
  });

  it('fails with `connection_unavailable` after five seconds, without a retry, and sends nothing', async () => {
    await using tvm = machineFor(aws, { clients: { maxSockets: 4 } });
    const clientOf = await start(tvm);
    const bodies = await slowReaders(clientOf('acme'), 2);
    const sent = aws.calls.length;
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });

    const refused = expect(clientOf('acme').get()).rejects.toMatchObject({
      code: 'connection_unavailable',
      status: 503,
      headers: { 'Retry-After': '1' },
      detail: { tenantId: 'acme', endpoint: expect.stringContaining('127.0.0.1') },
    });
    await untilWaiting(1);
    vi.advanceTimersByTime(4_999);
    await aTurn();
    expect(vi.getTimerCount()).toBe(1);
    vi.advanceTimersByTime(1);
    await refused;

    expect(vi.getTimerCount()).toBe(0); // no attempt follows
    expect(aws.calls).toHaveLength(sent);
    vi.useRealTimers();
    for (const body of bodies) body?.destroy();
    expect(await (await clientOf('acme').get()).Body?.transformToString()).toBe(big);
  });

  it('waits at most five seconds where other tenants use all sockets', async () => {
    await using tvm = machineFor(aws, { clients: { maxSockets: 2 } });
    const clientOf = await start(tvm);
    const bodies = [...(await slowReaders(clientOf('acme'), 1)), ...(await slowReaders(clientOf('globex'), 1))];
    await tvm.vend(identityOf('initech'));
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });

    const refused = expect(clientOf('initech').get()).rejects.toBeInstanceOf(ConnectionUnavailableError);
    await untilWaiting(1);
    vi.advanceTimersByTime(5_000);
    await refused;

    for (const body of bodies) body?.destroy();
  });

  it('stops waiting when its call is aborted', async () => {
    await using tvm = machineFor(aws, { clients: { maxSockets: 4 } });
    const clientOf = await start(tvm);
    const [first, second] = await slowReaders(clientOf('acme'), 2);
    const calls = [new AbortController(), new AbortController()];
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const [third, fourth] = calls.map(({ signal }) => clientOf('acme').get({ abortSignal: signal }));
    const aborted = expect(third).rejects.toMatchObject({ name: 'AbortError' });
    await untilWaiting(2);
    vi.useRealTimers();

    calls[0]?.abort();
    await aborted;
    first?.destroy();

    expect(await (await fourth)?.Body?.transformToString()).toBe(big);
    second?.destroy();
  });

  it('uses a single socket for one call after another', async () => {
    await using tvm = machineFor(aws, { clients: { maxSockets: 1 } });
    const clientOf = await start(tvm);

    const texts = await Promise.all(
      [...tenants, ...tenants].map(async (tenant) => (await clientOf(tenant).get()).Body?.transformToString()),
    );

    expect(texts).toEqual(Array.from({ length: 6 }, () => big));
  });

  it('releases the socket of a failed connection', async () => {
    await using tvm = machineFor(aws, { clients: { maxSockets: 1 } });
    const clientOf = await start(tvm, { endpoint: 'http://127.0.0.1:1', forcePathStyle: true, maxAttempts: 1 });

    for (let times = 0; times < 3; times += 1) await expect(clientOf('acme').get()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it("does not limit the sockets of the user's own handler", async () => {
    await using tvm = machineFor(aws, { clients: { maxSockets: 1 } });
    const requestHandler = new NodeHttpHandler();
    const clientOf = await start(tvm, { ...toLocal(), requestHandler });

    const bodies = await slowReaders(clientOf('acme'), 3);

    expect(bodies).toHaveLength(3);
    for (const body of bodies) body?.destroy();
    requestHandler.destroy();
  });

  it('counts each endpoint separately', async () => {
    await using server = await startHoldingServer('text');
    server.release();
    await using tvm = machineFor(aws, { clients: { maxSockets: 1 } });
    const [here, there] = [await start(tvm), await start(tvm, { endpoint: server.url, forcePathStyle: true })];
    const bodies = await slowReaders(here('acme'), 1);

    expect(await (await there('acme').get()).Body?.transformToString()).toBe('text');
    for (const body of bodies) body?.destroy();
  });
});

it('keeps counting the sockets that were taken while an aborted call was settled', async () => {
  const shares = new SocketShares(2);
  const aborted = new AbortController();
  const first = shares.acquire('endpoint', 'acme', undefined);
  const waiting = shares.acquire('endpoint', 'acme', aborted.signal);
  aborted.abort();
  if (typeof first === 'function') first();
  const second = shares.acquire('endpoint', 'acme', undefined);

  expect(await waiting).toBeUndefined();

  const third = shares.acquire('endpoint', 'acme', undefined);
  expect([typeof second, third instanceof Promise]).toEqual(['function', true]);
  if (typeof second === 'function') second();
  expect(await third).toBeTypeOf('function');
});
