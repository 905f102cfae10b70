import type { JsonObject } from '../../strict-json.ts';
import type { Caller, ParsedOperation, ResourceScope } from '../service.ts';
import type { Fauxqs } from './fauxqs.ts';
import type { Members } from '../shape.ts';

/** One operation of SQS that is understood. */
export interface SqsOperation {
  /** `SendMessageBatch` */
  readonly operation: string;
  /** `sqs:SendMessage`: what must be allowed. A batch needs what one message needs. */
  readonly actions: readonly string[];
  readonly members: Members;
  /** Understands parameters that have the shape of `members`. */
  parse(given: JsonObject, context: SqsContext): ParsedOperation<Promise<JsonObject>>;
}

/** What the operations work with. */
export interface SqsContext {
  readonly scope: ResourceScope;
  readonly engine: Fauxqs;
  readonly caller: Caller;
  /** Whom the client asked: its QueueUrls are there. */
  readonly host: string;
  /** Aborted when the client goes away before it is answered. */
  readonly gone: AbortSignal;
}
