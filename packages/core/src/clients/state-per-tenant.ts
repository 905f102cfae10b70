import { boundedMap } from '../bounded-map.ts';
import { tenantContext } from './current.ts';
import type { SdkClient } from './sdk-client.ts';

/** The number of tenants whose state one client keeps. The least recently used is dropped, and starts again with a new state. */
const MAX_TENANTS = 10_000;

/** The state that the SDK derives from the responses to one tenant. */
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
 * Gives a client that serves all tenants one retry quota and one clock offset for each of them. The SDK keeps one of each for
 * a client: errors in the responses to one tenant would use up the retries of all others, and one wrong `Date` header would
 * change the clock offset of all.
 *
 * @param fresh makes a client of the same class and configuration that has sent nothing
 */
export function separateState({ config }: SdkClient, fresh: () => SdkClient): void {
  const { systemClockOffset: initial = 0 } = config as unknown as StatefulConfig;
  const states = boundedMap<TenantState>(MAX_TENANTS);
  const outside: TenantState = { systemClockOffset: initial };
  const current = (): TenantState => {
    const tenantId = tenantContext()?.current?.tenantId;
    if (tenantId === undefined) return outside; // nothing is sent without a tenant
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
