import { createParamDecorator, Inject } from '@nestjs/common';
import { type ClientClass, type ClientConfig, currentTenantAws } from '@tenant-aws/core';
import { getTenantClientToken, type TenantClientClass } from './tenant-client.provider.ts';

/**
 * An AWS SDK client of the current tenant.
 * In a handler it is that tenant's own client. In a constructor it is one real client of its class, which a singleton may
 * keep: each call of it is signed with the credentials of the tenant in whose context the call is made.
 *
 * @throws {@link NoTenantError} when it is used outside a tenant's context
 * @example
 * list(@TenantClient(S3Client) s3: S3Client) { … }
 * constructor(@TenantClient(DynamoDBClient) private readonly db: DynamoDBClient) {}
 */
export function TenantClient(client: TenantClientClass, config?: ClientConfig): ParameterDecorator {
  const inHandler = createParamDecorator(() => currentTenantAws().client(client as ClientClass, config));
  return (target, key, index) => {
    if (key !== undefined) inHandler()(target, key, index);
    else Inject(getTenantClientToken(client, config))(target, key, index);
  };
}
