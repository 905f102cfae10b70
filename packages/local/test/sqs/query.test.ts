import { createHash } from 'node:crypto';
import { ReceiveMessageCommand, SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { LocalAws } from '../../src/index.ts';
import { Fauxqs } from '../../src/services/sqs/fauxqs.ts';
import { sqsService } from '../../src/services/sqs/index.ts';
import { SQS_OPERATIONS } from '../../src/services/sqs/operations.ts';
import { serviceHarness } from '../service-harness.ts';
import { handSign, type ToSign } from '../signature/hand-signer.ts';
import type { ClientKeys } from '../start-aws.ts';
import { sqsClient, startMessaging } from './messaging.ts';

const NOW = Date.parse('2026-11-24T12:00:00Z');
const ACTIONS = ['SendMessage', 'ReceiveMessage', 'DeleteMessage', 'GetQueueUrl', 'GetQueueAttributes'].map((name) => `sqs:${name}`);

let aws: LocalAws;
let client: SQSClient;
let acme: ClientKeys;
let [host, own, foreign] = ['', '', ''];
beforeAll(async () => {
  aws = await startMessaging({ queues: ['app_acme', 'app_globex'], clock: () => NOW });
  host = new URL(aws.url).host;
  own = `${aws.url}/000000000000/app_acme`;
  foreign = `${aws.url}/000000000000/app_globex`;
  client = sqsClient(aws);
  client.config.systemClockOffset = NOW - Date.now();
  acme = await acmeKeys();
});
afterAll(() => aws.close());
beforeEach(async () => {
  for (const QueueUrl of [own, foreign]) await post({ Action: 'PurgeQueue', QueueUrl }, { keys: aws.admin });
  aws.calls.length = 0;
});

/** Assumes the role at the clock of the signatures. */
async function acmeKeys(): Promise<ClientKeys> {
  const Policy = { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: ACTIONS, Resource: 'arn:aws:sqs:*:*:app_acme' } };
  const RoleArn = 'arn:aws:iam::000000000000:role/TenantAccess';
  const form = { Action: 'AssumeRole', RoleArn, RoleSessionName: 'acme', Policy: JSON.stringify(Policy) };
  const base = { accessKeyId: aws.env['AWS_ACCESS_KEY_ID'] ?? '', secretAccessKey: aws.env['AWS_SECRET_ACCESS_KEY'] ?? '' };
  const { text } = await post({ ...form, Version: '2011-06-15' }, { keys: base, service: 'sts' });
  const member = (name: string): string => new RegExp(`<${name}>([^<]*)`).exec(text)?.[1] ?? '';
  return { accessKeyId: member('AccessKeyId'), secretAccessKey: member('SecretAccessKey'), sessionToken: member('SessionToken') };
}

interface Posted {
  readonly status: number;
  readonly text: string;
}

function post(form: Record<string, string> | string, given: Partial<ToSign> = {}): Promise<Posted> {
  const text = typeof form === 'string' ? form : String(new URLSearchParams({ Version: '2012-11-05', ...form }));
  return postText(text, given);
}

async function postText(body: string, given: Partial<ToSign>): Promise<Posted> {
  const headers = { host, 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };
  const signed = handSign({ method: 'POST', path: '/', service: 'sqs', headers, body, keys: acme, ...given });
  const response = await fetch(aws.url + signed.target, { method: signed.method, headers: { ...signed.headers }, body });
  return { status: response.status, text: await response.text() };
}

const valueOf = ({ text }: Posted, name: string): string | undefined => new RegExp(`<${name}>([^<]*)</${name}>`).exec(text)?.[1];
const codeOf = (posted: Posted): string => `${posted.status} ${valueOf(posted, 'Code')}`;
const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

