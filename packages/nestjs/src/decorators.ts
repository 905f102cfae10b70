import { createParamDecorator, type CustomDecorator, type ExecutionContext, SetMetadata } from '@nestjs/common';
import type { Reflector } from '@nestjs/core';
import { ConfigurationError, type Permissions, type TenantIdentity } from '@tenant-aws/core';
import { tenantOf } from './admissions.ts';

/** What `@Public()` and `@Scoped()` say of a handler or a class: one key for both, so that the nearer one decides. */
type Access = { readonly kind: 'public' } | { readonly kind: 'scoped'; readonly permissions: Permissions };

const ACCESS = 'tenant-aws:access';

/** What the decorators of a handler declare, else those of its class. */
export function accessOf(reflector: Reflector, execution: ExecutionContext): Access | undefined {
  return reflector.getAllAndOverride<Access | undefined>(ACCESS, [execution.getHandler(), execution.getClass()]);
}

/**
 * A handler or class that {@link TenantGuard} admits without a tenant: `request.tenantAws` is absent there, even with a good
 * token. The decorator of a handler decides before that of its class, and that of a class before that of its base class.
 *
 * @throws {@link ConfigurationError} the same handler or class has `@Scoped()`, when the class is loaded
 */
export function Public(): CustomDecorator {
  return declare({ kind: 'public' });
}

/**
 * A handler or class with these permissions *instead of* those of the module. Only this set is minted. The decorator of a
 * handler decides before that of its class, and that of a class before that of its base class.
 * It needs a tenant: under `optional`, a request that presents nothing is refused here.
 *
 * @throws {@link ConfigurationError} there are none, or the same handler or class has `@Public()`, when the class is loaded;
 * what is wrong with the permissions fails the request
 * @example
 * @Scoped(['s3-folder-read-only'])
 */
export function Scoped(permissions: Permissions): CustomDecorator {
  // A constant of a circular import is undefined while decorators run: it must not mean the module's permissions.
  if (typeof permissions !== 'object' || permissions === null) throw new ConfigurationError(['`@Scoped()` needs permissions']);
  return declare({ kind: 'scoped', permissions });
}

function declare(access: Access): CustomDecorator {
  const set = SetMetadata(ACCESS, access);
  const decorator = (target: object, key: string | symbol, descriptor: PropertyDescriptor): unknown => {
    const declared: object = descriptor ? descriptor.value : target;
    if (Reflect.hasOwnMetadata(ACCESS, declared)) {
      const name = key === undefined ? Reflect.get(declared, 'name') : key;
      throw new ConfigurationError([`\`${String(name)}\` takes one of \`@Public()\` and \`@Scoped()\`, and only once`]);
    }
    return set(target, key, descriptor);
  };
  return Object.assign(decorator as MethodDecorator & ClassDecorator, { KEY: ACCESS });
}

/**
 * A parameter of a handler: the verified {@link TenantIdentity} of its own request or message, whatever the async context is.
 *
 * @throws {@link NoTenantError} the guard admitted no tenant
 */
export const CurrentTenant: () => ParameterDecorator = createParamDecorator(
  (_data: unknown, execution: ExecutionContext): TenantIdentity => tenantOf(execution).identity,
);
