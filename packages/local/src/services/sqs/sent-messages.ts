import { isObject, type Json, type JsonObject } from '@tenant-aws/policy/json';
import { textOf } from '../shape.ts';

/** What the engine does not keep of a message. */
interface Sent {
  /** The unique id of the sender: of a session, the id of its role and its name. */
  readonly SenderId?: string;
  /** Of a standard queue. */
  readonly MessageGroupId?: string;
}

const MAX = 100_000;

/** The system attributes of messages that the engine does not keep, by message id. Of very many messages, the oldest lose them. */
export class SentMessages {
  readonly #sent = new Map<string, Sent>();

  /** Records the messages of a request that the engine accepted. */
  add(given: JsonObject, result: JsonObject, senderId: string | undefined): void {
    if (!Array.isArray(result['Successful'])) return this.#add(result['MessageId'], given, senderId);
    const entries = new Map(listOf(given['Entries']).map((entry) => [entry['Id'], entry]));
    for (const { Id, MessageId } of listOf(result['Successful'])) this.#add(MessageId, entries.get(Id) ?? {}, senderId);
  }

  /**
   * The attributes of a received message.
   *
   * @param requested the names in the request
   */
  attributesOf(messageId: Json | undefined, requested: ReadonlySet<unknown>): JsonObject {
    const sent = Object.entries(this.#sent.get(textOf(messageId)) ?? {});
    return Object.fromEntries(sent.filter(([name]) => requested.has('All') || requested.has(name)));
  }

  #add(messageId: Json | undefined, { MessageGroupId }: JsonObject, SenderId: string | undefined): void {
    const [oldest] = this.#sent.keys();
    if (this.#sent.size >= MAX && oldest !== undefined) this.#sent.delete(oldest);
    this.#sent.set(textOf(messageId), {
      ...(SenderId !== undefined && { SenderId }),
      ...(typeof MessageGroupId === 'string' && { MessageGroupId }),
    });
  }
}

function listOf(list: Json | undefined): readonly JsonObject[] {
  return Array.isArray(list) ? list.filter((element) => isObject(element)) : [];
}
