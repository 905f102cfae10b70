import { jsonService } from '../json-service.ts';
import { creationError, type ResourceScope, type Service } from '../service.ts';
import type { DeliveredEvent } from './delivered-event.ts';
import { checkBusName, DEFAULT_BUS } from './event-bus.ts';
import { EVENTS_OPERATIONS } from './operations.ts';

/** Options of the local EventBridge. */
export interface EventsOptions extends ResourceScope {
  /** The names of event buses, in addition to `default`. */
  readonly buses: readonly string[];
  /** Accepted events are appended to this array. */
  readonly events: DeliveredEvent[];
}

/**
 * Starts an EventBridge. It has no rules: the events are delivered to an array.
 *
 * @throws Error that names a bus that cannot be created
 */
export function eventsService({ account, region, buses, events }: EventsOptions): Service {
  for (const name of buses) {
    try {
      checkBusName(name);
    } catch (error) {
      throw creationError('event bus', name, error);
    }
  }
  return jsonService({
    name: 'events',
    // The size is enough for entries of 1 MB in which every character is escaped.
    protocol: { version: '1.1', target: 'AWSEvents', maxBodyBytes: 8 * 1024 * 1024 },
    operations: EVENTS_OPERATIONS,
    context: { scope: { account, region }, buses: new Set([DEFAULT_BUS, ...buses]), events },
  });
}
