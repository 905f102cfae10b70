import { randomUUID } from 'node:crypto';
import { AwsError, type ResourceScope, unsupported } from '../service.ts';
import { checkFlag, checkTopicName, invalidParameter, isFifo, type Subscription, type Topic, topicArn } from './topic.ts';

const ATTRIBUTES: ReadonlySet<string> = new Set(['DisplayName', 'FifoTopic', 'ContentBasedDeduplication']);

const MAX_DISPLAY_NAME = 100;

/** The topics of one account and region, in memory. */
export class Topics {
  readonly scope: ResourceScope;
  readonly #topics = new Map<string, Topic>();

  constructor(scope: ResourceScope) {
    this.scope = scope;
  }

  all(): readonly Topic[] {
    return [...this.#topics.values()].toSorted((a, b) => (a.arn < b.arn ? -1 : 1));
  }

  /** @throws {@link AwsError} 404 */
  get(name: string): Topic {
    const topic = this.#topics.get(name);
    if (topic === undefined) throw new AwsError('NotFound', 404, 'Topic does not exist');
    return topic;
  }

  /**
   * Creates a topic, or returns the existing one if its attributes are the same.
   *
   * @throws {@link AwsError} 501 for an unknown attribute, 400 for an invalid name or value, and for a topic that exists with another value
   */
  create(name: string, attributes: Readonly<Record<string, string>>): Topic {
    checkTopicName(name);
    const unknown = Object.keys(attributes).find((attribute) => !ATTRIBUTES.has(attribute));
    if (unknown !== undefined) throw unsupported(`The attribute ${unknown}`);
    for (const flag of ['FifoTopic', 'ContentBasedDeduplication']) checkFlag(flag, attributes[flag]);
    if ((attributes['DisplayName'] ?? '').length > MAX_DISPLAY_NAME) throw invalidParameter('Attributes Reason: DisplayName');
    if (attributes['ContentBasedDeduplication'] !== undefined && !isFifo(name)) {
      throw invalidParameter('Attributes Reason: ContentBasedDeduplication is for FIFO topics');
    }
    if (attributes['FifoTopic'] !== undefined && (attributes['FifoTopic'] === 'true') !== isFifo(name)) {
      throw invalidParameter('the name of a topic must end with .fifo if FifoTopic is true, and only then');
    }
    const existing = this.#topics.get(name);
    if (existing === undefined) return this.#add(name, attributes);
    for (const [attribute, value] of Object.entries(attributes)) {
      if (existing.attributes.get(attribute) === value) continue;
      throw invalidParameter('Attributes Reason: Topic already exists with different attributes');
    }
    return existing;
  }

  /** A topic that does not exist is ignored. */
  delete(name: string): void {
    this.#topics.delete(name);
  }

  /** Subscribes a queue, or returns its existing subscription. */
  subscribe(topic: Topic, queue: string, raw: boolean): Subscription {
    const existing = [...topic.subscriptions.values()].find((subscription) => subscription.queue === queue);
    if (existing !== undefined) return existing;
    const subscription = { arn: `${topic.arn}:${randomUUID()}`, queue, raw };
    topic.subscriptions.set(subscription.arn, subscription);
    return subscription;
  }

  #add(name: string, attributes: Readonly<Record<string, string>>): Topic {
    const own = new Map(
      Object.entries({ ...(isFifo(name) ? { FifoTopic: 'true', ContentBasedDeduplication: 'false' } : {}), ...attributes }),
    );
    const topic: Topic = {
      name,
      arn: topicArn(this.scope, name),
      attributes: own,
      subscriptions: new Map(),
      published: new Map(),
      count: 0,
    };
    this.#topics.set(name, topic);
    return topic;
  }
}
