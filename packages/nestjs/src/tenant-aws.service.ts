import { Inject, Injectable } from '@nestjs/common';
import { currentTenantAws, type ReadyOptions, type TenantAws, type TenantGate, type TenantIdentity } from '@tenant-aws/core';
import { TENANT_GATE } from './tokens.ts';

/** Returns the current tenant, and runs code as a tenant outside of a request. */
@Injectable()
export class TenantAwsService {
  readonly #gate: TenantGate;

  constructor(@Inject(TENANT_GATE) gate: TenantGate) {
    this.#gate = gate;
  }

  /**
   * AWS access of the current tenant.
   *
   * @throws {@link NoTenantError} outside a tenant's context
   */
  current(): TenantAws {
    return currentTenantAws();
  }

  /**
   * Runs `fn` as a tenant with the module's permissions, for queue consumers and cron jobs. Inside `fn`, injected clients and
   * `currentTenantAws()` are those of this tenant. Pass only an identity that you trust: the identity in a message of a queue is
   * as trustworthy as the writers of the queue.
   *
   * @throws {@link TenantInvalidError} the tenant id of the identity is not accepted
   * @throws {@link ConfigurationError} `expiresAt` of the identity is not in milliseconds since the epoch
   */
  async runAs<T>(identity: TenantIdentity, fn: (tenantAws: TenantAws) => T | Promise<T>): Promise<T> {
    const tenantAws = await this.#gate.for(identity);
    return tenantAws.run(() => fn(tenantAws));
  }

  /**
   * Checks the base credentials, the region, the issuer's discovery document and its keys. Await it before `listen()`, so that
   * an error stops the start instead of the first request.
   *
   * @param options `probe: true`: also assumes the role once, for a tenant that does not exist
   * @throws {@link ConfigurationError} no region is configured, or STS refuses the probe: says what to check
   * @throws {@link StsUnavailableError} no base credentials are available
   * @throws {@link KeysUnavailableError} the issuer's keys are temporarily unavailable
   */
  async ready(options?: ReadyOptions): Promise<void> {
    await this.#gate.ready(options);
  }
}
