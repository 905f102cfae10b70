import * as sns from '@aws-sdk/client-sns';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { snsService } from '../../src/services/sns/index.ts';
import { SNS_OPERATIONS } from '../../src/services/sns/operations.ts';
import { Fauxqs } from '../../src/services/sqs/fauxqs.ts';
import { modelOf } from '../client-schema.ts';
import { type ServiceHarness, serviceHarness, tenantSession } from '../service-harness.ts';

const scope = { account: '000000000000', region: 'us-east-1' };
const engine = new Fauxqs(scope.region);
const TopicArn = 'arn:aws:sns:us-east-1:000000000000:news';
const model = modelOf(sns);
const SUPPORTED = SNS_OPERATIONS.map(({ operation }) => operation);

let harness: ServiceHarness;
beforeAll(() => {
  const user = { ...tenantSession, arn: 'arn:aws:iam::000000000000:user/admin' };
  harness = serviceHarness(snsService({ ...scope, topics: ['news'], engine }), user);
});
afterAll(() => engine.close());

function send(form: string) {
  return harness.send({ 'content-type': 'application/x-www-form-urlencoded' }, `${form}&Version=2010-03-31`);
}

const publish = (more: string) => send(`Action=Publish&TopicArn=${TopicArn}${more}`);

const attribute = (n: number) => `&MessageAttributes.entry.${n}.Name=a&MessageAttributes.entry.${n}.Value.DataType=String`;

describe('the service of SNS', () => {
  it.each([
    ['TopicArn twice', `&Message=x&TopicArn=${TopicArn}2`],
    ['TopicArn twice, once escaped', `&Message=x&Topic%41rn=${TopicArn}2`],
    ['a value that is also a structure', '&Message=x&Message.x=y'],
    ['a structure that is also a value', '&Message.x=y&Message=x'],
    ['a list with a gap', '&Message=x&MessageAttributes.entry.2.Name=a'],
    ['a list that begins at 0', '&Message=x&MessageAttributes.entry.0.Name=a'],
    ['a list number with a leading zero', '&Message=x&MessageAttributes.entry.01.Name=a'],
    ['an attribute twice', `&Message=x${attribute(1)}${attribute(2)}`],
    ['the name __proto__', '&Message=x&__proto__.x=y'],
    ['an empty name', '&Message=x&MessageAttributes..Name=a'],
    ['a name with very many parts', `&Message=x&${'a.'.repeat(100_000)}b=c`],
    ['deeply nested lists', `&Message=x&MessageAttributes.entry.1${'.entry.1'.repeat(20_000)}=a`],
    ['an attribute without a value', `&Message=x${attribute(1)}`],
    ['an attribute of an unknown type', `&Message=x${attribute(1)}s&MessageAttributes.entry.1.Value.StringValue=x`],
    ['a string for a list', '&Message=x&MessageAttributes=a'],
    ['a list for a string', '&Message.member.1=x'],
    ['a missing message', ''],
  ])('rejects %s', async (_, more) => {
    const response = await publish(more);
    expect(response.status).toBe(400);
    expect(response.body.toString()).toMatch(
      /^<ErrorResponse xmlns="http:\/\/sns.amazonaws.com\/doc\/2010-03-31\/"><Error><Type>Sender<\/Type><Code>/,
    );
    expect(harness.iamRequests).toEqual([]);
  });

  it('rejects an unknown parameter', async () => {
    expect((await publish('&Message=x&Colour=red')).status).toBe(501);
    expect((await publish('&Message=x&MessageAttributes.entry.1.Name=a&MessageAttributes.entry.1.Colour=b')).status).toBe(501);
  });

  it('supports or refuses every operation of the SDK', async () => {
    const refused = model.operations.filter((name) => !SUPPORTED.includes(name));
    expect([SUPPORTED.length, refused.length]).toEqual([9, 33]);
    for (const name of [...refused, 'constructor', 'publish'])
      expect([name, (await send(`Action=${name}&TopicArn=${TopicArn}`)).status]).toEqual([name, 501]);
  });

  it('has the endpoint of a subscription in the IAM request', async () => {
    const Endpoint = 'arn:aws:sqs:us-east-1:000000000000:app';
    expect((await send(`Action=Subscribe&TopicArn=${TopicArn}&Protocol=sqs&Endpoint=${Endpoint}`)).status).toBe(200);
    expect(harness.iamRequests.at(-1)).toEqual({
      action: 'sns:Subscribe',
      resource: TopicArn,
      context: { 'sns:Protocol': 'sqs', 'sns:Endpoint': Endpoint },
    });
  });
});
