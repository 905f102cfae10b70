import { createParamDecorator, type ExecutionContext, Inject } from '@nestjs/common';
import { type ClientClass, type ClientConfig } from '@tenant-aws/core';
import { tenantOf } from './admissions.ts';
import { getTenantClientToken, type TenantClientClass } from './tenant-client.provider.ts';

/**
 * An AWS SDK client of a tenant.
 *
 * As a parameter of a handler it is the client of the tenant that the guard admitted to this request or message, and can sign
 * as no other. Prefer it, and pass it along with the work.
 *
 * In a constructor it is one client for all tenants: each call is signed as the tenant in whose async context it is made.
 * That is wrong where work of several requests meets: in a queue, a limiter, a batch loader. See the README.
 *
 * @throws {@link NoTenantError} the guard admitted no tenant; of a constructor's client: there is no current tenant
 * @example
 * list(@TenantClient(S3Client) s3: S3Client) { … }
 * constructor(@TenantClient(DynamoDBClient) private readonly db: DynamoDBClient) {}
 */
export function TenantClient(client: TenantClientClass, config?: ClientConfig): ParameterDecorator {
  const inHandler = createParamDecorator((_data: unknown, execution: ExecutionContext) =>
    tenantOf(execution).client(client as ClientClass, config),
  );
  return (target, key, index) => {
    if (key !== undefined) inHandler()(target, key, index);
    else Inject(getTenantClientToken(client, config))(target, key, index);
  };
}
