import { CACHE_MANAGER, CacheInterceptor } from '@nestjs/cache-manager';
import { type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { TenantAws } from '@tenant-aws/core';
import { handlerContext } from './admissions.ts';
import { accessOf } from './decorators.ts';
import { PER_IDENTITY } from './tokens.ts';

/**
 * Nest's `CacheInterceptor` with the tenant in each key, so that no tenant is answered from the cache of another. The key
 * also holds the handler's `@Scoped()` permissions and, where the module's permissions depend on the identity, its subject.
 * What has no tenant is not cached: public handlers, and requests without a token under `optional`.
 *
 * The tenant is read from the execution's own request or message, not from the async context.
 *
 * @example
 * providers: [{ provide: APP_INTERCEPTOR, useClass: TenantCacheInterceptor }]
 */
@Injectable()
export class TenantCacheInterceptor extends CacheInterceptor {
  readonly #perIdentity: boolean;

  constructor(
    @Inject(CACHE_MANAGER) cacheManager: unknown,
    @Inject(Reflector) reflector: Reflector,
    @Inject(PER_IDENTITY) perIdentity: boolean,
  ) {
    super(cacheManager, reflector);
    this.#perIdentity = perIdentity;
  }

  protected override async trackBy(context: ExecutionContext): Promise<string | undefined> {
    const { current } = handlerContext(context);
    if (current === undefined) return undefined;
    const subjectKey = this.#subjectKeyOf(current);
    const key = subjectKey && (await super.trackBy(context));
    return key ? JSON.stringify(['tenant-aws', ...subjectKey, this.#scopeOf(context), key]) : undefined; // JSON: no id can pretend to be another
  }

  /** Who shares an answer: a tenant, or one subject of it; nobody where the subject is not known. */
  #subjectKeyOf({ tenantId, identity: { subject } }: TenantAws): readonly string[] | undefined {
    if (!this.#perIdentity) return [tenantId];
    return subject === undefined ? undefined : [tenantId, subject];
  }

  #scopeOf(context: ExecutionContext): unknown {
    const access = accessOf(this.reflector, context);
    if (access?.kind !== 'scoped') return null;
    // A PolicyGenerator has no text of its own: then the handler stands for its permissions.
    return Array.isArray(access.permissions) ? access.permissions : [context.getClass().name, context.getHandler().name];
  }
}
