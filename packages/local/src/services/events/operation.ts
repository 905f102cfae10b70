import type { ResourceScope } from '../service.ts';
import type { DeliveredEvent } from './delivered-event.ts';

/** The state that the operations of EventBridge share. */
export interface EventsContext {
  readonly scope: ResourceScope;
  /** The names of the event buses. */
  readonly buses: ReadonlySet<string>;
  /** The live array of the public API. */
  readonly events: DeliveredEvent[];
}
