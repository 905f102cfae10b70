import { CACHE_MANAGER, CacheInterceptor } from '@nestjs/cache-manager';
import { type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core/services/reflector.service.js';
import type { TenantAws } from '@tenant-aws/core';
import { handlerContext } from './admissions.ts';
import { accessOf } from './decorators.ts';
import { SETTINGS, type Settings } from './tokens.ts';

/**
 * Nest's `CacheInterceptor` with the tenant in each key, so that a tenant never receives the cached response of another tenant.
 * The key also contains the `@Scoped()` permissions of the handler and, if the module's permissions depend on the identity, the
 * subject of the identity. Responses without a tenant are not cached: those of public handlers, and with `optional` those of
 * requests without a token.
 *
 * The tenant is read from the execution's own request or message, not from the async context.
 *
 * @example
 * providers: [{ provide: APP_INTERCEPTOR, useClass: TenantCacheInterceptor }]
 */
@Injectable()
export class TenantCacheInterceptor extends CacheInterceptor {
  readonly #settings: Settings;

  constructor(@Inject(CACHE_MANAGER) cacheManager: unknown, @Inject(Reflector) reflector: Reflector, @Inject(SETTINGS) settings: Settings) {
    super(cacheManager, reflector);
    this.#settings = settings;
  }

  protected override async trackBy(context: ExecutionContext): Promise<string | undefined> {
    const { current } = handlerContext(context);
    if (current === undefined) return undefined;
    const subjectKey = this.#subjectKeyOf(current);
    const key = subjectKey && (await super.trackBy(context));
    return key ? JSON.stringify(['tenant-aws', ...subjectKey, this.#scopeOf(context), key]) : undefined; // JSON: two different keys never have the same text
  }

  /** The part of the key for the identities that share a response: a tenant, or one subject of it. `undefined` where the subject is unknown. */
  #subjectKeyOf({ tenantId, identity: { subject } }: TenantAws): readonly string[] | undefined {
    if (!this.#settings.perIdentity) return [tenantId];
    return subject === undefined ? undefined : [tenantId, subject];
  }

  #scopeOf(context: ExecutionContext): unknown {
    const access = accessOf(this.reflector, context);
    if (access?.kind !== 'scoped') return null;
    // A PolicyGenerator has no text form: the name of the handler is used instead.
    return Array.isArray(access.permissions) ? access.permissions : [context.getClass().name, context.getHandler().name];
  }
}
