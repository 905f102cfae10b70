import type { InitializeHandler } from '@smithy/types';
import { LRUCache } from 'lru-cache';
import type { Clock } from '../clock.ts';
import { channels } from '../events.ts';
import { isDeniedError, reportsDenial } from './denials.ts';
import type { SdkClient } from './sdk-client.ts';

const MINUTE_MS = 60_000;
const MOST_TENANTS = 10_000;

/**
 * Tells `tenant-aws:denied` of every call that AWS denied a vended client, also where it denied items of an answer that
 * succeeded: once per answer, and at most so many a minute for each tenant, because a tenant that repeats denied calls
 * must not be able to flood the log.
 */
export class DeniedCalls {
  readonly #perMinute: number;
  readonly #clock: Clock;
  readonly #told = new LRUCache<string, { count: number; readonly until: number }>({ max: MOST_TENANTS });

  constructor(perMinute: number, clock: Clock) {
    this.#perMinute = perMinute;
    this.#clock = clock;
  }

  watch(client: SdkClient, tenantOf: () => string): void {
    client.middlewareStack.add(
      (next: InitializeHandler<never, never>, context): InitializeHandler<never, never> =>
        async (args) => {
          const result = await next(args).catch((error: unknown) => {
            if (channels.denied.hasSubscribers && isDeniedError(error)) this.#tell(error, tenantOf(), context);
            throw error;
          });
          if (channels.denied.hasSubscribers && reportsDenial(result.output)) this.#tell(result.output, tenantOf(), context);
          return result;
        },
      { name: 'tenantAwsDeniedCalls', step: 'initialize', priority: 'high' },
    );
  }

  #tell(answer: Answer, tenantId: string, { clientName = '', commandName = '' }: { clientName?: string; commandName?: string }): void {
    if (!this.#mayTell(tenantId)) return;
    const requestId = answer.$metadata?.requestId;
    channels.denied.publish({
      tenantId,
      service: clientName.replace(/Client$/, ''),
      operation: commandName.replace(/Command$/, ''),
      ...(requestId === undefined ? {} : { requestId }),
    });
  }

  #mayTell(tenantId: string): boolean {
    const now = this.#clock.now().monotonic;
    let told = this.#told.get(tenantId);
    if (told === undefined || now >= told.until) {
      told = { count: 0, until: now + MINUTE_MS };
      this.#told.set(tenantId, told);
    }
    told.count += 1;
    return told.count <= this.#perMinute;
  }
}

/** An output of the SDK, or an error. */
interface Answer {
  readonly $metadata?: { readonly requestId?: string };
}
