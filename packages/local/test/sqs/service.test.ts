import * as sqs from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Fauxqs } from '../../src/services/sqs/fauxqs.ts';
import { sqsService } from '../../src/services/sqs/index.ts';
import { SQS_OPERATIONS } from '../../src/services/sqs/operations.ts';
import { modelOf } from '../client-schema.ts';
import { type ServiceHarness, serviceHarness } from '../service-harness.ts';

const model = modelOf(sqs);
const SUPPORTED = SQS_OPERATIONS.map(({ operation }) => operation);
const REFUSED = model.operations.filter((name) => !SUPPORTED.includes(name));

let harness: ServiceHarness;
beforeAll(async () => {
  const scope = { account: '000000000000', region: 'us-east-1' };
  harness = serviceHarness(await sqsService({ ...scope, queues: [], engine: new Fauxqs(scope.region) }));
});
afterAll(() => harness.service.close?.());

function send(operation: string, input: unknown) {
  const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `AmazonSQS.${operation}` };
  return harness.send(headers, JSON.stringify(input));
}

describe("the operations and parameters of the SDK's client of SQS", () => {
  it('are supported or refused: both lists are complete', () => {
    expect([SUPPORTED.length, REFUSED.length]).toEqual([14, 9]);
    expect(SUPPORTED.filter((name) => !model.operations.includes(name))).toEqual([]);
  });

  it.each(REFUSED)('return 501 for %s', async (name) => {
    expect((await send(name, {})).status).toBe(501);
  });

  it('return 501 for parameters that are not in the table', async () => {
    const refused: string[] = [];
    const parameters = SUPPORTED.flatMap((name) => model.parameters(name));
    for (const { operation, path, input } of parameters) {
      const before = harness.iamRequests.length;
      if ((await send(operation, input)).status !== 501) continue;
      refused.push(`${operation}.${path}`);
      expect(harness.iamRequests).toHaveLength(before);
    }
    expect(parameters).toHaveLength(72);
    expect(refused.filter((path) => !refused.some((outer) => path.startsWith(`${outer}.`)))).toEqual([
      'SendMessage.MessageAttributes.*.StringListValues',
      'SendMessage.MessageAttributes.*.BinaryListValues',
      'SendMessage.MessageSystemAttributes',
      'SendMessageBatch.Entries.MessageAttributes.*.StringListValues',
      'SendMessageBatch.Entries.MessageAttributes.*.BinaryListValues',
      'SendMessageBatch.Entries.MessageSystemAttributes',
      'ReceiveMessage.ReceiveRequestAttemptId',
      'CreateQueue.tags',
    ]);
  });
});

describe('the service of SQS', () => {
  it.each<[string, string, string, object]>([
    ['a number for a string', 'SerializationException', 'SendMessage', { MessageBody: 5 }],
    ['a string for a number', 'SerializationException', 'SendMessage', { MessageBody: 'x', DelaySeconds: '1' }],
    ['a fraction for an integer', 'SerializationException', 'SendMessage', { MessageBody: 'x', DelaySeconds: 0.5 }],
    ['a structure for a list', 'SerializationException', 'SendMessageBatch', { Entries: {} }],
    ['a string for a structure', 'SerializationException', 'SendMessageBatch', { Entries: ['x'] }],
    ['a null for a structure', 'SerializationException', 'SendMessageBatch', { Entries: [null] }],
    ['a list for a map', 'SerializationException', 'SendMessage', { MessageBody: 'x', MessageAttributes: [] }],
    ['a number in a map', 'SerializationException', 'SetQueueAttributes', { Attributes: { DelaySeconds: 1 } }],
    ['a missing string', 'MissingParameter', 'SendMessage', {}],
    ['null for a string', 'MissingParameter', 'SendMessage', { MessageBody: null }],
  ])('rejects %s: %s', async (_, code, operation, members) => {
    const before = harness.iamRequests.length;
    const { status, body } = await send(operation, { QueueUrl: 'http://x/000000000000/app', ...members });
    expect([status, JSON.parse(body.toString())]).toMatchObject([400, { __type: `com.amazonaws.sqs#${code}` }]);
    expect(harness.iamRequests).toHaveLength(before);
  });

  it('treats a null as an absent parameter', async () => {
    const service = await sqsService({ account: '000000000000', region: 'us-east-1', queues: ['app'], engine: new Fauxqs('us-east-1') });
    const opened = serviceHarness(service);
    const run = async (name: string, members: object): Promise<[number, unknown]> => {
      const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `AmazonSQS.${name}`, host: 'x' };
      const { status, body } = await opened.send(headers, JSON.stringify({ QueueUrl: 'http://x/000000000000/app', ...members }));
      return [status, JSON.parse(body.toString())];
    };
    try {
      const kind = { DataType: 'String', StringValue: 'note' };
      const sent = { MessageBody: 'x', MessageAttributes: { kind } };
      const nulls = { DelaySeconds: null, MessageGroupId: null, MessageDeduplicationId: null };
      const padded = { ...sent, ...nulls, MessageAttributes: { kind: { ...kind, BinaryValue: null } } };
      const [, { MessageId: _, ...digests }] = (await run('SendMessage', sent)) as [number, { MessageId: string }];
      expect(await run('SendMessage', padded)).toMatchObject([200, digests]);
      expect(await run('SendMessageBatch', { Entries: [{ Id: 'a', ...padded }] })).toMatchObject([200, { Successful: [{ Id: 'a' }] }]);
      expect(await run('ReceiveMessage', { VisibilityTimeout: null, WaitTimeSeconds: null, MessageAttributeNames: null })).toMatchObject([
        200,
        { Messages: [{ Body: 'x' }] },
      ]);
    } finally {
      await service.close?.();
    }
  });

  it('ends pending receives when it is closed', async () => {
    const service = await sqsService({ account: '000000000000', region: 'us-east-1', queues: ['app'], engine: new Fauxqs('us-east-1') });
    const closing = serviceHarness(service);
    const headers = (name: string) => ({ 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `AmazonSQS.${name}`, host: 'x' });
    const QueueUrl = 'http://x/000000000000/app';
    const waiting = closing.send(headers('ReceiveMessage'), JSON.stringify({ QueueUrl, WaitTimeSeconds: 20 }));
    // Completes only after the engine has started the request before it.
    await closing.send(headers('ListQueues'), '{}');
    await service.close?.();
    expect((await waiting).body.toString()).toBe('{}');
  });
});
