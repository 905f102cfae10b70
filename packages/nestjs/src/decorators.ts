import { createParamDecorator, type CustomDecorator, type ExecutionContext, SetMetadata } from '@nestjs/common';
import type { Reflector } from '@nestjs/core';
import { ConfigurationError, type Permissions, type TenantIdentity } from '@tenant-aws/core';
import { tenantOf } from './admissions.ts';

/** Set by `@Public()` and `@Scoped()`. Both use one metadata key, so that the decorator of a handler overrides that of its class. */
export type Access = { readonly kind: 'public' } | { readonly kind: 'scoped'; readonly permissions: Permissions };

const ACCESS = 'tenant-aws:access';

/** By handler: decorators run once, when the class is loaded, and reading their metadata costs about 1 µs. */
const known = new WeakMap<object, { readonly type: unknown; readonly access: Access | undefined }>();

/** The access that a handler declares, or its class if the handler declares none. */
export function accessOf(reflector: Reflector, execution: ExecutionContext): Access | undefined {
  const handler = execution.getHandler();
  const type = execution.getClass();
  const found = known.get(handler);
  if (found?.type === type) return found.access; // classes that inherit one handler may have different decorators
  const access = reflector.getAllAndOverride<Access | undefined>(ACCESS, [handler, type]);
  known.set(handler, { type, access });
  return access;
}

/**
 * {@link TenantGuard} admits every request to this handler or class without a tenant: `request.tenantAws` is absent, also
 * with a valid token. The decorator of a handler overrides that of its class.
 *
 * @throws {@link ConfigurationError} when the class is loaded: the same handler or class also has `@Scoped()`
 */
export function Public(): CustomDecorator {
  return declare({ kind: 'public' });
}

/**
 * Gives a handler or class these permissions *instead of* those of the module: only credentials with these are vended.
 * A tenant is required, also with `optional`. The decorator of a handler overrides that of its class.
 *
 * @throws {@link ConfigurationError} when the class is loaded: `permissions` is not an object, or the same handler or class
 * also has `@Public()`. Invalid permissions fail each request
 * @example
 * @Scoped(['s3-folder-read-only'])
 */
export function Scoped(permissions: Permissions): CustomDecorator {
  // In a circular import a constant is undefined while decorators run: this must not select the module's permissions.
  if (typeof permissions !== 'object' || permissions === null)
    throw new ConfigurationError(['`@Scoped()` needs an array or a `PolicyGenerator`']);
  return declare({ kind: 'scoped', permissions });
}

function declare(access: Access): CustomDecorator {
  const set = SetMetadata(ACCESS, access);
  const decorator = (target: object, key: string | symbol, descriptor: PropertyDescriptor): unknown => {
    const declared: object = descriptor ? descriptor.value : target;
    if (Reflect.hasOwnMetadata(ACCESS, declared)) {
      const name = key === undefined ? Reflect.get(declared, 'name') : key;
      throw new ConfigurationError([`\`${String(name)}\` has \`@Public()\` or \`@Scoped()\` more than once: keep one of them`]);
    }
    return set(target, key, descriptor);
  };
  return Object.assign(decorator as MethodDecorator & ClassDecorator, { KEY: ACCESS });
}

/**
 * Handler parameter: the verified {@link TenantIdentity} of its own request or message. It does not depend on the async context.
 *
 * @throws {@link NoTenantError} the guard admitted no tenant
 */
export const CurrentTenant: () => ParameterDecorator = createParamDecorator(
  (_data: unknown, execution: ExecutionContext): TenantIdentity => tenantOf(execution).identity,
);
