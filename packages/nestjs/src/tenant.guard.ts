import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { type Permissions, type TenantAws, type TenantGate, TokenMissingError } from '@tenant-aws/core';
import { admit, isAdmittedAbove, refuseForeignExecutor, resolveInfoOf } from './admissions.ts';
import { PUBLIC, SCOPED } from './decorators.ts';
import { identityRequestOf } from './execution-request.ts';
import { keepFieldContexts } from './graphql-schema.ts';

import { EAGER, SESSION_MS, TENANT_GATE } from './tokens.ts';

/**
 * Lets in only a verified tenant: verifies who the execution speaks for, mints the credentials it needs, and makes it
 * the current tenant. Whatever is refused is thrown with its own status, never as a bare 403.
 *
 * HTTP and GraphQL need nothing else. On a gateway, and in a hybrid application's microservice, stand `TenantInterceptor`
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

    const permissions = this.#declared(SCOPED, context) as Permissions | undefined;
    if (this.#declared(PUBLIC, context)) return admitNobody(context);
    if (permissions === undefined && isAdmittedAbove(context)) return true;
    refuseForeignExecutor(context);

    const outer = await this.#gate(identityRequestOf(context));
    if (!outer) {
      if (permissions) throw new TokenMissingError(); // a handler with permissions of its own needs a tenant to have them
      return admitNobody(context);
    }
    const own: TenantAws = permissions ? outer.scoped(permissions) : outer;
    if (this.#eager) await own.credentials();
    admit(context, { own, outer });
    return true;
  }

  #declared(key: string, context: ExecutionContext): unknown {
    return this.#reflector.getAllAndOverride<unknown>(key, [context.getHandler(), context.getClass()]);
  }
}

/** A public handler; under `optional` one for which nothing was presented. */
function admitNobody(context: ExecutionContext): true {
  admit(context);
  return true;
}
