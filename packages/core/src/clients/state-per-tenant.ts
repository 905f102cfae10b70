import { LRUCache } from 'lru-cache';
import { tenantContext } from './current.ts';
import type { SdkClient } from './sdk-client.ts';

/** Tenants whose state one client remembers; the least recently used is forgotten, and starts anew. */
const MOST_TENANTS = 10_000;

/** What the SDK learns from the answers to one tenant. */
interface TenantState {
  retryStrategy?: Promise<unknown>;
  systemClockOffset: number;
}

/** The members of a client's configuration that the SDK changes while it sends. */
interface StatefulConfig {
  readonly retryStrategy: () => Promise<unknown>;
  readonly systemClockOffset?: number;
}

/**
 * Gives a client that serves all tenants one retry quota and one clock offset for each of them. The SDK keeps one of each
 * for a client: errors answered to one tenant would take the retries of all others away, and one wrong `Date` header
 * would move the clocks of all.
 *
 * @param fresh a client of the same class and configuration, of which nothing was learned
 */
export function separateState({ config }: SdkClient, fresh: () => SdkClient): void {
  const { systemClockOffset: initial = 0 } = config as unknown as StatefulConfig;
  const states = new LRUCache<string, TenantState>({ max: MOST_TENANTS });
  const outside: TenantState = { systemClockOffset: initial };
  const current = (): TenantState => {
    const tenantId = tenantContext()?.current?.tenantId;
    if (tenantId === undefined) return outside; // nothing is sent here
    let state = states.get(tenantId);
    if (state === undefined) {
      state = { systemClockOffset: initial };
      states.set(tenantId, state);
    }
    return state;
  };
  const retryStrategy = (): Promise<unknown> => (current().retryStrategy ??= (fresh().config as unknown as StatefulConfig).retryStrategy());
  Object.defineProperties(config, {
    retryStrategy: { value: retryStrategy, writable: false, enumerable: true },
    systemClockOffset: {
      get: () => current().systemClockOffset,
      set: (offset: number) => {
        current().systemClockOffset = offset;
      },
      enumerable: true,
    },
  });
}
