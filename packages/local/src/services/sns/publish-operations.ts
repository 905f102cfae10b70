import { isObject, type Json, type JsonObject } from '@tenant-aws/policy/json';
import { element } from '../../xml.ts';
import { AwsError } from '../service.ts';
import { list, STRING, structure, textOf } from '../shape.ts';
import { MESSAGE, readMessage, size } from './message.ts';
import type { SnsOperation } from './operation.ts';
import { type Message, publish, type Published } from './publish.ts';
import { topicArn, topicNameOf } from './topic.ts';

const MAX_ENTRIES = 10;
const MAX_BATCH_BYTES = 256 * 1024;
const ENTRY_ID = /^[A-Za-z0-9_-]{1,80}$/;

/** The operations that publish messages. */
export const PUBLISH_OPERATIONS: readonly SnsOperation[] = [
  {
    operation: 'Publish',
    actions: ['sns:Publish'],
    members: { TopicArn: STRING, ...MESSAGE },
    parse(given, { topics, delivery }) {
      const name = topicNameOf(topics.scope, textOf(given['TopicArn']));
      const message = readMessage(given);
      return {
        authorize: [{ action: 'sns:Publish', resource: topicArn(topics.scope, name), context: {} }],
        execute: async () => published(await publish(topics.get(name), message, delivery)),
      };
    },
  },
  {
    operation: 'PublishBatch',
    actions: ['sns:Publish'],
    members: { TopicArn: STRING, PublishBatchRequestEntries: list(structure({ Id: STRING, ...MESSAGE })) },
    parse(given, { topics, delivery }) {
      const name = topicNameOf(topics.scope, textOf(given['TopicArn']));
      const entries = readEntries(given['PublishBatchRequestEntries']);
      return {
        authorize: [{ action: 'sns:Publish', resource: topicArn(topics.scope, name), context: {} }],
        async execute() {
          const topic = topics.get(name);
          const successful: string[] = [];
          const failed: string[] = [];
          for (const [id, message] of entries) {
            try {
              successful.push(member(element('Id', id) + published(await publish(topic, message, delivery))));
            } catch (error) {
              if (!(error instanceof AwsError)) throw error;
              const { code, message: reason } = error;
              failed.push(member(element('Id', id) + element('Code', code) + element('Message', reason) + element('SenderFault', 'true')));
            }
          }
          return `<Successful>${successful.join('')}</Successful><Failed>${failed.join('')}</Failed>`;
        },
      };
    },
  },
];

function readEntries(given: Json | undefined): ReadonlyMap<string, Message> {
  const entries = (Array.isArray(given) ? given : []).filter((entry): entry is JsonObject => isObject(entry));
  if (entries.length === 0) throw new AwsError('EmptyBatchRequest', 400, "The batch request doesn't contain any entries.");
  if (entries.length > MAX_ENTRIES)
    throw new AwsError('TooManyEntriesInBatchRequest', 400, 'The batch request contains more entries than permissible.');
  const messages = new Map<string, Message>();
  for (const entry of entries) {
    const id = textOf(entry['Id']);
    if (!ENTRY_ID.test(id)) throw new AwsError('InvalidBatchEntryId', 400, 'The Id of a batch entry does not abide by the specification.');
    if (messages.has(id)) throw new AwsError('BatchEntryIdsNotDistinct', 400, 'Two or more batch entries in the request have the same Id.');
    messages.set(id, readMessage(entry));
  }
  const total = [...messages.values()].reduce((sum, message) => sum + size(message), 0);
  if (total > MAX_BATCH_BYTES)
    throw new AwsError('BatchRequestTooLong', 400, 'The length of all the messages put together is more than the limit.');
  return messages;
}

function published({ messageId, sequenceNumber }: Published): string {
  return element('MessageId', messageId) + (sequenceNumber === undefined ? '' : element('SequenceNumber', sequenceNumber));
}

function member(content: string): string {
  return `<member>${content}</member>`;
}
