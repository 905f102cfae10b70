import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core/services/reflector.service.js';
import { type TenantAws, type TenantGate, TokenMissingError } from '@tenant-aws/core';
import { admit, isAdmittedAbove, refuseForeignExecutor, resolveInfoOf } from './admissions.ts';
import { accessOf } from './decorators.ts';
import { identityRequestOf } from './execution-request.ts';
import { keepFieldContexts } from './graphql-schema.ts';
import { SETTINGS, type Settings, TENANT_GATE } from './tokens.ts';

/**
 * Admits only requests of a verified tenant. It verifies the identity of the request or message, gets the credentials for the
 * handler's permissions, and makes the tenant current. A refused request fails with the status of its error, never with a bare 403.
 *
 * HTTP and GraphQL need nothing else. A gateway, and a microservice of a hybrid application, also needs `TenantInterceptor`:
 * Nest applies no global interceptor there.
 */
@Injectable()
export class TenantGuard implements CanActivate {
  readonly #gate: TenantGate;
  readonly #settings: Settings;
  readonly #reflector: Reflector;

  constructor(@Inject(TENANT_GATE) gate: TenantGate, @Inject(SETTINGS) settings: Settings, @Inject(Reflector) reflector: Reflector) {
    this.#gate = gate;
    this.#settings = settings;
    this.#reflector = reflector;
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const info = resolveInfoOf(context);
    if (info) keepFieldContexts(info.schema, this.#settings.sessionMs);

    const access = accessOf(this.#reflector, context);
    if (access === undefined && isAdmittedAbove(context)) return true;
    if (access?.kind === 'public') return admit(context);
    refuseForeignExecutor(context);

    const outer = await this.#gate(identityRequestOf(context));
    if (!outer) {
      if (access) throw new TokenMissingError(); // with `@Scoped()` a tenant is required, also with `optional`
      return admit(context);
    }
    const own: TenantAws = access ? outer.scoped(access.permissions) : outer;
    if (this.#settings.eager) await own.credentials();
    return admit(context, { own, outer });
  }
}