describe('the query protocol of SQS', () => {
  it('sends, receives and deletes a message', async () => {
    const attributes = { 'MessageAttribute.1.Name': 'kind', 'MessageAttribute.1.Value.DataType': 'String' };
    const sent = await post({
      Action: 'SendMessage',
      QueueUrl: own,
      MessageBody: 'é <&>\r\n\u{1f600}',
      MessageGroupId: 'acme',
      ...attributes,
      'MessageAttribute.1.Value.StringValue': 'note',
    });
    expect(sent.text).toMatch(/^<SendMessageResponse xmlns="http:\/\/queue\.amazonaws\.com\/doc\/2012-11-05\/"><SendMessageResult>/);
    expect(valueOf(sent, 'MD5OfMessageBody')).toBe(md5('é <&>\r\n\u{1f600}'));
    const all = { 'AttributeName.1': 'All', 'MessageAttributeName.1': 'All' };
    const received = await post({ Action: 'ReceiveMessage', QueueUrl: own, MaxNumberOfMessages: '10', ...all });
    expect(received.text).toContain(`<Body>é &lt;&amp;&gt;&#xd;&#xa;\u{1f600}</Body>`);
    expect(received.text).toContain('<Attribute><Name>MessageGroupId</Name><Value>acme</Value></Attribute>');
    expect(received.text).toContain(
      '<MessageAttribute><Name>kind</Name><Value><DataType>String</DataType><StringValue>note</StringValue></Value></MessageAttribute>',
    );
    expect(valueOf(received, 'MD5OfMessageAttributes')).toBe(valueOf(sent, 'MD5OfMessageAttributes'));
    const deleted = await post({ Action: 'DeleteMessage', QueueUrl: own, ReceiptHandle: valueOf(received, 'ReceiptHandle') ?? '' });
    expect(deleted.text).toMatch(/^<DeleteMessageResponse xmlns="[^"]+"><ResponseMetadata><RequestId>/);
    expect((await post({ Action: 'ReceiveMessage', QueueUrl: own, VisibilityTimeout: '0' })).text).toContain(
      '<ReceiveMessageResult></ReceiveMessageResult>',
    );
    expect(aws.calls.map(({ operation, decision }) => `${operation} ${decision}`)).toEqual([
      'SendMessage allowed',
      'ReceiveMessage allowed',
      'DeleteMessage allowed',
      'ReceiveMessage allowed',
    ]);
  });

  it('sends a batch, whose failed entries are reported', async () => {
    const entry = (at: number, Id: string, more: Record<string, string>) =>
      Object.fromEntries(Object.entries({ Id, ...more }).map(([name, value]) => [`SendMessageBatchRequestEntry.${at}.${name}`, value]));
    const sent = await post({
      Action: 'SendMessageBatch',
      QueueUrl: own,
      ...entry(1, 'a', { MessageBody: 'one', DelaySeconds: '0' }),
      ...entry(2, 'b', { MessageBody: 'two' }),
    });
    expect(sent.text).toContain('<SendMessageBatchResultEntry><Id>a</Id>');
    const handle = { 'DeleteMessageBatchRequestEntry.1.Id': 'a', 'DeleteMessageBatchRequestEntry.1.ReceiptHandle': 'x' };
    const deleted = await post({ Action: 'DeleteMessageBatch', QueueUrl: own, ...handle });
    expect(deleted.text).toContain('<BatchResultErrorEntry><Id>a</Id><SenderFault>true</SenderFault><Code>ReceiptHandleIsInvalid</Code>');
    expect(codeOf(await post({ Action: 'SendMessageBatch', QueueUrl: own, Entries: '' }))).toBe(
      '400 AWS.SimpleQueueService.EmptyBatchRequest',
    );
  });

  it('creates, describes, changes and lists queues', async () => {
    const admin = { keys: aws.admin };
    const attribute = { 'Attribute.1.Name': 'DelaySeconds', 'Attribute.1.Value': '3' };
    const created = await post({ Action: 'CreateQueue', QueueName: 'new', ...attribute }, admin);
    const QueueUrl = valueOf(created, 'QueueUrl') ?? '';
    const changed = { 'Attribute.1.Name': 'DelaySeconds', 'Attribute.1.Value': '4' };
    await post({ Action: 'SetQueueAttributes', QueueUrl, ...changed }, admin);
    const described = await post({ Action: 'GetQueueAttributes', QueueUrl, 'AttributeName.1': 'DelaySeconds' }, admin);
    expect(described.text).toContain('<Attribute><Name>DelaySeconds</Name><Value>4</Value></Attribute>');
    expect((await post({ Action: 'ListQueues' }, admin)).text).toContain(`<QueueUrl>${QueueUrl}</QueueUrl>`);
    expect((await post({ Action: 'DeleteQueue' }, { ...admin, path: new URL(QueueUrl).pathname })).status).toBe(200);
  });

  it('takes the queue from the path, as older SDKs send it', async () => {
    const path = new URL(own).pathname;
    expect((await post({ Action: 'SendMessage', MessageBody: 'x' }, { path })).status).toBe(200);
    expect((await post({ Action: 'SendMessage', MessageBody: 'x', QueueUrl: own }, { path })).status).toBe(200);
    expect(aws.calls).toMatchObject([
      { resource: 'arn:aws:sqs:us-east-1:000000000000:app_acme' },
      { resource: 'arn:aws:sqs:us-east-1:000000000000:app_acme' },
    ]);
  });

  it('supports the same operations as the JSON protocol', async () => {
    for (const { operation } of SQS_OPERATIONS) expect((await post({ Action: operation })).status).not.toBe(501);
  });
});

