import type { InitializeHandler } from '@smithy/types';
import { LRUCache } from 'lru-cache';
import type { Clock } from '../clock.ts';
import { channels } from '../events.ts';
import type { GuardedClient } from './guarded-client.ts';

const MINUTE_MS = 60_000;
const MOST_TENANTS = 10_000;
const DENIED = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'AuthorizationError',
  'AuthorizationErrorException',
  'UnauthorizedOperation',
]);

/**
 * Tells `tenant-aws:denied` of every call that AWS denied a vended client, at most so many a minute for each tenant:
 * whoever tries doors in a loop must not be able to flood the log.
 */
export class DeniedCalls {
  readonly #perMinute: number;
  readonly #clock: Clock;
  readonly #told = new LRUCache<string, { count: number; readonly until: number }>({ max: MOST_TENANTS });

  constructor(perMinute: number, clock: Clock) {
    this.#perMinute = perMinute;
    this.#clock = clock;
  }

  watch(client: GuardedClient, tenantOf: () => string): void {
    client.middlewareStack.add(
      (next: InitializeHandler<never, never>, context): InitializeHandler<never, never> =>
        async (args) => {
          try {
            return await next(args);
          } catch (error) {
            if (channels.denied.hasSubscribers && isDenied(error)) this.#tell(error, tenantOf(), context);
            throw error;
          }
        },
      { name: 'tenantAwsDeniedCalls', step: 'initialize', priority: 'high' },
    );
  }

  #tell(error: SdkError, tenantId: string, { clientName = '', commandName = '' }: { clientName?: string; commandName?: string }): void {
    if (!this.#mayTell(tenantId)) return;
    const requestId = error.$metadata?.requestId;
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

interface SdkError {
  readonly name?: string;
  readonly $metadata?: { readonly httpStatusCode?: number; readonly requestId?: string };
}

/** What the SDK calls an error that no body names, as in the answer to a HEAD: there its status has to do. */
const NAMELESS = new Set(['Unknown', 'UnknownError', '403', 'Forbidden']);

function isDenied(error: unknown): error is SdkError {
  if (typeof error !== 'object' || error === null) return false;
  const { name = '', $metadata } = error as SdkError;
  return DENIED.has(name) || ($metadata?.httpStatusCode === 403 && NAMELESS.has(name));
}
