import type { JsonObject } from '../../strict-json.ts';
import type { Caller, ParsedOperation } from '../service.ts';
import type { Members } from '../shape.ts';
import type { Delivery } from './publish.ts';
import type { Topics } from './topics.ts';

/** One operation of SNS that is understood. */
export interface SnsOperation {
  /** `PublishBatch` */
  readonly operation: string;
  /** `sns:Publish`: what must be allowed. */
  readonly actions: readonly string[];
  /** `sns:Protocol`: what it reports besides the global condition keys. For the documentation. */
  readonly conditionKeys?: readonly string[];
  readonly members: Members;
  /** Understands parameters that have the shape of `members`. */
  parse(given: JsonObject, context: SnsContext): ParsedOperation<string | undefined | Promise<string | undefined>>;
}

/** What the operations work with. */
export interface SnsContext {
  readonly topics: Topics;
  readonly delivery: Delivery;
  readonly caller: Caller;
}