describe("a session with a tenant's queue, in the query protocol", () => {
  it.each<[string, Record<string, string>]>([
    ['SendMessage', { MessageBody: 'x' }],
    ['SendMessageBatch', { 'SendMessageBatchRequestEntry.1.Id': 'a', 'SendMessageBatchRequestEntry.1.MessageBody': 'x' }],
    ['ReceiveMessage', {}],
    ['DeleteMessageBatch', { 'DeleteMessageBatchRequestEntry.1.Id': 'a', 'DeleteMessageBatchRequestEntry.1.ReceiptHandle': 'x' }],
    ['GetQueueAttributes', { 'AttributeName.1': 'All' }],
  ])("may do %s with its own queue only, also through the queue's path", async (Action, form) => {
    expect((await post({ Action, QueueUrl: own, ...form })).status).toBe(200);
    const denied = await post({ Action, QueueUrl: foreign, ...form });
    expect([codeOf(denied), valueOf(denied, 'Type')]).toEqual(['403 AccessDenied', 'Sender']);
    expect(valueOf(denied, 'Message')).toContain('on resource: arn:aws:sqs:us-east-1:000000000000:app_globex');
    expect(codeOf(await post({ Action, ...form }, { path: new URL(foreign).pathname }))).toBe('403 AccessDenied');
  });

  it('may not name its own queue in one place, and the queue of another tenant in the other', async () => {
    const send = { Action: 'SendMessage', MessageBody: 'x' };
    const [ownPath, foreignPath] = [own, foreign].map((url) => new URL(url).pathname) as [string, string];
    for (const [QueueUrl, path] of [
      [own, foreignPath],
      [foreign, ownPath],
      [`https://sqs.us-east-1.amazonaws.com/000000000000/app_globex`, ownPath],
    ] as const) {
      expect(codeOf(await post({ ...send, QueueUrl }, { path }))).toBe('400 InvalidAddress');
    }
    expect((await client.send(new ReceiveMessageCommand({ QueueUrl: foreign }))).Messages ?? []).toEqual([]);
  });
});

describe('the path of a form', () => {
  it.each([
    '/000000000000/app_acme/../app_globex',
    '/000000000000/app_acme%2f..%2fapp_globex',
    '/000000000000/app%5fglobex',
    '//000000000000/app_globex',
    '/000000000001/app_acme',
    '/000000000000/',
    '/queue',
  ])('is not that of a queue: %s', async (path) => {
    const service = await sqsService({
      account: '000000000000',
      region: 'us-east-1',
      queues: ['app_acme'],
      engine: new Fauxqs('us-east-1'),
    });
    const harness = serviceHarness(service);
    const headers = { 'content-type': 'application/x-www-form-urlencoded', host: 'x' };
    const { status, body } = await harness.send(headers, 'Version=2012-11-05&Action=SendMessage&MessageBody=x', { path });
    expect([status, body.toString()]).toEqual([400, expect.stringContaining('InvalidAddress')]);
    expect(harness.iamRequests).toEqual([]);
    await service.close?.();
  });
});

