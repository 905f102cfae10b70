import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { type TenantAws, type TenantGate, TokenMissingError } from '@tenant-aws/core';
import { admit, isAdmittedAbove, refuseForeignExecutor, resolveInfoOf } from './admissions.ts';
import { accessOf } from './decorators.ts';
import { identityRequestOf } from './execution-request.ts';
import { keepFieldContexts } from './graphql-schema.ts';
import { EAGER, SESSION_MS, TENANT_GATE } from './tokens.ts';

/**
 * Admits only a verified tenant: it verifies the identity of the request or message, mints the credentials that the handler
 * needs, and makes the tenant current. A refusal is thrown with its own status, never as a bare 403.
 *
 * HTTP and GraphQL need nothing else. On a gateway, and in a hybrid application's microservice, name `TenantInterceptor`
 * beside it: Nest applies no global interceptor there.
 */
@Injectable()
export class TenantGuard implements CanActivate {
  readonly #gate: TenantGate;
  readonly #eager: boolean;
  readonly #sessionMs: number;
  readonly #reflector: Reflector;

  constructor(
    @Inject(TENANT_GATE) gate: TenantGate,
    @Inject(EAGER) eager: boolean,
    @Inject(SESSION_MS) sessionMs: number,
    @Inject(Reflector) reflector: Reflector,
  ) {
    this.#gate = gate;
    this.#eager = eager;
    this.#sessionMs = sessionMs;
    this.#reflector = reflector;
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const info = resolveInfoOf(context);
    if (info) keepFieldContexts(info.schema, this.#sessionMs);

    const access = accessOf(this.#reflector, context);
    if (access === undefined && isAdmittedAbove(context)) return true;
    if (access?.kind === 'public') return admitWithoutTenant(context);
    refuseForeignExecutor(context);

    const outer = await this.#gate(identityRequestOf(context));
    if (!outer) {
      if (access) throw new TokenMissingError(); // a handler with permissions of its own needs a tenant to have them
      return admitWithoutTenant(context);
    }
    const own: TenantAws = access ? outer.scoped(access.permissions) : outer;
    if (this.#eager) await own.credentials();
    admit(context, { own, outer });
    return true;
  }
}

/** A public handler; under `optional` one for which nothing was presented. */
function admitWithoutTenant(context: ExecutionContext): true {
  admit(context);
  return true;
}
