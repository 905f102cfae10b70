import type { JsonObject } from '@tenant-aws/policy/json';
import type { Caller, ParsedOperation } from '../service.ts';
import type { Members } from '../shape.ts';
import type { DeliveryContext } from './publish.ts';
import type { Topics } from './topics.ts';

/** One supported operation of SNS. */
export interface SnsOperation {
  /** `PublishBatch` */
  readonly operation: string;
  /** The permissions that it needs: `sns:Publish`. */
  readonly actions: readonly string[];
  /** Its own condition keys, in addition to the global ones: `sns:Protocol`. For the documentation. */
  readonly conditionKeys?: readonly string[];
  readonly members: Members;
  /** Parses parameters that have the types of `members`. `execute` returns the content of the Result element, or undefined if the response has no such element. */
  parse(given: JsonObject, context: SnsContext): ParsedOperation<string | undefined | Promise<string | undefined>>;
}

/** The state and the caller that a request is parsed with. */
export interface SnsContext {
  readonly topics: Topics;
  readonly delivery: DeliveryContext;
  readonly caller: Caller;
}
