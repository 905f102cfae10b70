import { setImmediate as aTurn } from 'node:timers/promises';
import { KinesisClient, SubscribeToShardCommand } from '@aws-sdk/client-kinesis';
import { StartStreamTranscriptionCommand, TranscribeStreamingClient } from '@aws-sdk/client-transcribe-streaming';
import type { TokenVendingMachine } from '@tenant-aws/core';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { baseKeys, identityOf, localAws, machineFor } from '../local-machine.ts';
import { eventOf, startEventServer } from './event-server.ts';
import { secretsIn } from './secrets-in.ts';

const aws = localAws();
let tvm: TokenVendingMachine;
beforeAll(() => {
  tvm = machineFor(aws, { clients: { maxSockets: 4 } });
});
afterAll(() => tvm.close());
afterEach(() => void vi.useRealTimers());

const subscribe = () =>
  new SubscribeToShardCommand({
    ConsumerARN: 'arn:aws:kinesis:us-east-1:000000000000:stream/s/consumer/c:1',
    ShardId: 'shardId-0',
    StartingPosition: { Type: 'LATEST' },
  });
const record = (text: string) =>
  eventOf('SubscribeToShardEvent', { Records: [{ Data: Buffer.from(text).toString('base64'), PartitionKey: 'p', SequenceNumber: '1' }] });
const initial = eventOf('initial-response', {});
const kinesisOf = (tenantId: string, endpoint: string, own = tvm) => own.for(identityOf(tenantId)).client(KinesisClient, { endpoint });
/** The text of every record until the stream ends. */
async function readAll(stream: AsyncIterable<{ SubscribeToShardEvent?: { Records?: { Data?: Uint8Array | undefined }[] | undefined } }>) {
  const texts: string[] = [];
  for await (const { SubscribeToShardEvent: event } of stream) {
    texts.push(...(event?.Records ?? []).map(({ Data = new Uint8Array() }) => Buffer.from(Data).toString()));
  }
  return texts;
}
type Stream = Parameters<typeof readAll>[0];
const streamOf = async (client: KinesisClient, abortSignal = new AbortController().signal) =>
  (await client.send(subscribe(), { abortSignal })).EventStream as Stream & object;

describe('a vended client of a service that needs HTTP/2', () => {
  it('subscribes to a shard of Kinesis', async () => {
    await using server = await startEventServer((stream) => stream.end(Buffer.concat([initial, record('one'), record('two')])));

    expect(await readAll(await streamOf(kinesisOf('acme', server.url)))).toEqual(['one', 'two']);
    const { accessKeyId } = await tvm.vend(identityOf('acme'));
    expect(server.requests[0]?.['authorization']).toContain(`Credential=${accessKeyId}/`);
  });

  it('streams to Transcribe and back', async () => {
    await using server = await startEventServer((stream) => {
      stream.on('data', () => undefined).on('end', () => stream.end(eventOf('TranscriptEvent', { Transcript: { Results: [] } })));
    });
    const client = tvm.for(identityOf('acme')).client(TranscribeStreamingClient, { endpoint: server.url });
    const audio = async function* () {
      yield { AudioEvent: { AudioChunk: Buffer.alloc(100) } };
    };

    const { TranscriptResultStream = [] } = await client.send(
      new StartStreamTranscriptionCommand({
        LanguageCode: 'en-US',
        MediaEncoding: 'pcm',
        MediaSampleRateHertz: 8_000,
        AudioStream: audio(),
      }),
    );

    const events: object[] = [];
    for await (const event of TranscriptResultStream) events.push(event);
    expect(events).toEqual([{ TranscriptEvent: { Transcript: { Results: [] } } }]);
  });

  it('can be one client for all tenants', async () => {
    await using server = await startEventServer((stream) => stream.end(Buffer.concat([initial, record('x')])));
    const kinesis = await tvm.currentClient(KinesisClient, { endpoint: server.url });

    for (const tenant of ['acme', 'globex']) {
      expect(await tvm.for(identityOf(tenant)).run(async () => readAll(await streamOf(kinesis)))).toEqual(['x']);
      const { accessKeyId } = await tvm.vend(identityOf(tenant));
      expect(server.requests.at(-1)?.['authorization']).toContain(`Credential=${accessKeyId}/`);
    }
  });

  it.each([
    ['the client', (client: KinesisClient) => client.destroy()],
    ["the client's handler", (client: KinesisClient) => client.config.requestHandler.destroy?.()],
  ])('is not reached by `destroy()` of %s of another tenant', async (_what, destroy) => {
    let finish = (): void => undefined;
    await using server = await startEventServer((stream) => {
      stream.write(Buffer.concat([initial, record('one')]));
      finish = () => stream.end(record('two'));
    });
    const stream = await streamOf(kinesisOf('globex', server.url));

    destroy(kinesisOf('acme', server.url));
    finish();

    expect(await readAll(stream)).toEqual(['one', 'two']);
  });

  it("sends nothing with another tenant's key, even without the signature guard", async () => {
    await using server = await startEventServer((stream) => stream.end());
    const kinesis = kinesisOf('acme', `${server.url}/`);
    kinesis.middlewareStack.remove('tenantAwsSignatureGuard');
    kinesis.config.credentials = (async () => baseKeys(aws)) as never;

    await expect(kinesis.send(subscribe())).rejects.toMatchObject({ code: 'tenant_mismatch' });
    expect(server.sessions).toBe(0);
  });

  it('gives each tenant a share of the connections', async () => {
    await using server = await startEventServer((stream) => stream.write(Buffer.concat([initial, record('x')])));
    await using own = machineFor(aws, { clients: { maxSockets: 4 } });
    const first = new AbortController();
    await streamOf(kinesisOf('acme', server.url, own), first.signal);
    await streamOf(kinesisOf('acme', server.url, own));
    await own.vend(identityOf('globex'));
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const refused = expect(kinesisOf('acme', server.url, own).send(subscribe())).rejects.toMatchObject({ code: 'connection_unavailable' });
    while (vi.getTimerCount() < 1) await aTurn();
    vi.advanceTimersByTime(5_000);
    await refused;
    vi.useRealTimers();

    first.abort(); // the SDK does not end a subscription when its loop is left
    expect(await streamOf(kinesisOf('acme', server.url, own))).toBeDefined();
    expect(await streamOf(kinesisOf('globex', server.url, own))).toBeDefined();
    expect(server.sessions).toBe(4);
  });

  it('shows no session token and no signature in its outputs', async () => {
    await using server = await startEventServer((stream) => stream.write(Buffer.concat([initial, record('x')])));
    const output = await kinesisOf('acme', server.url).send(subscribe());
    const { secretAccessKey, sessionToken } = await tvm.vend(identityOf('acme'));

    expect(secretsIn(output, [secretAccessKey, sessionToken, 'Signature='])).toEqual([]);
  });
});