describe('a form', () => {
  const send = (more: string) => post(`Version=2012-11-05&Action=SendMessage&QueueUrl=${encodeURIComponent(own)}&MessageBody=x${more}`);
  const attribute = (at: number, name = 'a') =>
    `&MessageAttribute.${at}.Name=${name}&MessageAttribute.${at}.Value.DataType=String&MessageAttribute.${at}.Value.StringValue=x`;

  it.each([
    ['QueueUrl twice', () => `&QueueUrl=${encodeURIComponent(foreign)}`, '400 MalformedQueryString'],
    ['QueueUrl twice, once escaped', () => `&Queue%55rl=${encodeURIComponent(foreign)}`, '400 MalformedQueryString'],
    ['Action twice', () => '&Action=PurgeQueue', '400 MalformedQueryString'],
    ['an unknown parameter', () => '&Colour=red', '501 NotImplemented'],
    ['a parameter in another case', () => '&queueUrl=x', '501 NotImplemented'],
    ['the name of the JSON protocol', () => '&MessageAttributes.1.Name=a', '501 NotImplemented'],
    ['a system attribute', () => '&MessageSystemAttribute.1.Name=AWSTraceHeader', '501 NotImplemented'],
    ['an unknown member', () => `${attribute(1)}&MessageAttribute.1.Value.Colour=red`, '501 NotImplemented'],
    ['an unknown member beside a name and a value', () => `${attribute(1)}&MessageAttribute.1.Colour=red`, '501 NotImplemented'],
    ['a list of values', () => `${attribute(1)}&MessageAttribute.1.Value.StringListValue.1=x`, '501 NotImplemented'],
    ['a list with a gap', () => attribute(2), '400 InvalidParameterValue'],
    ['a list that begins at 0', () => attribute(0), '400 InvalidParameterValue'],
    ['a list number with a leading zero', () => attribute(1).replaceAll('.1.', '.01.'), '400 InvalidParameterValue'],
    ['a list of another kind', () => attribute(1).replaceAll('.1.', '.member.1.'), '400 InvalidParameterValue'],
    ['a list under two names', () => `&MessageAttributes=${attribute(1)}`, '400 InvalidParameterValue'],
    ['an attribute twice', () => attribute(1) + attribute(2), '400 InvalidParameterValue'],
    ['an attribute without a name', () => attribute(1).replace('MessageAttribute.1.Name=a&', ''), '400 InvalidParameterValue'],
    ['an attribute without a value', () => '&MessageAttribute.1.Name=a', '400 InvalidParameterValue'],
    ['an attribute with the name __proto__', () => attribute(1, '__proto__'), '400 InvalidParameterValue'],
    ['a part that is __proto__', () => '&__proto__.x=y', '400 MalformedQueryString'],
    ['a value that is also a structure', () => '&MessageBody.x=y', '400 MalformedQueryString'],
    ['a structure for a string', () => '&MessageGroupId.x=y', '400 InvalidParameterValue'],
    ['a string for a list', () => '&MessageAttribute=x', '400 InvalidParameterValue'],
    ['a fraction', () => '&DelaySeconds=0.5', '400 InvalidParameterValue'],
    ['a number in scientific notation', () => '&DelaySeconds=1e1', '400 InvalidParameterValue'],
    ['a number out of range', () => '&DelaySeconds=901', '400 InvalidParameterValue'],
    ['a negative number', () => '&DelaySeconds=-1', '400 InvalidParameterValue'],
    ['a broken escape', () => '&MessageGroupId=%zz', '400 InvalidURI'],
    ['bytes that are not UTF-8', () => '&MessageGroupId=%FF', '400 InvalidArgument'],
    ['deeply nested names', () => `&${'MessageAttribute.'.repeat(20_000)}x=y`, '400 MalformedQueryString'],
  ])('is refused with %s, in XML', async (_, more, expected) => {
    const response = await send(more());
    expect(codeOf(response)).toBe(expected);
    expect(response.text).toMatch(/^<ErrorResponse xmlns="http:\/\/queue\.amazonaws\.com\/doc\/2012-11-05\/"><Error><Type>/);
    expect(aws.calls).toMatchObject([{ service: 'sqs', operation: 'unknown', decision: 'refused' }]);
  });

  it.each<[string, Record<string, string>, string]>([
    ['an unsupported operation', { Action: 'AddPermission' }, '501 NotImplemented'],
    ['the name of a prototype member', { Action: 'constructor' }, '501 NotImplemented'],
    ['no operation', {}, '501 NotImplemented'],
    ['another version', { Action: 'ListQueues', Version: '2011-10-01' }, '400 NoSuchVersion'],
  ])('is refused with %s', async (_, form, expected) => {
    expect(codeOf(await post(form))).toBe(expected);
  });

  it('is refused with a query, with a header that has another meaning, and as a GET request', async () => {
    const headers = { host, 'content-type': 'application/x-www-form-urlencoded' };
    expect(codeOf(await post({ Action: 'ListQueues' }, { query: 'Action=PurgeQueue' }))).toBe('501 NotImplemented');
    expect(codeOf(await post({ Action: 'ListQueues' }, { headers: { ...headers, 'x-amz-target': 'AmazonSQS.PurgeQueue' } }))).toBe(
      '501 NotImplemented',
    );
    expect(codeOf(await post({ Action: 'ListQueues' }, { headers: { ...headers, 'x-amz-meta-x': 'y' } }))).toBe('501 NotImplemented');
  });

  it('is refused with a signature that does not match, in XML', async () => {
    const response = await post({ Action: 'ListQueues' }, { keys: { ...aws.admin, secretAccessKey: 'wrong' } });
    expect(codeOf(response)).toBe('403 SignatureDoesNotMatch');
    const unknown = await post({ Action: 'ListQueues' }, { keys: { accessKeyId: 'AKIAUNKNOWN', secretAccessKey: 'x' } });
    expect(codeOf(unknown)).toBe('403 InvalidClientTokenId');
  });
});

it('a client of the JSON protocol has the same queue, and gets its errors in JSON', async () => {
  await client.send(new SendMessageBatchCommand({ QueueUrl: own, Entries: [{ Id: 'a', MessageBody: 'from JSON' }] }));
  expect((await post({ Action: 'ReceiveMessage', QueueUrl: own })).text).toContain('<Body>from JSON</Body>');
  const denied = sqsClient(aws, acme);
  denied.config.systemClockOffset = NOW - Date.now();
  await expect(denied.send(new ReceiveMessageCommand({ QueueUrl: foreign }))).rejects.toMatchObject({ name: 'AccessDenied' });
});
