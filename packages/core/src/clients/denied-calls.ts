import type { InitializeHandler } from '@smithy/types';
import { boundedMap } from '../bounded-map.ts';
import type { Clock } from '../clock.ts';
import { channels } from '../events.ts';
import { isDeniedError, reportsDenial } from './denials.ts';
import type { SdkClient } from './sdk-client.ts';

const MINUTE_MS = 60_000;
const MAX_TENANTS = 10_000;

/**
 * Publishes `tenant-aws:denied` for every call of a vended client that AWS denies, and for every output that succeeds but
 * reports denied items: one event for each call. The number of events a minute is limited for each tenant, so that a tenant
 * that repeats denied calls cannot flood the log.
 */
export class DeniedCalls {
  readonly #perMinute: number;
  readonly #clock: Clock;
  readonly #published = boundedMap<{ count: number; readonly until: number }>(MAX_TENANTS);

  constructor(perMinute: number, clock: Clock) {
    this.#perMinute = perMinute;
    this.#clock = clock;
  }

  watch(client: SdkClient, tenantOf: () => string): void {
    client.middlewareStack.add(
      (next: InitializeHandler<never, never>, context): InitializeHandler<never, never> =>
        async (args) => {
          const result = await next(args).catch((error: unknown) => {
            if (channels.denied.hasSubscribers && isDeniedError(error)) this.#publish(error, tenantOf(), context);
            throw error;
          });
          if (channels.denied.hasSubscribers && reportsDenial(result.output)) this.#publish(result.output, tenantOf(), context);
          return result;
        },
      { name: 'tenantAwsDeniedCalls', step: 'initialize', priority: 'high' },
    );
  }

  #publish(
    { $metadata }: { readonly $metadata?: { readonly requestId?: string } },
    tenantId: string,
    { clientName = '', commandName = '' }: { clientName?: string; commandName?: string },
  ): void {
    if (!this.#isWithinLimit(tenantId)) return;
    const requestId = $metadata?.requestId;
    channels.denied.publish({
      tenantId,
      service: clientName.replace(/Client$/, ''),
      operation: commandName.replace(/Command$/, ''),
      ...(requestId === undefined ? {} : { requestId }),
    });
  }

  #isWithinLimit(tenantId: string): boolean {
    const now = this.#clock.now().monotonic;
    let published = this.#published.get(tenantId);
    if (published === undefined || now >= published.until) {
      published = { count: 0, until: now + MINUTE_MS };
      this.#published.set(tenantId, published);
    }
    published.count += 1;
    return published.count <= this.#perMinute;
  }
}
