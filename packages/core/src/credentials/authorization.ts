import { LRUCache } from 'lru-cache';
import type { Clock } from '../clock.ts';
import { within } from '../deadline.ts';
import { StsUnavailableError, TenantRevokedError } from '../errors.ts';
import type { TenantIdentity } from '../tenant.ts';

/** The application's own word on whether a tenant may have credentials, such as "is it suspended?". */
export type AuthorizeTenant = (identity: TenantIdentity) => boolean | Promise<boolean>;

interface Answer {
  readonly allowed: boolean;
  readonly until: number;
}

const KEPT_MS = 5_000;
const MOST_TENANTS = 10_000;

/** Asks `authorizeTenant`, once for all who wait, and keeps its answer five seconds for each tenant. A throw is kept by nobody. */
export class Authorization {
  readonly #ask: AuthorizeTenant;
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #answers = new LRUCache<string, Answer>({ max: MOST_TENANTS });
  readonly #asking = new Map<string, Promise<boolean>>();

  constructor(ask: AuthorizeTenant, clock: Clock, timeoutMs: number) {
    this.#ask = ask;
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
  }

  /**
   * Answers at once where the answer is known.
   *
   * @throws {@link TenantRevokedError} anything but `true`
   * @throws {@link StsUnavailableError} it threw, or did not answer in time: no certainty, no credentials
   */
  assert(identity: TenantIdentity): undefined | Promise<void> {
    const known = this.#answers.get(identity.tenantId);
    if (known !== undefined && this.#clock.now().monotonic < known.until) return judge(identity.tenantId, known.allowed);
    return this.#answer(identity).then((allowed) => judge(identity.tenantId, allowed));
  }

  #answer(identity: TenantIdentity): Promise<boolean> {
    const { tenantId } = identity;
    const underWay = this.#asking.get(tenantId);
    if (underWay !== undefined) return underWay;
    const asking = this.#asked(identity).finally(() => this.#asking.delete(tenantId));
    this.#asking.set(tenantId, asking);
    return asking;
  }

  async #asked(identity: TenantIdentity): Promise<boolean> {
    let allowed: boolean;
    try {
      allowed = await within(
        this.#timeoutMs,
        async () => isTrue(await this.#ask(identity)),
        () => Promise.reject(new Error(`it did not answer within ${this.#timeoutMs} ms`)),
      );
    } catch (cause) {
      throw new StsUnavailableError('`authorizeTenant` failed', { cause });
    }
    this.#answers.set(identity.tenantId, { allowed, until: this.#clock.now().monotonic + KEPT_MS });
    return allowed;
  }
}

function judge(tenantId: string, allowed: boolean): undefined {
  if (!allowed) throw new TenantRevokedError({ detail: { tenantId, reason: 'authorizeTenant did not answer true' } });
  return undefined;
}

/** Whatever the hook answers: it may be JavaScript's own. */
function isTrue(answer: unknown): boolean {
  return answer === true;
}
