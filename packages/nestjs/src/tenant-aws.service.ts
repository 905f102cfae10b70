import { Inject, Injectable } from '@nestjs/common';
import { currentTenantAws, type TenantAws, type TenantIdentity, TokenVendingMachine } from '@tenant-aws/core';

/** The tenant of the code that runs, and work as a tenant outside any request. */
@Injectable()
export class TenantAwsService {
  readonly #tvm: TokenVendingMachine;

  constructor(@Inject(TokenVendingMachine) tvm: TokenVendingMachine) {
    this.#tvm = tvm;
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
   * Runs `fn` as a tenant, for queue consumers and cron jobs: injected clients and `currentTenantAws()` are that tenant's inside it.
   * The identity must be one you trust: a queue's message is trusted as far as whoever may write to the queue.
   *
   * @throws {@link TenantInvalidError} the identity's tenant id is not acceptable
   */
  async runAs<T>(identity: TenantIdentity, fn: (tenantAws: TenantAws) => T | Promise<T>): Promise<T> {
    const tenantAws = this.#tvm.for(identity);
    return tenantAws.run(() => fn(tenantAws));
  }
}
