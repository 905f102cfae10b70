import type { JsonObject } from '@tenant-aws/policy/json';
import type { Caller, ParsedOperation, ResourceScope } from '../service.ts';
import type { Fauxqs } from './fauxqs.ts';
import type { Members } from '../shape.ts';

/** One supported operation of SQS. */
export interface SqsOperation {
  /** `SendMessageBatch` */
  readonly operation: string;
  /** The permissions that it needs: `sqs:SendMessage`. A batch needs the permission of a single message. */
  readonly actions: readonly string[];
  readonly members: Members;
  /** Parses parameters that have the types of `members`. `execute` returns the members of the result. */
  parse(given: JsonObject, context: SqsContext): ParsedOperation<Promise<JsonObject>>;
}

/** The engine and the caller that a request is parsed with. */
export interface SqsContext {
  readonly scope: ResourceScope;
  readonly engine: Fauxqs;
  readonly caller: Caller;
  /** The Host that the client sent. QueueUrls are built with it. */
  readonly host: string;
  /** Aborted when the client disconnects before it has a response. */
  readonly gone: AbortSignal;
}
