import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core/services/reflector.service.js';
import { ensureCredentials, type TenantAws, type TenantGate, TokenMissingError } from '@tenant-aws/core';
import { admit, admitRequest, isAdmittedAbove, refuseForeignExecutor, resolveInfoOf } from './admissions.ts';
import { type Access, accessOf } from './decorators.ts';
import { type HttpRequest, identityRequestOf, kindOf } from './execution-request.ts';
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

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const access = accessOf(this.#reflector, context);
    return kindOf(context) === 'http' ? this.#admitRequest(context.getArgByIndex(0), access) : this.#admitOther(context, access);
  }

  /** Returns a promise only if it has to wait: Nest then awaits the guard. */
  #admitRequest(request: HttpRequest, access: Access | undefined): boolean | Promise<boolean> {
    if (access?.kind === 'public') return admitRequest(request);
    const outer = this.#gate.admit(request.raw ?? request, request.user, request);
    if (outer instanceof Promise) return outer.then((settled) => this.#admitAs(request, settled, access));
    return this.#admitAs(request, outer, access);
  }

  #admitAs(request: HttpRequest, outer: TenantAws | undefined, access: Access | undefined): boolean | Promise<boolean> {
    const own = ownOf(outer, access);
    const vending = own && this.#settings.eager ? ensureCredentials(own) : undefined;
    return vending === undefined ? admitRequest(request, own) : vending.then(() => admitRequest(request, own));
  }

  async #admitOther(context: ExecutionContext, access: Access | undefined): Promise<boolean> {
    const info = resolveInfoOf(context);
    if (info) keepFieldContexts(info.schema, this.#settings.sessionMs);

    if (access === undefined && isAdmittedAbove(context)) return true;
    if (access?.kind === 'public') return admit(context);
    refuseForeignExecutor(context);

    const outer = await this.#gate(identityRequestOf(context));
    const own = ownOf(outer, access);
    if (own && this.#settings.eager) await ensureCredentials(own);
    return admit(context, own && outer && { own, outer });
  }
}

/** The access with the handler's own permissions. */
function ownOf(outer: TenantAws | undefined, access: Access | undefined): TenantAws | undefined {
  if (outer === undefined && access) throw new TokenMissingError(); // with `@Scoped()` a tenant is required, also with `optional`
  return access?.kind === 'scoped' ? outer?.scoped(access.permissions) : outer;
}
