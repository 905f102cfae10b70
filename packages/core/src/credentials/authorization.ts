import { boundedMap } from '../bounded-map.ts';
import type { Clock } from '../clock.ts';
import { within } from '../deadline.ts';
import { StsUnavailableError, TenantRevokedError } from '../errors.ts';
import type { TenantIdentity } from '../tenant.ts';

/** Decides whether a tenant may have credentials. It can refuse a suspended tenant, for example. */
export type AuthorizeTenant = (identity: TenantIdentity) => boolean | Promise<boolean>;

interface Decision {
  readonly allowed: boolean;
  readonly until: number;
}

const DECISION_TTL_MS = 5_000;
const MAX_DECISIONS = 10_000;

/** Calls `authorizeTenant` once for all requests that wait, and caches its decision for five seconds per tenant. Errors are not cached. */
export class Authorization {
  readonly #authorize: AuthorizeTenant;
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #decisions = boundedMap<Decision>(MAX_DECISIONS);
  readonly #pending = new Map<string, Promise<boolean>>();

  constructor(authorize: AuthorizeTenant, clock: Clock, timeoutMs: number) {
    this.#authorize = authorize;
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
  }

  /**
   * Returns a promise only if no decision is cached.
   *
   * @throws {@link TenantRevokedError} `authorizeTenant` returned anything but `true`
   * @throws {@link StsUnavailableError} it threw, or did not return in time. Without a decision there are no credentials
   */
  assert(identity: TenantIdentity): undefined | Promise<void> {
    const known = this.#decisions.get(identity.tenantId);
    if (known !== undefined && this.#clock.now().monotonic < known.until) return assertAllowed(identity.tenantId, known.allowed);
    return this.#decide(identity).then((allowed) => assertAllowed(identity.tenantId, allowed));
  }

  #decide(identity: TenantIdentity): Promise<boolean> {
    const { tenantId } = identity;
    const pending = this.#pending.get(tenantId);
    if (pending !== undefined) return pending;
    const deciding = this.#call(identity).finally(() => this.#pending.delete(tenantId));
    this.#pending.set(tenantId, deciding);
    return deciding;
  }

  async #call(identity: TenantIdentity): Promise<boolean> {
    let allowed: boolean;
    try {
      allowed = await within(
        this.#timeoutMs,
        async () => isTrue(await this.#authorize(identity)),
        () => Promise.reject(new Error(`it did not return within ${this.#timeoutMs} ms`)),
      );
    } catch (cause) {
      throw new StsUnavailableError('`authorizeTenant` failed', { cause });
    }
    this.#decisions.set(identity.tenantId, { allowed, until: this.#clock.now().monotonic + DECISION_TTL_MS });
    return allowed;
  }
}

function assertAllowed(tenantId: string, allowed: boolean): undefined {
  if (!allowed) throw new TenantRevokedError({ detail: { tenantId, reason: '`authorizeTenant` did not return true' } });
  return undefined;
}

/** The parameter is `unknown`: JavaScript code can return other types than `boolean`. */
function isTrue(value: unknown): boolean {
  return value === true;
}
