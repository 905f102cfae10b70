import { isObject, type Json, type JsonObject } from '@tenant-aws/policy/json';
import { element } from '../../xml.ts';
import { unsupported } from '../service.ts';
import { list, type Members, STRING, structure, textOf } from '../shape.ts';
import { denyToSessions } from '../denial.ts';
import { queueArn, queueNameOfArn } from '../sqs/queue.ts';
import type { SnsOperation, SnsContext } from './operation.ts';
import { PUBLISH_OPERATIONS } from './publish-operations.ts';
import { checkFlag, checkTopicName, invalidParameter, isFifo, type Topic, topicArn, topicNameOf } from './topic.ts';

const PAGE = 100;
const ATTRIBUTES = { 'Attributes?': list(structure({ key: STRING, value: STRING })) };

/** Every supported operation of SNS. All others are answered with 501. */
export const SNS_OPERATIONS: readonly SnsOperation[] = [
  ...PUBLISH_OPERATIONS,
  {
    operation: 'CreateTopic',
    actions: ['sns:CreateTopic'],
    members: { Name: STRING, ...ATTRIBUTES },
    parse(given, { topics }) {
      const name = textOf(given['Name']);
      checkTopicName(name);
      const attributes = readAttributes(given['Attributes']);
      // Only the topics of the start have `FifoTopic` by their name.
      if (isFifo(name) && attributes['FifoTopic'] !== 'true')
        throw invalidParameter('Topic Name can end with .fifo only if FifoTopic is true');
      return {
        authorize: [{ action: 'sns:CreateTopic', resource: topicArn(topics.scope, name), context: {} }],
        execute: () => element('TopicArn', topics.create(name, attributes).arn),
      };
    },
  },
  topicOperation('DeleteTopic', {}, (topic, { topics }) => {
    topics.delete(topic().name);
    return undefined;
  }),
  topicOperation('GetTopicAttributes', {}, (topic, { topics }) => {
    const { arn, attributes, subscriptions } = topic();
    const counts = { SubscriptionsConfirmed: subscriptions.size, SubscriptionsPending: 0, SubscriptionsDeleted: 0 };
    const all = Object.entries({ TopicArn: arn, Owner: topics.scope.account, ...counts, ...Object.fromEntries(attributes) });
    return `<Attributes>${all.map(([key, value]) => `<entry>${element('key', key)}${element('value', value)}</entry>`).join('')}</Attributes>`;
  }),
  topicOperation('ListSubscriptionsByTopic', { 'NextToken?': STRING }, (topic, { topics }, given) => {
    const { arn, subscriptions } = topic();
    return page('Subscriptions', [...subscriptions.values()].toSorted(byArn), given['NextToken'], (subscription) => {
      const endpoint = queueArn(topics.scope, subscription.queue);
      const members = {
        SubscriptionArn: subscription.arn,
        Owner: topics.scope.account,
        Protocol: 'sqs',
        Endpoint: endpoint,
        TopicArn: arn,
      };
      return Object.entries(members)
        .map(([name, value]) => element(name, value))
        .join('');
    });
  }),
  {
    operation: 'ListTopics',
    actions: ['sns:ListTopics'],
    members: { 'NextToken?': STRING },
    parse: (given, { topics }) => ({
      authorize: [{ action: 'sns:ListTopics', resource: '*', context: {} }],
      execute: () => page('Topics', topics.all(), given['NextToken'], ({ arn }) => element('TopicArn', arn)),
    }),
  },
  {
    operation: 'Subscribe',
    actions: ['sns:Subscribe'],
    conditionKeys: ['sns:Protocol', 'sns:Endpoint'],
    members: { TopicArn: STRING, Protocol: STRING, Endpoint: STRING, ...ATTRIBUTES, 'ReturnSubscriptionArn?': STRING },
    parse: subscribe,
  },
  {
    operation: 'Unsubscribe',
    actions: ['sns:Unsubscribe'],
    members: { SubscriptionArn: STRING },
    parse(given, { topics, caller }) {
      denyToSessions(caller, 'SNS:Unsubscribe', 'AuthorizationError');
      const arn = textOf(given['SubscriptionArn']);
      const name = topicNameOf(topics.scope, arn.slice(0, arn.lastIndexOf(':')));
      return {
        authorize: [{ action: 'sns:Unsubscribe', resource: topicArn(topics.scope, name), context: {} }],
        execute() {
          topics.get(name).subscriptions.delete(arn);
          return undefined;
        },
      };
    },
  },
];

/**
 * No session may subscribe a queue. A later delivery has no caller whose policies could be checked: AWS checks the queue's
 * policy, and the local AWS has no queue policies.
 */
function subscribe(given: JsonObject, { topics, caller }: SnsContext): ReturnType<SnsOperation['parse']> {
  denyToSessions(caller, 'SNS:Subscribe', 'AuthorizationError');
  const name = topicNameOf(topics.scope, textOf(given['TopicArn']));
  const { RawMessageDelivery = 'false', ...unknown } = readAttributes(given['Attributes']);
  checkFlag('RawMessageDelivery', RawMessageDelivery);
  const [unknownName] = Object.keys(unknown);
  if (unknownName !== undefined) throw unsupported(`The attribute ${unknownName}`);
  if (given['Protocol'] !== 'sqs') throw unsupported('A subscription with a Protocol other than sqs');
  const queue = queueNameOfArn(topics.scope, textOf(given['Endpoint']));
  if (queue === undefined || (isFifo(queue) && !isFifo(name))) {
    throw invalidParameter('Endpoint must be the ARN of a queue of this account and region, and a FIFO queue needs a FIFO topic');
  }
  const context = { 'sns:Protocol': 'sqs', 'sns:Endpoint': textOf(given['Endpoint']) };
  return {
    authorize: [{ action: 'sns:Subscribe', resource: topicArn(topics.scope, name), context }],
    execute: () => element('SubscriptionArn', topics.subscribe(topics.get(name), queue, RawMessageDelivery === 'true').arn),
  };
}

function topicOperation(
  name: string,
  members: Members,
  execute: (topic: () => Topic, context: SnsContext, given: JsonObject) => string | undefined,
): SnsOperation {
  return {
    operation: name,
    actions: [`sns:${name}`],
    members: { TopicArn: STRING, ...members },
    parse(given, context) {
      const topic = topicNameOf(context.topics.scope, textOf(given['TopicArn']));
      return {
        authorize: [{ action: `sns:${name}`, resource: topicArn(context.topics.scope, topic), context: {} }],
        execute: () => execute(() => context.topics.get(topic), context, given),
      };
    },
  };
}

function readAttributes(given: Json | undefined): Record<string, string> {
  const pairs = (Array.isArray(given) ? given : [])
    .filter((pair) => isObject(pair))
    .map(({ key, value }) => [textOf(key), textOf(value)] as const);
  if (new Set(pairs.map(([key]) => key)).size < pairs.length) throw invalidParameter('Attributes');
  return Object.fromEntries(pairs);
}

function byArn(a: { readonly arn: string }, b: { readonly arn: string }): number {
  return a.arn < b.arn ? -1 : 1;
}

function page<T extends { readonly arn: string }>(
  list: string,
  all: readonly T[],
  after: Json | undefined,
  show: (element: T) => string,
): string {
  const rest = all.filter(({ arn }) => typeof after !== 'string' || arn > after);
  const shown = rest.slice(0, PAGE);
  const token = rest.length > PAGE ? element('NextToken', shown.at(-1)?.arn ?? '') : '';
  return `<${list}>${shown.map((each) => `<member>${show(each)}</member>`).join('')}</${list}>${token}`;
}
