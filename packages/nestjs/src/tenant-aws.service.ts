import { Inject, Injectable } from '@nestjs/common';
import { currentTenantAws, type TenantAws, type TenantGate, type TenantIdentity } from '@tenant-aws/core';
import { TENANT_GATE } from './tokens.ts';

/** The tenant of the code that runs, and work as a tenant outside any request. */
@Injectable()
export class TenantAwsService {
  readonly #gate: TenantGate;

  constructor(@Inject(TENANT_GATE) gate: TenantGate) {
    this.#gate = gate;
  }

  /**
   * AWS as the current tenant.
   *
   * @throws {@link NoTenantError} outside a tenant's context
   */
  current(): TenantAws {
    return currentTenantAws();
  }

  /**
   * Runs `fn` as a tenant with the module's permissions, for queue consumers and cron jobs: injected clients and
   * `currentTenantAws()` are that tenant's inside it. The identity must be one you trust: a queue's message is trusted as
   * far as whoever may write to the queue.
   *
   * @throws {@link TenantInvalidError} the identity's tenant id is not acceptable
   * @throws {@link ConfigurationError} its `expiresAt` is not milliseconds of the epoch
   */
  async runAs<T>(identity: TenantIdentity, fn: (tenantAws: TenantAws) => T | Promise<T>): Promise<T> {
    const tenantAws = await this.#gate.for(identity);
    return tenantAws.run(() => fn(tenantAws));
  }

  /**
   * Checks what creation cannot: base credentials, region, discovery, keys. Await it before `listen()`, and what is wrong shows at once.
   *
   * @throws {@link ConfigurationError} there is no region
   * @throws {@link StsUnavailableError} there are no base credentials
   * @throws {@link KeysUnavailableError} the issuer's keys cannot be had
   */
  async ready(): Promise<void> {
    await this.#gate.ready();
  }
}
