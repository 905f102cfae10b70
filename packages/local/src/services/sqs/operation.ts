import type { JsonObject } from '../../strict-json.ts';
import type { Caller, Operation } from '../service.ts';
import type { Fauxqs } from './fauxqs.ts';
import type { Home } from './queue.ts';
import type { Members } from '../shape.ts';

/** One operation of SQS that is understood. */
export interface SqsOperation {
  /** `SendMessageBatch` */
  readonly operation: string;
  /** `sqs:SendMessage`: what must be allowed. A batch needs what one message needs. */
  readonly actions: readonly string[];
  readonly members: Members;
  /** Understands parameters that have the shape of `members`. */
  understand(given: JsonObject, room: SqsRoom): Understood;
}

/** What the operations work with. */
export interface SqsRoom {
  readonly home: Home;
  readonly engine: Fauxqs;
  readonly caller: Caller;
  /** Whom the client asked: its QueueUrls are there. */
  readonly host: string;
  /** Aborted when the client goes away before it is answered. */
  readonly gone: AbortSignal;
}

/** What must be allowed, and what then happens: `execute` answers the members of the result. */
export interface Understood {
  readonly authorize: Operation['authorize'];
  readonly execute: () => Promise<JsonObject>;
}
